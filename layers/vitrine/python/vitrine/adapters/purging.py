"""The writes that purge a retired (soft-deleted) image from the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.adapters.counters import count_purged
from vitrine.adapters.table import key, serialize
from vitrine.adapters.table_keys import retired, sort_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine.domain.images import Image


def purge_actions(image: Image) -> list[Mapping[str, Mapping[str, Any]]]:
    """The writes that delete a retired record and count it, on condition that it exists."""
    delete = {
        "Key": serialize(key(retired(image.shop), sort_key(image.id))),
        "ConditionExpression": "attribute_exists(#pk)",
        "ExpressionAttributeNames": {"#pk": "pk"},
    }
    counted = count_purged(image.shop, image.id, image.original)
    return [{"Delete": delete}, {"Update": counted}]
