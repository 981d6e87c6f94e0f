"""What the bytes of a picture tell: its format, its size, and whether it is whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Format(Enum):
    """The picture formats that the catalogue stores, told by the bytes and never by a name."""

    PNG = ("png", "image/png")
    JPEG = ("jpg", "image/jpeg")
    GIF = ("gif", "image/gif")
    WEBP = ("webp", "image/webp")
    BMP = ("bmp", "image/bmp")

    def __init__(self, extension: str, media_type: str) -> None:
        self.extension = extension
        self.media_type = media_type


PIXEL_LIMITS: Mapping[Format, int] = {
    Format.PNG: 120_000_000,
    Format.JPEG: 120_000_000,
    Format.GIF: 50_000_000,
    Format.WEBP: 50_000_000,
    Format.BMP: 50_000_000,
}
"""The most pixels, width times height, of a picture that is decoded, against decompression bombs.

The limits come from the memory that decoders need; `tests/unit/test_hostile_pictures.py` measures
it. Functions that inspect pictures have 1536 MB, those that resize them 1769 MB.
"""
SIDE_LIMIT = 65_500
"""The most pixels across or down of a picture that is decoded: libjpeg's limit, for renditions."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the inspection of some bytes showed.

    Attributes:
        format: the format, or None for anything but a picture of a known format.
        width: pixels across as stored, before orientation; None when not readable.
        height: pixels down as stored, before orientation; None when not readable.
        frames: how many frames are shown; 1 unless animated.
        transparent: whether any part may show what is behind it.
        whole: whether every pixel could be decoded. An `oversized` picture is not decoded, and
            counts as whole with what its header shows.
        oversized: whether it has more pixels than `PIXEL_LIMITS` and `SIDE_LIMIT` permit.
    """

    format: Format | None = None
    width: int | None = None
    height: int | None = None
    frames: int = 1
    transparent: bool = False
    whole: bool = False
    oversized: bool = False
