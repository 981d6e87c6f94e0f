"""Pixels of a picture as 8 bits of grey, RGB or RGBA, no more of them than renditions need.

A picture of fifty million pixels takes 200 MB as Pillow keeps it. So JPEGs are shrunk by their
decoder, and others are turned into the pixels we want and averaged strip by strip, never whole.
"""

from PIL import Image as PilImage
from PIL import ImageMath

from vitrine.pictures.colours import in_srgb
from vitrine.pictures.resampling import shrink

_SPARE = 2
"""How many times as large as wanted, at least, what is averaged comes out: one sees no difference.

Only the rest is left to the resampler, which looks at more neighbours the more it shrinks.
"""
_STRIP = 1 << 20  # pixels turned and averaged at a time


def read_at(
    picture: PilImage.Image, size: tuple[int, int], profile: bytes | None
) -> PilImage.Image:
    """An opened picture, grey, RGB or RGBA, in `size` pixels across and down, as it is stored.

    Args:
        picture: opened, its pixels not looked at yet.
        size: not larger than the picture.
        profile: the meaning of its colours, when it is to be in sRGB; needed here of CMYK, whose
            colours mean nothing without one.
    """
    drafted = picture.draft(None, size)  # only JPEG's decoder shrinks
    width, height = drafted[1][2:] if drafted else picture.size
    picture.load()
    factor = min(picture.width // (_SPARE * size[0]), picture.height // (_SPARE * size[1]))
    if factor < 2:
        return shrink(_plain(picture, profile), size, (width, height))
    return shrink(_averaged(picture, factor, profile), size, (width / factor, height / factor))


def _averaged(picture: PilImage.Image, factor: int, profile: bytes | None) -> PilImage.Image:
    """The plain picture, each `factor` x `factor` pixels one; fewer at the right and below."""
    width, height = picture.size
    rows = max(1, _STRIP // (width * factor)) * factor
    strips = (
        _plain(picture.crop((0, top, width, min(top + rows, height))), profile).reduce(factor)
        for top in range(0, height, rows)
    )
    first = next(strips)
    whole = PilImage.new(first.mode, (first.width, -(-height // factor)))
    for number, strip in enumerate((first, *strips)):
        whole.paste(strip, (0, number * rows // factor))
    return whole


def _plain(picture: PilImage.Image, profile: bytes | None) -> PilImage.Image:
    """The picture as 8 bits of grey, RGB or RGBA."""
    if picture.mode.startswith("I"):
        return _grey(picture)
    if picture.has_transparency_data:
        return _as(picture, "RGBA")
    if picture.mode == "CMYK" and profile:
        return in_srgb(picture, profile)
    return _as(picture, "L" if picture.mode in ("1", "L") else "RGB")


def _as(picture: PilImage.Image, mode: str) -> PilImage.Image:
    return picture if picture.mode == mode else picture.convert(mode)


def _grey(picture: PilImage.Image) -> PilImage.Image:
    """16 bits of grey as 8, or as RGBA where one grey stands for nothing."""
    wide = _as(picture, "I;16")
    # Pillow's own conversion clips at 255; the upper byte is what is wanted.
    grey = PilImage.frombytes("L", wide.size, wide.tobytes("raw", "I;16")[1::2])
    nothing = picture.info.get("transparency")
    if not isinstance(nothing, int):
        return grey
    alpha = ImageMath.lambda_eval(
        lambda bands: bands["convert"](bands["notequal"](bands["grey"], nothing) * 255, "L"),
        grey=wide.convert("I"),
    )
    return PilImage.merge("RGBA", (grey, grey, grey, alpha))
