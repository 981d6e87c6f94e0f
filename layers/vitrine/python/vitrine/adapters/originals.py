"""The properties of an original and its appearance, as attributes of DynamoDB items.

Gallery records and library records share them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.adapters.table import Item, serialize
from vitrine.domain.images import Appearance, Original, RenditionState
from vitrine.domain.pictures import WITH_ORIENTATION, Format

if TYPE_CHECKING:
    from vitrine.domain.locations import OriginalAddress


def original_attributes(original: Original) -> Item:
    """The attributes that describe an original."""
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
        **({} if original.turned is None else {"turned": original.turned}),
    }


def original_of(item: Item) -> Original:
    """The original that a record's attributes describe.

    Records of earlier versions of Vitrine do not say whether it is turned. Formats without
    orientation are not.
    """
    kind = Format[item["format"]]
    return Original(
        digest=item["hash"],
        format=kind,
        size=int(item["size"]),
        published_size=int(item["published"]),
        width=int(item["width"]),
        height=int(item["height"]),
        file_name=item["file"],
        frames=int(item["frames"]),
        transparent=item["transparent"],
        revision=int(item["revision"]),
        turned=item.get("turned", None if kind in WITH_ORIENTATION else False),
    )


def appearance_attributes(appearance: Appearance | None) -> Item:
    """The attribute that describes an appearance."""
    return {"appearance": None if appearance is None else _facts(appearance)}


def appearance_of(item: Item) -> Appearance | None:
    """The appearance that a record's attributes describe; None if it has none yet."""
    known = item.get("appearance")
    if known is None:
        return None
    # By name: a later version may have added facts.
    return Appearance(known["colour"], known["thumbhash"], known["animation_dropped"])


def completion(address: OriginalAddress, appearance: Appearance, *, turned: bool) -> dict[str, Any]:
    """The conditional update that marks renditions as complete, if the record has these bytes."""
    values = {
        ":complete": RenditionState.COMPLETE.value,
        ":appearance": _facts(appearance),
        ":turned": turned,
        ":revision": address.revision,
        ":digest": address.digest,
    }
    return {
        "UpdateExpression": (
            "SET #renditions = :complete, #appearance = :appearance, #turned = :turned"
        ),
        "ConditionExpression": "#revision = :revision AND begins_with(#hash, :digest)",
        "ExpressionAttributeNames": {
            "#renditions": "renditions",
            "#appearance": "appearance",
            "#turned": "turned",
            "#revision": "revision",
            "#hash": "hash",
        },
        "ExpressionAttributeValues": serialize(values),
    }


def _facts(appearance: Appearance) -> Item:
    return {
        "colour": appearance.colour,
        "thumbhash": appearance.thumbhash,
        "animation_dropped": appearance.animation_dropped,
    }
