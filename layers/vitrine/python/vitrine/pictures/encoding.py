"""Pixels as files: small, soon, and without a word about where they come from.

Of a photograph 1024 pixels wide, WebP's next effort takes twice the time and saves 4 % of the
bytes, AVIF's next slower speed takes four times as long and saves 5 %.
"""

import io
from typing import Any

from PIL import Image as PilImage
from PIL import ImageSequence

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative
from vitrine.pictures import photographic_png

_JPEG_QUALITY = 80
_WEBP = {"quality": 80, "method": 2}
_AVIF = {"quality": 58, "speed": 9, "max_threads": 1}
_BANDS, _ROWS = 4, 8  # how many bands of how many rows are tried out
_WORTH = 1.3
"""How many times as large, at most, what is tried out of a PNG may become by being written soon.

Whole pictures become larger by less: in bands, every first row is predicted badly.
"""


def encode(picture: PilImage.Image, kind: Format, *, grainy: bool = False) -> bytes:
    """A grey, RGB or RGBA picture as a file.

    Args:
        picture: the picture; RGBA is nothing for JPEG.
        kind: the format.
        grainy: whether it `is_grainy`, which makes a PNG in a third of the time.
    """
    if kind is Format.JPEG:
        return _saved(picture, "JPEG", quality=_JPEG_QUALITY)
    if kind is Format.PNG and grainy:
        return photographic_png.write(picture)
    return _saved(picture, kind.name)


def encode_alternative(
    picture: PilImage.Image, alternative: Alternative, *, lossless: bool = False
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
    with PilImage.open(io.BytesIO(gif), formats=["GIF"]) as picture:
        loops = _loops(picture)
        durations = [each.info.get("duration", 0) for each in ImageSequence.Iterator(picture)]
        moving = {"save_all": True, "duration": durations}
        if alternative is Alternative.AVIF:
            return _saved(picture, "AVIF", **_AVIF, **moving)
        return _saved(picture, "WEBP", **_WEBP, **moving, loop=loops)


def is_grainy(picture: PilImage.Image) -> bool:
    """Whether a picture is like a photograph, in which nothing repeats itself.

    Some of its rows are written both ways.
    """
    sample = _bands(picture) if picture.height > _BANDS * _ROWS else picture
    searched, quick = (len(encode(sample, Format.PNG, grainy=grainy)) for grainy in (False, True))
    return quick < searched * _WORTH


def _bands(picture: PilImage.Image) -> PilImage.Image:
    """A few rows of a picture from several heights, one below the other."""
    bands = PilImage.new(picture.mode, (picture.width, _BANDS * _ROWS))
    for number in range(_BANDS):
        top = (2 * number + 1) * picture.height // (2 * _BANDS) - _ROWS // 2
        bands.paste(picture.crop((0, top, picture.width, top + _ROWS)), (0, number * _ROWS))
    return bands


def _loops(gif: PilImage.Image) -> int:
    """How often a GIF is shown, 0 for ever; a GIF says how often it is to be repeated."""
    repeated = gif.info.get("loop")
    if repeated is None:
        return 1
    return repeated + 1 if repeated else 0


def _saved(picture: PilImage.Image, name: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()
