"""Pixels as files: small, soon, and without a word about where they come from.

Of a photograph 1024 pixels wide, WebP's next effort takes twice the time and saves 4 % of the
bytes, AVIF's next slower speed takes four times as long and saves 5 %.
"""

import io
from typing import Any

from PIL import Image as PilImage

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative
from vitrine.pictures import avif, photographic_png, webp
from vitrine.pictures.animation import Movie, without_half_tones

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
    if kind is Format.GIF and picture.mode == "RGBA":
        picture = without_half_tones(picture)
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


def encode_moving(movie: Movie, alternative: Alternative) -> bytes:
    """An animation in an alternative format, with the same durations and repetitions."""
    transparent = any(frame.getchannel("A").getextrema() != (255, 255) for frame in movie.frames)
    first, *others = (frame if transparent else frame.convert("RGB") for frame in movie.frames)
    times = _times(movie)
    moving = {"save_all": True, "append_images": others, "duration": list(movie.durations)}
    if alternative is Alternative.AVIF:
        encoded = _saved(first, "AVIF", **_AVIF, **moving)
        return avif.playing(encoded, times) if times else encoded
    encoded = _saved(first, "WEBP", **_WEBP, **moving, loop=times)
    return webp.with_transparency(encoded) if transparent and others else encoded


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


def _times(movie: Movie) -> int:
    """How often an animation is shown, 0 for ever."""
    if movie.repeats is None:
        return 1
    return movie.repeats + 1 if movie.repeats else 0


def _saved(picture: PilImage.Image, name: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()
