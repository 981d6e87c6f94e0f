"""PNGs of 16 bits a channel in which one RGB colour is transparent (chunk tRNS).

Pillow keeps the upper 8 bits of each channel, in which other colours equal the transparent one. So
the lower 8 bits are decoded as well, and all 16 are compared.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image as PilImage
from PIL import ImageChops

from vitrine.domain.pictures import Format
from vitrine.pictures import png
from vitrine.pictures.opening import decoder

_LOWER = "RGB;16L"  # the raw mode that takes the second of two bytes
_RGB_16 = (16, 2)  # bit depth and colour type


def transparent_colour(published: bytes) -> tuple[int, ...] | None:
    """Red, green and blue, 16 bits each, of the transparent colour; None for any other PNG."""
    described: tuple[int, ...] = ()
    for name, chunk in png.chunks(published, checked=True):
        if name == b"IHDR":
            described = chunk[16], chunk[17]
        if name == b"tRNS" and described == _RGB_16 and len(chunk) >= 18:
            return struct.unpack_from(">3H", chunk, 8)
        if name == b"IDAT":
            break
    return None


@contextmanager
def read(pixels: bytes, colour: tuple[int, ...]) -> Iterator[PilImage.Image]:
    """The picture as RGBA, 8 bits a channel.

    Args:
        pixels: the PNG, as `png.pixels` returns it.
        colour: the transparent colour.

    Raises:
        Exception: one of `DECODER_ERRORS`: the picture is damaged.
    """
    with decoder(pixels, Format.PNG) as picture:
        picture.tile = [tile._replace(args=_LOWER) for tile in picture.tile]  # type: ignore[attr-defined]
        picture.load()
        lower = _equal(picture, [band & 0xFF for band in colour])
    with decoder(pixels, Format.PNG) as picture:
        picture.load()
        picture.info.clear()  # the transparent colour in 8 bits
        transparent = ImageChops.darker(lower, _equal(picture, [band >> 8 for band in colour]))
        del lower
        picture.putalpha(ImageChops.invert(transparent))
        yield picture


def _equal(picture: PilImage.Image, colour: list[int]) -> PilImage.Image:
    """A mask of the pixels of an RGB picture that have a colour."""
    mask = PilImage.new("L", picture.size, 255)
    for number, level in enumerate(colour):
        is_level = [255 * (each == level) for each in range(256)]
        mask = ImageChops.darker(mask, picture.getchannel(number).point(is_level))
    return mask
