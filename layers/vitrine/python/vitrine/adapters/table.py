"""The DynamoDB table: consistent reads, and conditional writes for optimistic locking.

All records are in one table (single-table design); docs/architecture.md describes its layout under
"Table layout".
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vitrine.adapters.throttling import FAILURE_CODES, THROTTLING_CODES
from vitrine.aws import values
from vitrine.domain.errors import ConflictError, ThrottledError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from vitrine.aws.dynamodb import DynamoDB

Item = dict[str, Any]
MOST_WRITES = 100
"""The maximum number of writes in one transaction."""

_FAILED = "ConditionalCheckFailedException"
_RACES = frozenset({_FAILED, "TransactionConflictException"})
_RACES_IN_TRANSACTION = frozenset(
    {
        "None",
        "ConditionalCheckFailed",
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)
_ONLY_CONDITIONS = frozenset({"None", "ConditionalCheckFailed"})


class ConditionFailedError(ConflictError):
    """The condition of a conditional write is false, and no other writer holds the item."""


class Table:
    """Strongly consistent reads and conditional writes of items as plain Python values.

    Every method raises ThrottledError if DynamoDB still throttles the request after retries, and
    UnavailableError if it gives no answer or fails.
    """

    def __init__(self, client: DynamoDBClient | DynamoDB, name: str) -> None:
        self._client = client
        self._name = name
        self._no_answer = _no_answer_errors(client)

    def get(self, pk: str, sk: str) -> Item | None:
        """One item."""
        with self._failures():
            answer = self._client.get_item(
                TableName=self._name, Key=serialize(key(pk, sk)), ConsistentRead=True
            )
        item = answer.get("Item")
        return None if item is None else _plain(item)

    def get_all(self, pk: str, sks: Sequence[str]) -> dict[str, Item]:
        """The items of one partition with these sort keys, at most 100, read in one call.

        Returns:
            The items that exist, by sort key.

        Raises:
            ConflictError: DynamoDB processed only part of the request; retry.
        """
        return {sk: item for (_, sk), item in self.get_any([(pk, sk) for sk in sks]).items()}

    def get_any(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """The items with these primary keys, at most 100, read in one call.

        Returns:
            The items that exist, by primary key.

        Raises:
            ConflictError: DynamoDB processed only part of the request; retry.
        """
        items = self._read_batch(keys, consistent=True)
        return {(item["pk"], item["sk"]): item for item in items}

    def query(self, pk: str, prefix: str = "") -> Iterator[Item]:
        """The items of one partition whose sort keys start with `prefix`, by sort key."""
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

    def query_page(self, **query: Any) -> tuple[list[Item], Item | None]:
        """One page of a query.

        Args:
            query: the arguments of DynamoDB's `Query`, except for the table's name.

        Returns:
            The items, and the key after which the next page starts; None after the last page.
        """
        with self._failures():
            page = self._client.query(TableName=self._name, **query)
        last = page.get("LastEvaluatedKey")
        return [_plain(item) for item in page["Items"]], _plain(last) if last else None

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        """Those of at most 100 items, in any partitions, that exist; eventually consistent.

        Args:
            keys: partition key and sort key of each item.

        Raises:
            ConflictError: DynamoDB processed only part of the request; retry.
        """
        return self._read_batch(keys, consistent=False)

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
            ConflictError: another writer is changing the same item.
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
        """Delete one item; a missing item is no error."""
        with self._failures():
            self._client.delete_item(TableName=self._name, Key=serialize(key(pk, sk)))

    def transact(self, actions: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
        """Perform up to 100 writes in one transaction, each `{"Put" | "Update" | "Delete": …}`.

        Raises:
            ConflictError: a condition does not hold, or another writer is changing the same item.
        """
        with self._failures():
            self._client.transact_write_items(
                TransactItems=[
                    {kind: {"TableName": self._name, **action}}  # type: ignore[misc]
                    for each in actions
                    for kind, action in each.items()
                ]
            )

    def _read_batch(self, keys: Sequence[tuple[str, str]], *, consistent: bool) -> list[Item]:
        wanted: Any = {
            "Keys": [serialize(key(pk, sk)) for pk, sk in keys],
            "ConsistentRead": consistent,
        }
        with self._failures():
            answer = self._client.batch_get_item(RequestItems={self._name: wanted})
        if answer.get("UnprocessedKeys"):
            raise ConflictError("too many readers at once")
        return [_plain(item) for item in answer["Responses"].get(self._name, [])]

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Raise lost races as ConflictError, throttling as ThrottledError, and failures of DynamoDB
        as UnavailableError; others unchanged.
        """
        try:
            yield
        except self._no_answer as error:
            raise UnavailableError(str(error)) from error
        except self._client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            cancelled = error.response.get("CancellationReasons", [])
            reasons = {reason.get("Code") for reason in cancelled}
            in_transaction = code == "TransactionCanceledException"
            if code in _RACES or (in_transaction and reasons <= _RACES_IN_TRANSACTION):
                failed = code == _FAILED or (in_transaction and reasons <= _ONLY_CONDITIONS)
                raise (ConditionFailedError if failed else ConflictError)(code) from error
            if code in THROTTLING_CODES:
                raise ThrottledError(code) from error
            if code in FAILURE_CODES:
                raise UnavailableError(code) from error
            raise


def _no_answer_errors(client: DynamoDBClient | DynamoDB) -> tuple[type[Exception], ...]:
    """The errors that a client raises if DynamoDB gives no answer."""
    if small := getattr(client.exceptions, "NoAnswerError", None):
        return (small,)
    from botocore import exceptions  # which this client has imported

    return exceptions.ConnectionError, exceptions.HTTPClientError


def key(pk: str, sk: str) -> Item:
    """The primary key of an item."""
    return {"pk": pk, "sk": sk}


def serialize(item: Mapping[str, Any]) -> Item:
    """Plain values in DynamoDB's attribute value format."""
    return {name: values.serialize(value) for name, value in item.items()}


def milliseconds(moment: datetime) -> int:
    """A time as it is stored: milliseconds since 1970, UTC."""
    return round(moment.timestamp() * 1000)


def moment(stored: int) -> datetime:
    """The time, UTC, that was stored as milliseconds since 1970."""
    return datetime.fromtimestamp(int(stored) / 1000, UTC)


def _plain(item: Mapping[str, Any]) -> Item:
    return {name: values.deserialize(value) for name, value in item.items()}
