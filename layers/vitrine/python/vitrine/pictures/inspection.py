"""Looking at bytes: which picture they are, and whether all of it is there."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PIL import Image as Pillow

from vitrine.domain.pictures import Format, Inspection
from vitrine.pictures.publication import DamagedError, publish

PIXEL_LIMIT = 50_000_000
"""Pixels, all frames together, beyond which a picture is not decoded."""

DECODER_ERRORS = (
    OSError,  # what Pillow raises for most damage, and for a format it does not know
    SyntaxError,  # ... for a broken header
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What decoders raise for bytes that are no good picture."""


def inspect(data: bytes) -> Inspection:
    """What `data` is, decoded to the last pixel unless it is larger than `PIXEL_LIMIT`.

    Never raises for any bytes: what cannot be read is missing from the answer. Metadata is left
    out before decoding, so that trouble in it neither rejects a picture nor costs memory.
    """
    kind = sniff(data)
    if kind is None:
        return Inspection()
    try:
        return _decoded(publish(data, kind), kind)
    except DamagedError:
        return read_header(data, kind)


def read_header(data: bytes, kind: Format) -> Inspection:
    """What the header of a picture of format `kind` shows; no pixel of it is decoded."""
    try:
        with decoder(data, kind) as picture:
            width, height = picture.size
            frames = _frames(picture)
            transparent = picture.has_transparency_data
    except Pillow.DecompressionBombError:
        width, height = struct.unpack_from(">II", data, 16) if kind is Format.PNG else (None, None)
        return Inspection(kind, width, height, whole=True, oversized=True)
    except DECODER_ERRORS:
        return Inspection(kind)
    oversized = width * height * frames > PIXEL_LIMIT
    return Inspection(
        kind, width, height, frames, transparent, whole=oversized, oversized=oversized
    )


def sniff(data: bytes) -> Format | None:
    """The format that bytes begin as: judged by them alone, never by a name or a header."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Format.GIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    return Format.BMP if data.startswith(b"BM") else None


def _decoded(data: bytes, kind: Format) -> Inspection:
    header = read_header(data, kind)
    if header.oversized or header.width is None:
        return header
    try:
        with decoder(data, kind) as picture:
            for frame in range(header.frames):
                picture.seek(frame)
                picture.load()
    except DECODER_ERRORS:
        return header
    return replace(header, whole=True)


@contextmanager
def decoder(data: bytes, kind: Format) -> Iterator[Pillow.Image]:
    """A picture of format `kind`, its header read; nothing else is tried, and no warning is given.

    Pillow warns of oddities that we judge ourselves, and of a large picture before we can ask for
    its size.
    """
    with (
        warnings.catch_warnings(action="ignore"),
        Pillow.open(io.BytesIO(data), formats=[kind.name]) as picture,
    ):
        yield picture


def _frames(picture: Pillow.Image) -> int:
    """How many frames are shown; an APNG's still stand-in, if it has one, is none of them."""
    frames: int = getattr(picture, "n_frames", 1)
    return max(1, frames - 1) if getattr(picture, "default_image", False) else frames
