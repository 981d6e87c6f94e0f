"""What is known of a picture by its bytes: its format and its facts."""

from dataclasses import dataclass
from enum import Enum


class Format(Enum):
    """The picture formats the catalogue keeps. The type is judged by the bytes, never by a name."""

    PNG = ("png", "image/png")
    JPEG = ("jpg", "image/jpeg")
    GIF = ("gif", "image/gif")
    WEBP = ("webp", "image/webp")
    BMP = ("bmp", "image/bmp")

    def __init__(self, extension: str, media_type: str) -> None:
        self.extension = extension
        self.media_type = media_type


@dataclass(frozen=True, slots=True)
class Inspection:
    """What looking at some bytes showed, down to nothing at all.

    Attributes:
        format: the format, or None for anything but a picture we know.
        width: pixels across as stored, before orientation; None when not readable.
        height: pixels down as stored, before orientation; None when not readable.
        frames: how many frames are shown; 1 unless animated.
        transparent: whether any part may show what is behind it.
        whole: whether every byte of it could be read. A picture beyond the pixel limit is not
            decoded; it counts as whole with what its header shows, and as `oversized`.
        oversized: whether it has more pixels than the service decodes.
    """

    format: Format | None = None
    width: int | None = None
    height: int | None = None
    frames: int = 1
    transparent: bool = False
    whole: bool = False
    oversized: bool = False
