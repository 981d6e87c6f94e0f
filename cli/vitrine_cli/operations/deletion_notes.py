"""What the deletion of a shop notes in the table, so that an interrupted one goes on.

It is one item, which goes when the shop's tombstone is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitrine.adapters.table import ConditionFailedError, key, milliseconds, moment, serialize
from vitrine.clock import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from vitrine.adapters.table import Item, Table

CLOSING = "CLOSING"
"""The sort key of the notes."""


@dataclass(frozen=True, slots=True)
class DeletionNotes:
    """The notes of one shop's deletion.

    Attributes:
        table: the stack's table.
        shop: id of the shop.
    """

    table: Table
    shop: str

    def closed_at(self) -> datetime:
        """When the doors were closed, noted the first time."""
        noted = self._item()
        if noted is None:
            noted = {**key(f"SHOP#{self.shop}", CLOSING), "closed": milliseconds(now())}
            self.table.put(noted)
        return moment(noted["closed"])

    def deleted(self) -> tuple[dict[str, int], list[str]]:
        """How much earlier runs have deleted, by what it is, and their completed invalidations."""
        item = self._item() or {}
        counts = {name: int(number) for name, number in item.get("counts", {}).items()}
        return counts, [*item.get("invalidations", [])]

    def save(self, counts: Mapping[str, int], invalidations: Sequence[str]) -> None:
        """Note what all runs have deleted; after the tombstone is written, do nothing."""
        values = {":counts": dict(counts), ":invalidations": [*invalidations]}
        try:
            self.table.update(
                *(f"SHOP#{self.shop}", CLOSING),
                UpdateExpression="SET #counts = :counts, #invalidations = :invalidations",
                ConditionExpression="attribute_exists(#pk)",
                ExpressionAttributeNames={
                    "#pk": "pk",
                    "#counts": "counts",
                    "#invalidations": "invalidations",
                },
                ExpressionAttributeValues=serialize(values),
            )
        except ConditionFailedError:
            return

    def _item(self) -> Item | None:
        return self.table.get(f"SHOP#{self.shop}", CLOSING)
