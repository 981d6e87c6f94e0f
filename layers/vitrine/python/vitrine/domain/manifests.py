"""The manifest of a picture: public JSON beside it, with all sizes and formats.

It is as immutable as the picture: it follows from the bytes and from the settings of the
deployment, and contains nothing that a client can change. All names of the same bytes have the same
manifest (contract: vitrine §7.2).
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from vitrine.domain.images import Appearance
from vitrine.domain.locations import OriginalAddress, public_url
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative
from vitrine.domain.responsive_images import PublicSize, responsive_image
from vitrine.records import dataclass

MEDIA_TYPE: Final = "application/json"
_VERSION: Final = 1
_EXTENSION: Final = ".json"


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """What the bytes of a public picture show.

    Attributes:
        original: the format of the full size.
        made: the format of the renditions.
        size: bytes of the full size.
        displayed: width and height in pixels after orientation.
        moves: whether the full size is animated.
        transparent: whether any pixel may be transparent.
        appearance: dominant colour and ThumbHash.
        alternatives: the formats in which renditions exist beside their own.
    """

    original: Format
    made: Format
    size: int
    displayed: tuple[int, int]
    moves: bool
    transparent: bool
    appearance: Appearance
    alternatives: Collection[Alternative]


def manifest_key(picture: str) -> str:
    """The public key of the manifest of a picture, by the picture's key."""
    return picture + _EXTENSION


def picture_of(key: str) -> str | None:
    """The key of the picture whose manifest a public key names; None if it names no manifest."""
    picture = key.removesuffix(_EXTENSION)
    return None if picture == key else picture


def manifest(media_url: str, address: OriginalAddress, facts: PublicFacts) -> Mapping[str, Any]:
    """The contents of the manifest of the bytes at an address.

    Args:
        media_url: the CDN's URL of public pictures, without a trailing slash.
        address: of the bytes.
        facts: what they show.
    """
    shown = responsive_image(media_url, address, facts.made, facts.displayed, facts.alternatives)
    width, height = facts.displayed
    return {
        "version": _VERSION,
        "url": public_url(media_url, address.full_size_key(facts.original)),
        "type": facts.original.media_type,
        "bytes": facts.size,
        "width": width,
        "height": height,
        "moves": facts.moves,
        "transparent": facts.transparent,
        "colour": facts.appearance.colour,
        "thumbhash": facts.appearance.thumbhash,
        "sizes": [_size(each) for each in shown.sizes],
        "srcset": shown.srcset,
        "html": shown.html(colour=facts.appearance.colour),
    }


def _size(size: PublicSize) -> dict[str, Any]:
    """A size as the members of a JSON object."""
    return {
        "name": size.name,
        "width": size.width,
        "height": size.height,
        "url": size.url,
        "formats": dict(size.formats),
    }
