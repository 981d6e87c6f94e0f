"""The sizes in pixels and the formats of renditions (contract: tiendanube §3, inventorum §5).

To add a size, add a row to `SETS`; no other code contains sizes.
"""

from collections.abc import Mapping
from enum import Enum

from vitrine.domain.pictures import Format
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class Rendition:
    """A resized version of an original.

    Attributes:
        name: its part of the public name.
        width: the maximum width in pixels.
        height: the maximum height in pixels; None for no limit.
    """

    name: str
    width: int
    height: int | None = None

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Width and height in pixels of this rendition of a `width` x `height` picture.

        The aspect ratio is kept, and a picture is never enlarged.
        """
        scale = min(1.0, self.width / width, (self.height or height) / height)
        return max(1, round(width * scale)), max(1, round(height * scale))


class Alternative(Enum):
    """A second format of a rendition, for clients that accept it.

    It is served under the rendition's own URL by content negotiation on the `Accept` header.
    `longest` is the format's maximum width and height in pixels.
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
"""The renditions of gallery images and of library images, from the largest to the smallest."""

LIBRARY_FORMAT = Format.PNG
"""The format of library renditions, for originals of any format; they are not animated."""


def rendition_format(original: Format, *, transparent: bool) -> Format:
    """The format of a gallery image's renditions.

    It is the original's format if all browsers and platforms display it, else PNG or JPEG.
    """
    if original in (Format.WEBP, Format.BMP):
        return Format.PNG if transparent else Format.JPEG
    return original
