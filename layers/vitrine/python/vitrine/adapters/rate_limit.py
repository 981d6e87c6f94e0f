"""A rate limit that all instances of a function share, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters.table import Table, serialize
from vitrine.domain.errors import ConflictError, ThrottledError
from vitrine.ports import RateLimit

if TYPE_CHECKING:
    from datetime import datetime

_MINUTE = 60  # seconds
_KEPT = 3600  # seconds until DynamoDB's TTL deletes a counter


class DynamoRateLimit(RateLimit):
    """`vitrine.ports.RateLimit` over the table: one counter a minute.

    An instance that has seen a minute's limit reached asks the table no more in that minute.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._exhausted = -1

    def admit(self, now: datetime, limit: int) -> bool:
        minute = int(now.timestamp()) // _MINUTE
        if minute == self._exhausted:
            return False
        try:
            self._table.update(
                "RATE#missing",
                f"MINUTE#{minute}",
                UpdateExpression="ADD #used :one SET #expires = :expires",
                ConditionExpression="attribute_not_exists(#used) OR #used < :limit",
                ExpressionAttributeNames={"#used": "used", "#expires": "expires"},
                ExpressionAttributeValues=serialize(
                    {":one": 1, ":limit": limit, ":expires": minute * _MINUTE + _KEPT}
                ),
            )
        except (ConflictError, ThrottledError):  # reached, or so many requests that it must be
            self._exhausted = minute
            return False
        return True
