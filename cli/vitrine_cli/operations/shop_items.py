"""All items of a shop in the table, found by reading the whole table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitrine.adapters import table_keys
from vitrine.adapters.table import key, serialize
from vitrine.aws import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 25  # writes per BatchWriteItem
_LONGEST_PAUSE = 16.0  # seconds
_ATTRIBUTES = ("pk", "sk", "shop", "client")


@dataclass(frozen=True, slots=True)
class ItemKey:
    """The primary key of an item."""

    pk: str
    sk: str


@dataclass(slots=True)
class Walk:
    """One reading of the whole table.

    Attributes:
        client: a client of the table.
        table: its name.
        read: number of items read so far.
    """

    client: DynamoDBClient
    table: str
    read: int = 0

    def items_of(self, shop: str, clients: frozenset[str]) -> Iterator[ItemKey]:
        """Keys of all items of a shop, strongly consistent.

        Args:
            shop: the shop's id.
            clients: digests of its clients, whose refresh tokens do not name the shop.
        """
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            ConsistentRead=True,
            ProjectionExpression=", ".join(f"#{name}" for name in _ATTRIBUTES),
            ExpressionAttributeNames={f"#{name}": name for name in _ATTRIBUTES},
        )
        for page in pages:
            self.read += page["ScannedCount"]
            for stored in page["Items"]:
                item = {name: values.deserialize(value) for name, value in stored.items()}
                if belongs(item, shop, clients):
                    yield ItemKey(item["pk"], item["sk"])


def belongs(item: dict[str, Any], shop: str, clients: frozenset[str]) -> bool:
    """Whether an item is a shop's.

    Used nonces and idempotency keys name no shop; they expire within a day.

    Args:
        item: its keys, and `shop` and `client` where it has them.
        shop: the shop's id. Another id may begin with it.
        clients: digests of the shop's clients.
    """
    pk, sk = item["pk"], item["sk"]
    kind, _, rest = pk.partition("#")
    match kind:
        case "SHOP" | "RETIRED" | "LIBRARY" | "IMPORT":
            return bool(rest == shop)
        case "NAMES":
            return bool(rest.partition("#")[0] == shop)  # shop ids contain no "#"
        case "GALLERY":
            found = table_keys.parse_gallery(pk)
            return found is not None and found[0] == shop
        case "SHOPS" | "ACCOUNT":
            return bool(sk == f"SHOP#{shop}")
        case "REFRESH":
            return item.get("client") in clients
        case "CREDENTIAL" | "OAUTH" | "HOST":
            return item.get("shop") == shop
    return False


def delete_items(
    client: DynamoDBClient,
    table: str,
    keys: Iterable[ItemKey],
    pause: Callable[[float], None],
) -> Iterator[list[ItemKey]]:
    """Delete items, in batches, and yield each deleted batch; missing ones are no error.

    Args:
        client: a client of the table.
        table: its name.
        keys: the items.
        pause: waits for a number of seconds, when DynamoDB throttles.
    """
    waiting = list[ItemKey]()
    for each in keys:
        waiting.append(each)
        if len(waiting) == _BATCH:
            _delete(client, table, waiting, pause)
            yield waiting
            waiting = []
    if waiting:
        _delete(client, table, waiting, pause)
        yield waiting


def _delete(
    client: DynamoDBClient, table: str, batch: list[ItemKey], pause: Callable[[float], None]
) -> None:
    left: Any = {
        table: [{"DeleteRequest": {"Key": serialize(key(each.pk, each.sk))}} for each in batch]
    }
    seconds = 0.25
    while left:
        left = client.batch_write_item(RequestItems=left).get("UnprocessedItems")
        if left:
            pause(seconds)
            seconds = min(2 * seconds, _LONGEST_PAUSE)
