"""Pictures for tests, generated."""

import base64
import io
import struct
import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from PIL import Image


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of format `kind`."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@cache
def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture in which every pixel differs from its neighbours."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    blue = Image.new("L", (width, height), 90)
    if mode == "I;16":
        grey = Image.new("I;16", (width, height))
        # The lower byte decreases, so that a decoder that uses it produces a different picture.
        values = (256 * value + 255 - value for value in across.tobytes())
        grey.frombytes(b"".join(struct.pack("<H", value) for value in values))
        return grey
    bands = (across, down, blue, across) if mode in ("RGBA", "LA") else (across, down, blue)
    picture = Image.merge("RGBA" if len(bands) == 4 else "RGB", bands)
    return picture if mode in ("RGB", "RGBA") else picture.convert(mode)


def png(width: int = 300, height: int = 300, mode: str = "RGB", **options: Any) -> bytes:
    """A PNG."""
    return encode(gradient(width, height, mode), "PNG", **options)


def jpeg(width: int = 300, height: int = 300, **options: Any) -> bytes:
    """A JPEG."""
    return encode(gradient(width, height), "JPEG", **options)


def animated(kind: str, frames: int = 2, size: int = 300, **options: Any) -> bytes:
    """An animated picture of `frames` frames."""
    first, *rest = [
        Image.new("RGB", (size, size), (number * 40 % 256, 80, 160)) for number in range(frames)
    ]
    return encode(first, kind, save_all=True, append_images=rest, duration=40, **options)


def png_chunk(name: bytes, payload: bytes) -> bytes:
    """One chunk of a PNG."""
    crc = zlib.crc32(name + payload)
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", crc)


def png_of_chunks(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks, valid or not."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def bomb(width: int, height: int, pixels: int = 10_000) -> bytes:
    """A small PNG that declares `width` x `height` pixels and unpacks to `pixels` bytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * pixels, 9)
    return png_of_chunks([(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")])


def padded_png(size: int) -> bytes:
    """A valid 300 x 300 PNG of exactly `size` bytes, with uncompressed pixels.

    The rest of the size is in a chunk that decoders ignore.
    """
    picture = png()
    end = picture.rindex(struct.pack(">I", 0) + b"IEND")
    filler = png_chunk(b"teSt", b"\0" * (size - len(picture) - 12))
    return picture[:end] + filler + picture[end:]


def opened(data: bytes) -> Image.Image:
    """The picture in `data`, decoded."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def base64_of(data: bytes) -> str:
    """The bytes in base64, as clients send them."""
    return base64.b64encode(data).decode()


def oriented(value: int) -> bytes:
    """EXIF data with an orientation, 1 to 8."""
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()
