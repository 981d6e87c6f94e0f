"""The one DynamoDB table, laid out as docs/architecture.md says ("Table layout")."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vitrine.aws import values
from vitrine.domain.errors import ConflictError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from vitrine.aws.dynamodb import DynamoDB

Item = dict[str, Any]
MOST_WRITES = 100
"""What one transaction takes."""

_FAILED = "ConditionalCheckFailedException"
_RACES = frozenset({_FAILED, "TransactionConflictException"})
_RACES_IN_TRANSACTION = frozenset(
    {"None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"}
)
_THROTTLES = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
)


class ConditionFailedError(ConflictError):
    """The item is not as the condition wants it, and nobody else was at it."""


class Table:
    """Reads, always strongly consistent, and writes of plain values.

    Every call raises ThrottledError where DynamoDB, asked several times, takes no more requests.
    """

    def __init__(self, client: DynamoDBClient | DynamoDB, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, pk: str, sk: str) -> Item | None:
        """One item."""
        with self._failures():
            answer = self._client.get_item(
                TableName=self._name, Key=serialize(key(pk, sk)), ConsistentRead=True
            )
        item = answer.get("Item")
        return None if item is None else _plain(item)

    def get_both(self, pk: str, first: str, second: str) -> tuple[Item | None, Item | None]:
        """Two items of one partition, read in one call.

        Raises:
            ConflictError: DynamoDB did not get to all of them: try again.
        """
        wanted = [serialize(key(pk, first)), serialize(key(pk, second))]
        with self._failures():
            answer = self._client.batch_get_item(
                RequestItems={self._name: {"Keys": wanted, "ConsistentRead": True}}
            )
        if answer.get("UnprocessedKeys"):
            raise ConflictError("too many readers at once")
        items = [_plain(item) for item in answer["Responses"].get(self._name, [])]
        found = {item["sk"]: item for item in items}
        return found.get(first), found.get(second)

    def query(self, pk: str, prefix: str = "") -> Iterator[Item]:
        """The items of one partition whose sort keys begin with `prefix`, in their order."""
        condition, names, values = "#pk = :pk", {"#pk": "pk"}, {":pk": pk}
        if prefix:
            condition += " AND begins_with(#sk, :sk)"
            names["#sk"], values[":sk"] = "sk", prefix
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=serialize(values),
            ConsistentRead=True,
        )
        with self._failures():
            for page in pages:
                yield from map(_plain, page["Items"])

    def put(self, item: Item, **condition: Any) -> None:
        """Store one item.

        Raises:
            ConflictError: the condition does not hold.
        """
        with self._failures():
            self._client.put_item(TableName=self._name, Item=serialize(item), **condition)

    def update(self, pk: str, sk: str, **expression: Any) -> Item:
        """Change one item and return the changed attributes.

        Raises:
            ConditionFailedError: the condition does not hold.
            ConflictError: another writer is at the same item.
        """
        with self._failures():
            answer = self._client.update_item(
                TableName=self._name,
                Key=serialize(key(pk, sk)),
                ReturnValues="UPDATED_NEW",
                **expression,
            )
        return _plain(answer.get("Attributes", {}))

    def delete(self, pk: str, sk: str) -> None:
        """Remove one item; one that is not there is no error."""
        with self._failures():
            self._client.delete_item(TableName=self._name, Key=serialize(key(pk, sk)))

    def transact(self, actions: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
        """Carry out up to 100 writes, all or none. Each is `{"Put" | "Update" | "Delete": …}`.

        Raises:
            ConflictError: a condition does not hold, or another writer is at the same item.
        """
        with self._failures():
            self._client.transact_write_items(
                TransactItems=[
                    {kind: {"TableName": self._name, **action}}  # type: ignore[misc]
                    for each in actions
                    for kind, action in each.items()
                ]
            )

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Lost races inside raise ConflictError, throttling ThrottledError; others stay."""
        try:
            yield
        except self._client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            cancelled = error.response.get("CancellationReasons", [])
            reasons = {reason.get("Code") for reason in cancelled}
            if code in _RACES or (
                code == "TransactionCanceledException" and reasons <= _RACES_IN_TRANSACTION
            ):
                failed = ConditionFailedError if code == _FAILED else ConflictError
                raise failed(code) from error
            if code in _THROTTLES:
                raise ThrottledError(code) from error
            raise


def key(pk: str, sk: str) -> Item:
    """The primary key of an item."""
    return {"pk": pk, "sk": sk}


def serialize(item: Mapping[str, Any]) -> Item:
    """Plain values as DynamoDB spells them."""
    return {name: values.serialize(value) for name, value in item.items()}


def milliseconds(moment: datetime) -> int:
    """A moment as it is stored: milliseconds since 1970, UTC."""
    return round(moment.timestamp() * 1000)


def moment(stored: int) -> datetime:
    """The moment, UTC, that was stored."""
    return datetime.fromtimestamp(int(stored) / 1000, UTC)


def _plain(item: Mapping[str, Any]) -> Item:
    return {name: values.deserialize(value) for name, value in item.items()}
