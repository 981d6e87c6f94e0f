"""Looking at bytes: which picture they are, and whether all of it is there."""

import io
import struct
import warnings
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from PIL import Image as Pillow

from vitrine.domain.pictures import Format, Inspection
from vitrine.pictures import png
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.publication import gif_extent, publish

PIXEL_LIMIT = 50_000_000
"""Pixels, all frames together, beyond which a picture is not decoded."""

DECODER_ERRORS = (
    OSError,  # what Pillow raises for most damage, and for a format it does not know
    SyntaxError,  # ... for a broken header
    AssertionError,  # ... for a palette that is not there
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    Pillow.DecompressionBombError,
)
"""What decoders raise for bytes that are no good picture."""


def inspect(data: bytes, decoded: Collection[Format] = frozenset(Format)) -> Inspection:
    """What `data` is.

    Never raises for any bytes: what cannot be read is missing from the answer. Metadata is left
    out before decoding, so that trouble in it neither rejects a picture nor costs memory.

    Args:
        data: any bytes.
        decoded: the formats to decode to the last pixel, unless there are more pixels than
            `PIXEL_LIMIT`. A picture of another format counts as not whole.
    """
    kind = sniff(data)
    if kind is None:
        return Inspection()
    try:
        pixels = pixels_of(data, kind)
    except DamagedError:
        return read_header(data, kind)
    header = read_header(pixels, kind)
    if header.oversized or header.width is None or kind not in decoded:
        return header
    return replace(header, whole=_is_whole(pixels, kind))


def sniff(data: bytes) -> Format | None:
    """The format that bytes begin as: judged by them alone, never by a name or a header."""
    if data.startswith(png.SIGNATURE):
        return Format.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Format.GIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    return Format.BMP if data.startswith(b"BM") else None


def pixels_of(data: bytes, kind: Format) -> bytes:
    """What a decoder needs of a picture of format `kind`, and nothing it could stumble over.

    Raises:
        DamagedError: the structure of the bytes cannot be followed to the picture's end.
    """
    return png.pixels(data) if kind is Format.PNG else publish(data, kind)


def read_header(data: bytes, kind: Format) -> Inspection:
    """What the header of a picture of format `kind` shows; no pixel of it is decoded."""
    seen = Inspection(kind)
    try:
        with _any_size(), decoder(data, kind) as picture:
            width, height = picture.size
            seen = replace(seen, width=width, height=height)
            frames = _frames(picture)
            transparent = picture.has_transparency_data
            across, down = gif_extent(data) if kind is Format.GIF else (width, height)
    except (DamagedError, *DECODER_ERRORS):
        return seen
    oversized = across * down * frames > PIXEL_LIMIT
    return Inspection(
        kind, width, height, frames, transparent, whole=oversized, oversized=oversized
    )


@contextmanager
def decoder(data: bytes, kind: Format) -> Iterator[Pillow.Image]:
    """A picture of format `kind`, its header read; nothing else is tried, and no warning is given.

    Pillow warns of oddities that we judge ourselves.
    """
    with (
        warnings.catch_warnings(action="ignore"),
        Pillow.open(io.BytesIO(data), formats=[kind.name]) as picture,
    ):
        yield picture


@contextmanager
def _any_size() -> Iterator[None]:
    """Let Pillow open pictures of any size: it refuses them before it tells how large they are."""
    limit, Pillow.MAX_IMAGE_PIXELS = Pillow.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Pillow.MAX_IMAGE_PIXELS = limit


def _is_whole(data: bytes, kind: Format) -> bool:
    try:
        with decoder(data, kind) as picture:
            for frame in range(getattr(picture, "n_frames", 1)):
                picture.seek(frame)
                picture.load()
        return kind is not Format.PNG or png.is_complete(data)
    except DECODER_ERRORS:
        return False


def _frames(picture: Pillow.Image) -> int:
    """How many frames are shown; an APNG's still stand-in, if it has one, is none of them."""
    frames: int = getattr(picture, "n_frames", 1)
    return max(1, frames - 1) if getattr(picture, "default_image", False) else frames
