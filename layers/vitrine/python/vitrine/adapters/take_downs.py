"""Take-downs, in DynamoDB. The table's stream reports each new one to the pipeline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import (
    ConditionFailedError,
    Item,
    Table,
    key,
    milliseconds,
    moment,
    serialize,
)
from vitrine.adapters.table_keys import take_down_key
from vitrine.domain.take_downs import Places, TakeDown
from vitrine.ports import TakeDowns

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = timedelta(days=366)
"""How long a take-down can be looked up: as long as browsers may hold copies."""


class DynamoTakeDowns(TakeDowns):
    """`vitrine.ports.TakeDowns` over the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, take_down: TakeDown) -> None:
        self._table.put(_item(take_down), **_NEW)

    def take_down(self, shop: str, take_down: str) -> TakeDown | None:
        item = self._table.get(*take_down_key(shop, take_down))
        return None if item is None else _take_down(item, shop)

    def finish(self, take_down: TakeDown) -> None:
        if take_down.done_at is None:
            raise AssertionError("a take-down that is not done")
        values = {
            "paths": sorted(take_down.places.paths),
            "done": milliseconds(take_down.done_at),
            "invalidation": take_down.invalidation,
        }
        try:
            self._table.update(
                *take_down_key(take_down.shop, take_down.id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
                ConditionExpression="attribute_exists(#pk)",
                ExpressionAttributeNames={"#pk": "pk", **{f"#{name}": name for name in values}},
                ExpressionAttributeValues=serialize(
                    {f":{name}": value for name, value in values.items()}
                ),
            )
        except ConditionFailedError:
            return


def creation(take_down: TakeDown) -> dict[str, Any]:
    """The conditional write that begins a take-down, as part of a transaction."""
    return {"Item": serialize(_item(take_down)), **_NEW}


_NEW: Mapping[str, Any] = {
    "ConditionExpression": "attribute_not_exists(#pk)",
    "ExpressionAttributeNames": {"#pk": "pk"},
}


def _item(take_down: TakeDown) -> Item:
    return {
        **key(*take_down_key(take_down.shop, take_down.id)),
        "image": take_down.image,
        # An attribute of this name is a key of the index `Listed`, where an empty text is invalid.
        **({"product": take_down.product} if take_down.product else {}),
        "original": take_down.original_key,
        "url": take_down.url,
        "keys": sorted(take_down.places.keys),
        "paths": sorted(take_down.places.paths),
        "fingerprint": take_down.fingerprint,
        "reason": take_down.reason,
        "created": milliseconds(take_down.created_at),
        "expires": int((take_down.created_at + KEPT).timestamp()),
    }


def _take_down(item: Item, shop: str) -> TakeDown:
    return TakeDown(
        id=item["sk"].partition("#")[2],
        shop=shop,
        image=int(item["image"]),
        places=Places(frozenset(item["keys"]), frozenset(item["paths"])),
        created_at=moment(item["created"]),
        product=item.get("product", ""),
        original_key=item["original"],
        url=item["url"],
        fingerprint=item["fingerprint"],
        reason=item["reason"],
        done_at=moment(item["done"]) if "done" in item else None,
        invalidation=item.get("invalidation", ""),
    )
