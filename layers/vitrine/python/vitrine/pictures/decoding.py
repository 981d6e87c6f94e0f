"""Decoding to 8 bits of grey, RGB or RGBA, with no more pixels than renditions need.

Pillow needs 200 MB for 50 megapixels. So the JPEG decoder scales while it decodes (DCT scaling),
and other pictures are converted and averaged strip by strip, never as a whole.
"""

from PIL import Image as PilImage
from PIL import ImageMath

from vitrine.pictures.colours import in_srgb
from vitrine.pictures.resampling import shrink

_SPARE = 2
"""How many times the wanted size averaging leaves at least; the difference is not visible.

The resampler does the rest. It reads more neighbours the more it shrinks.
"""
_STRIP = 1 << 20  # pixels converted and averaged at a time


def read_at(
    picture: PilImage.Image, size: tuple[int, int], profile: bytes | None
) -> PilImage.Image:
    """An opened picture as grey, RGB or RGBA in `size` (width, height), before orientation.

    Args:
        picture: opened, its pixels not loaded yet.
        size: not larger than the picture.
        profile: its ICC profile. Only CMYK is converted to sRGB here, because averaging needs RGB.
    """
    drafted = picture.draft(None, size)  # only JPEG's decoder shrinks
    width, height = drafted[1][2:] if drafted else picture.size
    picture.load()
    factor = min(picture.width // (_SPARE * size[0]), picture.height // (_SPARE * size[1]))
    if factor < 2:
        return shrink(_plain(picture, profile), size, (width, height))
    return shrink(_averaged(picture, factor, profile), size, (width / factor, height / factor))


def _averaged(picture: PilImage.Image, factor: int, profile: bytes | None) -> PilImage.Image:
    """The plain picture with each `factor` x `factor` pixels averaged; fewer at the far edges."""
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
    """Grey of 16 bits as 8 bits, or as RGBA where one grey is transparent."""
    wide = _as(picture, "I;16")
    # Pillow's own conversion clips at 255; the upper byte is the right value.
    grey = PilImage.frombytes("L", wide.size, wide.tobytes("raw", "I;16")[1::2])
    nothing = picture.info.get("transparency")
    if not isinstance(nothing, int):
        return grey
    alpha = ImageMath.lambda_eval(
        lambda bands: bands["convert"](bands["notequal"](bands["grey"], nothing) * 255, "L"),
        grey=wide.convert("I"),
    )
    return PilImage.merge("RGBA", (grey, grey, grey, alpha))
