"""Which renditions exist, in which pixels and format (contract: tiendanube §3, inventorum §5).

A later dialect's set is one more row of `SETS`; nothing else names a size.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from vitrine.domain.pictures import Format


@dataclass(frozen=True, slots=True)
class Rendition:
    """A resized version of an original.

    Attributes:
        name: what tells it apart in a public name.
        width: the most pixels across.
        height: the most pixels down; None when free.
    """

    name: str
    width: int
    height: int | None = None

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Pixels of this rendition of a `width` x `height` picture: ratio kept, never enlarged."""
        scale = min(1.0, self.width / width, (self.height or height) / height)
        return max(1, round(width * scale)), max(1, round(height * scale))


class Alternative(Enum):
    """A format in which a rendition exists beside its own, for those who ask for it.

    It is served under the rendition's own URL, chosen by the request's `Accept`. `longest` is how
    many pixels across or down it can have.
    """

    AVIF = ("avif", "image/avif", 65_535)
    WEBP = ("webp", "image/webp", 16_383)

    def __init__(self, extension: str, media_type: str, longest: int) -> None:
        self.extension = extension
        self.media_type = media_type
        self.longest = longest


SETS: Mapping[str, tuple[Rendition, ...]] = {
    "gallery": (
        Rendition("-1024-1024", 1024, 1024),
        Rendition("-640-0", 640),
        Rendition("-480-0", 480),
        Rendition("-320-0", 320),
        Rendition("-240-0", 240),
        Rendition("-100-0", 100),
        Rendition("-50-0", 50),
    ),
    "library": (
        Rendition("ebay", 1600, 1600),
        Rendition("ipad_retina", 1024, 1024),
        Rendition("ipad", 512, 512),
        Rendition("thumb_retina", 300, 300),
        Rendition("thumb", 150, 150),
    ),
}
"""Renditions of each kind of image, from the largest to the smallest."""

LIBRARY_FORMAT = Format.PNG
"""The format of a library's renditions, whatever their original's is; none of them moves."""


def rendition_format(original: Format, *, transparent: bool) -> Format:
    """The format of a gallery's renditions: kept where every browser and platform shows it."""
    if original in (Format.WEBP, Format.BMP):
        return Format.PNG if transparent else Format.JPEG
    return original
