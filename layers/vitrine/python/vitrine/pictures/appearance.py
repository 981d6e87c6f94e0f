"""Placeholders: the dominant colour of a picture and a ThumbHash, a low-quality image in 25 bytes.

A page shows them while the picture loads. ThumbHash (https://evanw.github.io/thumbhash/) keeps the
lowest frequencies of luminance, of two chrominance channels and of alpha, four bits each.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from math import cos, floor, pi
from operator import mul

from PIL import Image as PilImage

from vitrine.domain.images import Appearance
from vitrine.pictures.resampling import shrink

_EDGE = 20  # pixels: the finest stored wave has seven half periods
_COLOURS = 6  # of the palette that the dominant colour is taken from
_OPAQUE = 128


def describe(picture: PilImage.Image) -> Appearance:
    """The placeholders of a grey, RGB or RGBA picture."""
    scale = min(1.0, _EDGE / max(picture.size))
    width, height = (max(1, round(side * scale)) for side in picture.size)
    small = shrink(picture, (width, height)).convert("RGBA")
    return Appearance(_dominant_colour(small), b64encode(_thumbhash(small)).decode())


def _dominant_colour(picture: PilImage.Image) -> str:
    """The most frequent colour of a small palette as `#rrggbb`; transparent pixels do not count."""
    data = picture.tobytes()
    opaque = [data[at : at + 3] for at in range(0, len(data), 4) if data[at + 3] >= _OPAQUE]
    if not opaque:
        return "#ffffff"
    row = PilImage.frombytes("RGB", (len(opaque), 1), b"".join(opaque))
    few = row.quantize(_COLOURS, PilImage.Quantize.MEDIANCUT)
    counts = few.histogram()
    index = counts.index(max(counts))
    palette = few.getpalette() or []
    return "#" + bytes(palette[3 * index : 3 * index + 3]).hex()


def _thumbhash(picture: PilImage.Image) -> bytes:
    """The ThumbHash of an RGBA picture."""
    width, height = picture.size
    opacity = picture.tobytes()[3::4]
    transparent = min(opacity) < 255
    if transparent:
        picture = PilImage.alpha_composite(_average(picture), picture)
    data = picture.tobytes()
    bands = list(zip(data[0::4], data[1::4], data[2::4], strict=True))
    most, longest = (5 if transparent else 7), max(width, height)
    across = max(1, _round(most * width / longest))
    down = max(1, _round(most * height / longest))
    bright = _frequencies(
        [(red + green + blue) / 765 for red, green, blue in bands],
        width,
        (max(3, across), max(3, down)),
    )
    yellow = _frequencies([(red + green) / 510 - blue / 255 for red, green, blue in bands], width)
    red_green = _frequencies([(red - green) / 255 for red, green, _ in bands], width)
    landscape = width > height
    header = (
        _round(63 * bright[0])
        | _round(31.5 + 31.5 * yellow[0]) << 6
        | _round(31.5 + 31.5 * red_green[0]) << 12
        | _round(31 * bright[1]) << 18
        | transparent << 23
    )
    shape = (
        (down if landscape else across)
        | _round(63 * yellow[1]) << 3
        | _round(63 * red_green[1]) << 9
        | landscape << 15
    )
    beginning = header.to_bytes(3, "little") + shape.to_bytes(2, "little")
    waves = [*bright[2], *yellow[2], *red_green[2]]
    if transparent:
        alpha = _frequencies([value / 255 for value in opacity], width, (5, 5))
        beginning += bytes([_round(15 * alpha[0]) | _round(15 * alpha[1]) << 4])
        waves += alpha[2]
    fours = [_round(15 * value) for value in waves] + [0] * (len(waves) % 2)
    pairs = zip(fours[::2], fours[1::2], strict=True)
    return beginning + bytes(low | high << 4 for low, high in pairs)


def _average(picture: PilImage.Image) -> PilImage.Image:
    """A picture of the same size, filled with the average colour, weighted by alpha."""
    data = picture.tobytes()
    opacity = data[3::4]
    total = sum(opacity) or 1
    colour = (round(sum(map(mul, data[band::4], opacity)) / total) for band in range(3))
    return PilImage.new("RGBA", picture.size, (*colour, 255))


def _frequencies(
    values: Sequence[float], width: int, most: tuple[int, int] = (3, 3)
) -> tuple[float, float, list[float]]:
    """A plane's average, its largest amplitude, and its amplitudes scaled by that to 0 to 1.

    Args:
        values: its pixels, row by row.
        width: pixels in a row.
        most: how many waves across and down, the average included.
    """
    across, down = most
    height = len(values) // width
    horizontal = [_wave(number, width) for number in range(across)]
    rows = [values[row * width : (row + 1) * width] for row in range(height)]
    columns = [[sum(map(mul, row, wave)) for row in rows] for wave in horizontal]
    average, *waves = (
        sum(map(mul, columns[number], _wave(vertical, height))) / len(values)
        for vertical, number in _kept(across, down)
    )
    largest = max(map(abs, waves))
    if largest == 0:
        return average, 0.0, [0.0] * len(waves)
    return average, largest, [0.5 + 0.5 / largest * wave for wave in waves]


def _kept(across: int, down: int) -> Iterator[tuple[int, int]]:
    """Numbers of the stored waves, vertical and horizontal, in the format's order."""
    for vertical in range(down):
        for horizontal in range(across):
            if horizontal * down < across * (down - vertical):
                yield vertical, horizontal


@cache
def _wave(number: int, length: int) -> list[float]:
    return [cos(pi / length * number * (at + 0.5)) for at in range(length)]


def _round(value: float) -> int:
    return floor(value + 0.5)  # half up, as the reference implementation does, not half to even
