"""Picture formats, limits against decompression bombs, and the result of an inspection."""

from collections.abc import Mapping
from enum import Enum

from vitrine.records import dataclass


class Format(Enum):
    """The supported picture formats, detected from the bytes, never from a file name."""

    PNG = ("png", "image/png")
    JPEG = ("jpg", "image/jpeg")
    GIF = ("gif", "image/gif")
    WEBP = ("webp", "image/webp")
    BMP = ("bmp", "image/bmp")

    def __init__(self, extension: str, media_type: str) -> None:
        self.extension = extension
        self.media_type = media_type


WITH_ORIENTATION = frozenset({Format.PNG, Format.JPEG, Format.WEBP})
"""The formats whose files can contain an EXIF orientation."""
PIXEL_LIMITS: Mapping[Format, int] = {
    Format.PNG: 120_000_000,
    Format.JPEG: 120_000_000,
    Format.GIF: 50_000_000,
    Format.WEBP: 50_000_000,
    Format.BMP: 50_000_000,
}
"""The maximum number of pixels, width times height, of a picture that is decoded.

The limits follow from the memory that decoders need; `tests/unit/test_hostile_pictures.py` measures
it. Functions that inspect pictures have 1536 MB, those that resize them 1769 MB.
"""
SIDE_LIMIT = 65_500
"""The maximum width and height in pixels of a picture that is decoded: libjpeg's limit, which
applies to renditions."""


def displayed_size(width: int, height: int, *, turned: bool) -> tuple[int, int]:
    """Width and height in pixels after orientation; `turned` exchanges them."""
    return (height, width) if turned else (width, height)


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of the inspection of a file.

    Attributes:
        format: the picture format, or None if the file is not a picture of a supported format.
        width: width in pixels as stored, before orientation; None if not readable.
        height: height in pixels as stored, before orientation; None if not readable.
        frames: number of frames that are shown; 1 if not animated.
        transparent: whether any pixel may be transparent.
        turned: whether it is displayed with width and height exchanged (EXIF orientation 5 to 8).
        whole: whether every pixel could be decoded. An `oversized` picture is not decoded; it
            counts as whole if its header is valid.
        oversized: whether it exceeds `PIXEL_LIMITS` or `SIDE_LIMIT`.
    """

    format: Format | None = None
    width: int | None = None
    height: int | None = None
    frames: int = 1
    transparent: bool = False
    turned: bool = False
    whole: bool = False
    oversized: bool = False

    @property
    def displayed(self) -> tuple[int, int] | None:
        """Width and height in pixels after orientation; None if not readable."""
        if self.width is None or self.height is None:
            return None
        return displayed_size(self.width, self.height, turned=self.turned)
