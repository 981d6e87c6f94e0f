"""Pixels as files: small, soon, and without a word about where they come from.

Quality and effort were chosen by `tests/benchmarks/test_pictures.py`: a step more of effort takes
twice the time and saves a few hundredths of the bytes.
"""

import io
import zlib
from typing import Any

from PIL import Image as Pillow
from PIL import ImageSequence

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative

_JPEG_QUALITY = 80
_WEBP = {"quality": 80, "method": 2}
_AVIF = {"quality": 58, "speed": 9, "max_threads": 1}
_BANDS, _ROWS = 4, 8  # how many bands of how many rows are tried out
_GAIN = 1.08
"""From which gain in bytes on it is worth to search a PNG's rows for what repeats."""


def encode(picture: Pillow.Image, kind: Format, *, grainy: bool = False) -> bytes:
    """A grey, RGB or RGBA picture as a file.

    Args:
        picture: the picture; RGBA is nothing for JPEG.
        kind: the format.
        grainy: whether it `is_grainy`: packed in a fifth of the time, to nearly the same size.
    """
    if kind is Format.JPEG:
        return _saved(picture, "JPEG", quality=_JPEG_QUALITY)
    if kind is Format.PNG:
        return _saved(picture, "PNG", **({"compress_type": zlib.Z_RLE} if grainy else {}))
    return _saved(picture, kind.name)


def encode_alternative(
    picture: Pillow.Image, alternative: Alternative, *, lossless: bool = False
) -> bytes:
    """A grey, RGB or RGBA picture as a file in an alternative format.

    Args:
        picture: the picture.
        alternative: the format.
        lossless: whether to keep every pixel where that is small, as of drawings in WebP.
    """
    if alternative is Alternative.AVIF:
        return _saved(picture, "AVIF", **_AVIF)
    return _saved(picture, "WEBP", **_WEBP, lossless=lossless)


def encode_moving(gif: bytes, alternative: Alternative) -> bytes:
    """A moving GIF in an alternative format, frame by frame, as long and as often."""
    with Pillow.open(io.BytesIO(gif), formats=["GIF"]) as picture:
        loops = _loops(picture)
        durations = [each.info.get("duration", 0) for each in ImageSequence.Iterator(picture)]
        moving = {"save_all": True, "duration": durations}
        if alternative is Alternative.AVIF:
            return _saved(picture, "AVIF", **_AVIF, **moving)
        return _saved(picture, "WEBP", **_WEBP, **moving, loop=loops)


def is_grainy(picture: Pillow.Image) -> bool:
    """Whether a picture is like a photograph, in which nothing repeats itself.

    Some of its rows are packed both ways.
    """
    sample = _bands(picture) if picture.height > _BANDS * _ROWS else picture
    searched, packed = (len(encode(sample, Format.PNG, grainy=grainy)) for grainy in (False, True))
    return packed < searched * _GAIN


def _bands(picture: Pillow.Image) -> Pillow.Image:
    """A few rows of a picture from several heights, one below the other."""
    bands = Pillow.new(picture.mode, (picture.width, _BANDS * _ROWS))
    for number in range(_BANDS):
        top = (2 * number + 1) * picture.height // (2 * _BANDS) - _ROWS // 2
        bands.paste(picture.crop((0, top, picture.width, top + _ROWS)), (0, number * _ROWS))
    return bands


def _loops(gif: Pillow.Image) -> int:
    """How often a GIF is shown, 0 for ever; a GIF says how often it is to be repeated."""
    repeated = gif.info.get("loop")
    if repeated is None:
        return 1
    return repeated + 1 if repeated else 0


def _saved(picture: Pillow.Image, name: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()
