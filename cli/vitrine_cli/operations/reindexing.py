"""Bringing an old stack up to date: the list of shops, and the index of products with images.

It reads the whole table. Functions never do.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from vitrine.adapters import table_keys
from vitrine.adapters.table import ConditionFailedError, serialize
from vitrine.aws import values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from vitrine_cli.operations.records import StackRecords

_BYTES_PER_UNIT = 8192  # of an eventually consistent read
_USD_PER_MILLION_UNITS = 0.125  # us-east-1, on demand
_ATTRIBUTES = ("pk", "sk", "listed", "product", "version", "sorts", "shop")


@dataclass(frozen=True, slots=True)
class ScanPrice:
    """What reading the whole table costs.

    Attributes:
        items: number of items, as DynamoDB last counted them, up to six hours ago.
        units: read units.
        usd: their price in us-east-1.
    """

    items: int
    units: int
    usd: float


@dataclass(slots=True)
class Reindexed:
    """What a run has done.

    Attributes:
        shops: ids of the shops that were found.
        heads: number of galleries that were looked at.
        changed: number of galleries whose entry in the index was written.
    """

    shops: set[str]
    heads: int = 0
    changed: int = 0


def scan_price(client: DynamoDBClient, table: str) -> ScanPrice:
    """The price of reading the whole table."""
    described = client.describe_table(TableName=table)["Table"]
    units = ceil(described.get("TableSizeBytes", 0) / _BYTES_PER_UNIT)
    return ScanPrice(
        described.get("ItemCount", 0), units, units * _USD_PER_MILLION_UNITS / 1_000_000
    )


def reindex(
    client: DynamoDBClient, table: str, records: StackRecords, only: str | None = None
) -> Reindexed:
    """Complete the list of shops, the lists of hosts, and the index of products. Repeatable.

    Run it when no function of an earlier version runs any more: such a function takes a product
    out of the index when it writes a gallery's head.

    Args:
        client: a client of the table.
        table: its name.
        records: records of the stack.
        only: id of the only shop to complete; None for all.
    """
    done = Reindexed(set())
    for item in _scan(client, table):
        pk, sk = item["pk"], item["sk"]
        if sk == table_keys.HEAD and (found := table_keys.parse_gallery(pk)):
            if only in (None, found[0]):
                done.heads += 1
                done.changed += _reindex_head(records, item, *found)
        elif sk == "PROFILE" and only in (None, pk.removeprefix("SHOP#")):
            done.shops.add(pk.removeprefix("SHOP#"))
        elif sk == "HOST" and only in (None, item["shop"]):
            records.shops.list_host(pk.removeprefix("HOST#"), item["shop"])
    for shop in sorted(done.shops):
        records.shops.note_indexed(shop)
    return done


def _scan(client: DynamoDBClient, table: str) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#sk IN (:head, :profile, :host)",
        ProjectionExpression=", ".join(f"#{name}" for name in _ATTRIBUTES),
        ExpressionAttributeNames={f"#{name}": name for name in _ATTRIBUTES},
        ExpressionAttributeValues=serialize(
            {":head": table_keys.HEAD, ":profile": "PROFILE", ":host": "HOST"}
        ),
    )
    for page in pages:
        for item in page["Items"]:
            yield {name: values.deserialize(value) for name, value in item.items()}


def _reindex_head(records: StackRecords, head: dict[str, Any], shop: str, product: str) -> bool:
    """Write the index's attributes of a head that lacks them, unless it has changed meanwhile.

    A writer that has changed it meanwhile has written them.
    """
    wanted = {"listed": shop, "product": product} if head["sorts"] else {}
    present = {name: head[name] for name in ("listed", "product") if name in head}
    if wanted == present:
        return False
    update = "SET #listed = :listed, #product = :product" if wanted else "REMOVE #listed, #product"
    version = {":version": head["version"], **{f":{name}": wanted[name] for name in wanted}}
    with suppress(ConditionFailedError):
        records.table.update(
            *(head["pk"], table_keys.HEAD),
            UpdateExpression=update,
            ConditionExpression="#version = :version",
            ExpressionAttributeNames={
                "#listed": "listed",
                "#product": "product",
                "#version": "version",
            },
            ExpressionAttributeValues=serialize(version),
        )
        return True
    return False
