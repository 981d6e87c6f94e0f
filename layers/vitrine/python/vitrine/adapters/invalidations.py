"""Invalidation flags of images, in DynamoDB (docs/architecture.md D46).

The flag of an image is in the partition of its file names, which the pipeline reads anyway. What
the pipeline notes in the flag, the table's stream reports.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vitrine.adapters.table import (
    ConditionFailedError,
    Item,
    Table,
    key,
    milliseconds,
    serialize,
)
from vitrine.adapters.table_keys import FLAG, names

if TYPE_CHECKING:
    from vitrine.domain.invalidations import Unpublished

KEPT = timedelta(days=15)
"""How long an image stays flagged: longer than the dead-letter queue keeps an event of it."""


def flag(shop: str, image: int) -> Item:
    """The item that flags an image."""
    return {**key(names(shop, image), FLAG), "expires": int((datetime.now(UTC) + KEPT).timestamp())}


def note(table: Table, unpublished: Unpublished) -> None:
    """Note in the flag of an image what it has lost; without a flag, do nothing.

    Each note differs from the one before, because the stream reports no write that changes nothing.

    Raises:
        ConflictError: another writer is changing the flag; retry.
    """
    now = datetime.now(UTC)
    values = {
        ":paths": sorted(unpublished.paths),
        ":since": milliseconds(unpublished.since or now),
        ":noted": milliseconds(now),
    }
    try:
        table.update(
            *(names(unpublished.shop, unpublished.image), FLAG),
            UpdateExpression="SET #paths = :paths, #since = :since, #noted = :noted",
            ConditionExpression="attribute_exists(#pk)",
            ExpressionAttributeNames={
                "#pk": "pk",
                "#paths": "paths",
                "#since": "since",
                "#noted": "noted",
            },
            ExpressionAttributeValues=serialize(values),
        )
    except ConditionFailedError:
        return
