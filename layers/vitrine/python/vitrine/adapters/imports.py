"""Outcomes of files in the import folder, in DynamoDB: one item per file, for its latest version.

An outcome is a conditional write: it fails if this version of the file, or a later one, is already
settled. This makes imports idempotent although S3 can deliver an event twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import Item, Table, key, milliseconds, moment, serialize
from vitrine.domain.imports import Arrival, Import
from vitrine.ports import Imports

if TYPE_CHECKING:
    from datetime import datetime

_PREFIX = "FILE#"
_REMEMBERED_SECONDS = 90 * 24 * 3600
"""How long the outcome of an imported file is kept: much longer than any event can be late."""


class DynamoImports(Imports):
    """`vitrine.ports.Imports` over the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def imported(self, shop: str, path: str) -> Import | None:
        item = self._table.get(_pk(shop), f"{_PREFIX}{path}")
        return None if item is None else _import(item)

    def reject(self, rejected: Import) -> None:
        self._table.transact([{"Put": settlement(rejected)}])

    def imports(self, shop: str) -> list[Import]:
        return [_import(item) for item in self._table.query(_pk(shop), _PREFIX)]


def settlement(settled: Import) -> dict[str, Any]:
    """The conditional write of an outcome, as an action of a transaction."""
    arrival = settled.arrival
    item: Item = {
        **key(_pk(arrival.shop), f"{_PREFIX}{arrival.path}"),
        "shop": arrival.shop,
        "path": arrival.path,
        "product": arrival.product,
        "file": arrival.file_name,
        "tag": arrival.tag,
        "sequencer": arrival.sequencer,
        "settled": milliseconds(settled.settled_at),
        "reason": settled.reason,
    }
    if settled.image is not None:  # a rejection is kept until a new version of its file arrives
        item["image"] = settled.image
        item["expires"] = _expiry(settled.settled_at)
    return {
        "Item": serialize(item),
        "ConditionExpression": "attribute_not_exists(#pk) OR #sequencer < :sequencer",
        "ExpressionAttributeNames": {"#pk": "pk", "#sequencer": "sequencer"},
        "ExpressionAttributeValues": serialize({":sequencer": arrival.sequencer}),
    }


def _expiry(settled_at: datetime) -> int:
    return round(settled_at.timestamp()) + _REMEMBERED_SECONDS


def _pk(shop: str) -> str:
    return f"IMPORT#{shop}"


def _import(item: Item) -> Import:
    image = item.get("image")
    return Import(
        Arrival(
            shop=item["shop"],
            path=item["path"],
            product=item["product"],
            file_name=item["file"],
            tag=item["tag"],
            sequencer=item["sequencer"],
        ),
        settled_at=moment(item["settled"]),
        image=None if image is None else int(image),
        reason=item["reason"],
    )
