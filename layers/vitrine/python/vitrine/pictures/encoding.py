"""Encoding of renditions: quality, effort, chroma subsampling, and lossless or lossy.

The settings are measured on a photograph 1024 pixels wide. WebP's next effort takes twice the time
and saves 4 % of the bytes, AVIF's next slower speed takes four times as long and saves 5 %.
Optimized Huffman tables of a JPEG save 1 % at 1024 pixels for twice the time, and 22 % at 50 pixels
for next to none. Progressive JPEGs would save 2 %, take five times as long, and decode 2.5 times as
slowly.
"""

import io
from typing import Any

from PIL import Image as PilImage
from PIL import ImageChops

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative
from vitrine.pictures import avif, photographic_png, webp
from vitrine.pictures.animation import Movie, without_half_tones

_JPEG_QUALITY = 80
_OPTIMIZED = 320  # pixels across, up to which a JPEG's Huffman tables are optimized
_WEBP = {"quality": 80, "method": 2}
_MOVING_WEBP = _WEBP | {"kmin": 0, "kmax": 0, "allow_mixed": True}
"""No key frame after the first one, so that a frame holds what changes; each without loss or not.

Key frames serve players that skip forward. Without them, banners lose a third of their bytes.
"""
_AVIF: dict[str, Any] = {"quality": 58, "speed": 9, "max_threads": 1}
_BANDS, _ROWS = 4, 8  # how many bands of how many rows are tried out
_WORTH = 1.3
"""How many times as large, at most, the bands may become by the faster way of writing a PNG.

Whole pictures grow by less: in bands, every first row is predicted badly.
"""
_EDGE = 48
"""The difference in brightness between neighbours from which on it is an edge."""
_EDGES = 0.22
"""The share of edges in all differences from which on a picture is a drawing.

Of a photograph it is below 0.05, of noise 0.15, of small text 0.3 to 0.7.
"""
_RED, _REDS = 180, 0.01
"""The red chroma (Cr) of strong reds, and the share of such pixels that subsampling would harm."""


def encode(picture: PilImage.Image, kind: Format, *, grainy: bool = False) -> bytes:
    """A grey, RGB or RGBA picture as a file.

    Args:
        picture: the picture; RGBA is nothing for JPEG.
        kind: the format.
        grainy: whether it `is_grainy`: then a PNG is written in a third of the time.
    """
    if kind is Format.JPEG:
        optimize = picture.width <= _OPTIMIZED
        return _saved(picture, "JPEG", quality=_JPEG_QUALITY, optimize=optimize)
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
        lossless: whether it is a drawing: WebP keeps every pixel, AVIF every colour.
    """
    if alternative is Alternative.AVIF:
        return _saved(picture, "AVIF", **_avif(picture, drawing=lossless))
    return _saved(picture, "WEBP", **_WEBP, lossless=lossless)


def encode_moving(movie: Movie, alternative: Alternative) -> bytes:
    """An animation in an alternative format, with the same durations and repetitions."""
    transparent = any(frame.getchannel("A").getextrema() != (255, 255) for frame in movie.frames)
    first, *others = (frame if transparent else frame.convert("RGB") for frame in movie.frames)
    times = _times(movie)
    moving = {"save_all": True, "append_images": others, "duration": list(movie.durations)}
    if alternative is Alternative.AVIF:
        drawing = not is_grainy(first)
        encoded = _saved(first, "AVIF", **_avif(first, drawing=drawing), **moving)
        return avif.playing(encoded, times) if times else encoded
    encoded = _saved(first, "WEBP", **_MOVING_WEBP, **moving, loop=times)
    return webp.with_transparency(encoded) if transparent and others else encoded


def _avif(picture: PilImage.Image, *, drawing: bool) -> dict[str, Any]:
    full = drawing or _has_strong_reds(picture)
    return _AVIF | {"subsampling": "4:4:4" if full else "4:2:0"}


def _has_strong_reds(picture: PilImage.Image) -> bool:
    """Whether chroma subsampling (4:2:0) would blur what is strongly red."""
    if picture.mode == "L":
        return False
    levels = picture.convert("RGB").convert("YCbCr").getchannel("Cr").histogram()
    return sum(levels[_RED:]) > _REDS * picture.width * picture.height


def is_grainy(picture: PilImage.Image) -> bool:
    """Whether a picture is like a photograph: its pixels do not repeat, and few of them are edges.

    To find repetition, some of its rows are written as PNG in two ways.
    """
    if _share_of_edges(picture) > _EDGES:
        return False
    sample = _bands(picture) if picture.height > _BANDS * _ROWS else picture
    searched, quick = (len(encode(sample, Format.PNG, grainy=grainy)) for grainy in (False, True))
    return quick < searched * _WORTH


def _share_of_edges(picture: PilImage.Image) -> float:
    """The share of edges in all pixels that differ from their left neighbours; 0 of a flat one."""
    bright = picture.convert("RGB").convert("L")
    left = ImageChops.offset(bright, 1, 0)
    left.paste(bright.crop((0, 0, 1, bright.height)), (0, 0))
    _, *differing = ImageChops.difference(bright, left).histogram()
    return sum(differing[_EDGE - 1 :]) / max(1, sum(differing))


def _bands(picture: PilImage.Image) -> PilImage.Image:
    """A few rows from several heights of a picture, one below the other."""
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
