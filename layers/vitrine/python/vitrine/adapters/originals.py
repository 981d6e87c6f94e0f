"""What records of every kind hold of an original, as attributes of DynamoDB items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import Item, wire
from vitrine.domain.images import Original, RenditionState
from vitrine.domain.pictures import Format

if TYPE_CHECKING:
    from vitrine.domain.locations import Address


def original_attributes(original: Original) -> Item:
    """The attributes of an original."""
    return {
        "file": original.file_name,
        "hash": original.digest,
        "format": original.format.name,
        "size": original.size,
        "published": original.published_size,
        "width": original.width,
        "height": original.height,
        "frames": original.frames,
        "transparent": original.transparent,
        "revision": original.revision,
    }


def original_of(item: Item) -> Original:
    """The original that a record's attributes tell."""
    return Original(
        digest=item["hash"],
        format=Format[item["format"]],
        size=int(item["size"]),
        published_size=int(item["published"]),
        width=int(item["width"]),
        height=int(item["height"]),
        file_name=item["file"],
        frames=int(item["frames"]),
        transparent=item["transparent"],
        revision=int(item["revision"]),
    )


def completion(address: Address) -> dict[str, Any]:
    """The update that notes complete renditions, of a record that has these bytes and no other."""
    values = {
        ":complete": RenditionState.COMPLETE.value,
        ":revision": address.revision,
        ":digest": address.digest,
    }
    return {
        "UpdateExpression": "SET #renditions = :complete",
        "ConditionExpression": "#revision = :revision AND begins_with(#hash, :digest)",
        "ExpressionAttributeNames": {
            "#renditions": "renditions",
            "#revision": "revision",
            "#hash": "hash",
        },
        "ExpressionAttributeValues": wire(values),
    }
