"""Idempotency keys and the answers to their requests, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import Table, key, milliseconds, moment, serialize
from vitrine.domain.errors import ConflictError
from vitrine.domain.idempotency import Attempt
from vitrine.ports import IdempotencyKeys

if TYPE_CHECKING:
    from datetime import datetime

    from vitrine.domain.idempotency import Claim

_SORT_KEY = "REQUEST"
_NAMES = {"#request": "request"}
_CREATED = {"#created": "created"}
_UNUSED = "attribute_not_exists(#created)"


class DynamoIdempotencyKeys(IdempotencyKeys):
    """`vitrine.ports.IdempotencyKeys` over the table; DynamoDB's TTL deletes expired items."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, digest: str, attempt: Attempt, now: datetime) -> Attempt | None:
        free = "attribute_not_exists(pk) OR #until <= :now"
        # The same request can claim again: the answer to its first claim may have been lost.
        own = f"(#request = :request AND #answer = :none AND {_UNUSED})"
        try:
            self._table.put(
                _item(digest, attempt),
                ConditionExpression=f"{free} OR {own}",
                ExpressionAttributeNames={
                    **_NAMES,
                    **_CREATED,
                    "#until": "until",
                    "#answer": "answer",
                },
                ExpressionAttributeValues=serialize(
                    {":now": milliseconds(now), ":request": attempt.request, ":none": ""}
                ),
            )
        except ConflictError:
            item = self._table.get(_partition(digest), _SORT_KEY)
            if item is None:
                raise
            created = item.get("created")
            return Attempt(
                item["request"],
                item["fingerprint"],
                moment(item["until"]),
                item["answer"],
                None if created is None else int(created),
            )
        return None

    def settle(self, digest: str, attempt: Attempt) -> None:
        self._table.put(
            _item(digest, attempt),
            **(_held_by(attempt.request) if attempt.answer else _unused_by(attempt.request)),
        )


def creation(claim: Claim, image: int) -> dict[str, Any]:
    """The `Update` that notes a committed image at the key of its request, in the same transaction.

    It fails if another request holds the key, or if the key has created an image already.
    """
    unused = _unused_by(claim.request)
    values = {
        ":image": image,
        ":until": milliseconds(claim.until),
        ":expires": int(claim.until.timestamp()) + 1,
    }
    return {
        "Key": serialize(key(_partition(claim.digest), _SORT_KEY)),
        "UpdateExpression": "SET #created = :image, #until = :until, #expires = :expires",
        "ConditionExpression": unused["ConditionExpression"],
        "ExpressionAttributeNames": {
            **unused["ExpressionAttributeNames"],
            "#until": "until",
            "#expires": "expires",
        },
        "ExpressionAttributeValues": {
            **unused["ExpressionAttributeValues"],
            **serialize(values),
        },
    }


def _held_by(request: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "#request = :request",
        "ExpressionAttributeNames": _NAMES,
        "ExpressionAttributeValues": serialize({":request": request}),
    }


def _unused_by(request: str) -> dict[str, Any]:
    held = _held_by(request)
    return held | {
        "ConditionExpression": f"{held['ConditionExpression']} AND {_UNUSED}",
        "ExpressionAttributeNames": {**_NAMES, **_CREATED},
    }


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
