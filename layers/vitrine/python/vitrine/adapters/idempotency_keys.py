"""Idempotency keys and the answers to their requests, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters.table import Table, key, milliseconds, moment, serialize
from vitrine.domain.errors import ConflictError
from vitrine.domain.idempotency import Attempt
from vitrine.ports import IdempotencyKeys

if TYPE_CHECKING:
    from datetime import datetime

_SORT_KEY = "REQUEST"
_NAMES = {"#request": "request"}


class DynamoIdempotencyKeys(IdempotencyKeys):
    """`vitrine.ports.IdempotencyKeys` over the table; DynamoDB's TTL deletes expired items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, digest: str, attempt: Attempt, now: datetime) -> Attempt | None:
        free = "attribute_not_exists(pk) OR #until <= :now"
        # The same request can claim again: the answer to its first claim may have been lost.
        own = "(#request = :request AND #answer = :none)"
        try:
            self._table.put(
                _item(digest, attempt),
                ConditionExpression=f"{free} OR {own}",
                ExpressionAttributeNames={**_NAMES, "#until": "until", "#answer": "answer"},
                ExpressionAttributeValues=serialize(
                    {":now": milliseconds(now), ":request": attempt.request, ":none": ""}
                ),
            )
        except ConflictError:
            item = self._table.get(_partition(digest), _SORT_KEY)
            if item is None:
                raise
            return Attempt(
                item["request"], item["fingerprint"], moment(item["until"]), item["answer"]
            )
        return None

    def settle(self, digest: str, attempt: Attempt) -> None:
        self._table.put(
            _item(digest, attempt),
            ConditionExpression="#request = :request",
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=serialize({":request": attempt.request}),
        )


def _partition(digest: str) -> str:
    return f"IDEMPOTENCY#{digest}"


def _item(digest: str, attempt: Attempt) -> dict[str, object]:
    return {
        **key(_partition(digest), _SORT_KEY),
        "request": attempt.request,
        "fingerprint": attempt.fingerprint,
        "until": milliseconds(attempt.until),
        "answer": attempt.answer,
        "expires": int(attempt.until.timestamp()) + 1,
    }
