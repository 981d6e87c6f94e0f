"""Renditions of one picture: upright, sRGB, without metadata, each made from the next larger one.

The measured way (design, decision 13): let the JPEG decoder shrink while it decodes, resample with
SIMD instructions, turn only what is already small.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import ImageCms, ImageMath

from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Rendition, rendition_format
from vitrine.pictures import png
from vitrine.pictures.animation import animate
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.inspection import DECODER_ERRORS, decoder, pixels_of, read_header, sniff
from vitrine.pictures.orientation import UPRIGHT
from vitrine.pictures.publication import publish
from vitrine.pictures.resampling import shrink

_JPEG_QUALITY = 80
_ORIENTATION = 0x0112
_UPRIGHTING = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True, slots=True)
class Resized:
    """The renditions of one picture.

    Attributes:
        published: the picture they were made of, without metadata.
        original: its format.
        kind: format of the renditions.
        encoded: the bytes of each rendition.
    """

    published: bytes
    original: Format
    kind: Format
    encoded: Mapping[Rendition, bytes]


def resize(data: bytes, renditions: Collection[Rendition], still: Format | None = None) -> Resized:
    """All `renditions` of the picture in `data`.

    Args:
        data: the picture.
        renditions: what to make.
        still: the format to make them in, of a moving picture's first frame; None to keep format
            and movement where everyone shows them.

    Raises:
        PictureRefusedError: the bytes are no picture that we decode.
    """
    original = sniff(data)
    if original is None:
        raise PictureRefusedError((Rule.FORMAT,))
    try:
        published = publish(data, original)
        pixels = pixels_of(data, original)
        seen = read_header(pixels, original)
        if seen.width is None or seen.oversized:
            raise PictureRefusedError((Rule.FORMAT,))
        kind = still or rendition_format(original, transparent=seen.transparent)
        if original is Format.GIF and seen.frames > 1 and still is None:
            encoded = animate(published, renditions)
        else:
            encoded = _cascade(pixels, _look(published, original), original, kind, renditions)
    except (DamagedError, *DECODER_ERRORS) as error:
        raise PictureRefusedError((Rule.FORMAT,)) from error
    return Resized(published, original, kind, encoded)


@dataclass(frozen=True, slots=True)
class _Look:
    """What of a picture is not pixels: which way up it is, and what its colours mean."""

    turned: int
    profile: bytes | None


def _look(published: bytes, original: Format) -> _Look:
    if original is Format.PNG:
        return _Look(png.way_up(published), png.colour_profile(published))
    with decoder(published, original) as picture:
        turned = picture.getexif().get(_ORIENTATION, UPRIGHT)
        return _Look(turned, picture.info.get("icc_profile"))


def _cascade(
    pixels: bytes, look: _Look, original: Format, kind: Format, renditions: Collection[Rendition]
) -> dict[Rendition, bytes]:
    turned, profile = look.turned, look.profile
    with decoder(pixels, original) as picture:
        width, height = _swapped(picture.size) if turned in _SIDEWAYS else picture.size
        sizes = {rendition: rendition.fit(width, height) for rendition in renditions}
        largest = max(sizes.values())
        stored = _swapped(largest) if turned in _SIDEWAYS else largest
        picture.draft(None, stored)
        step = shrink(_plain(picture, profile), stored)
    if profile:  # here, where few pixels are left
        step = _in_srgb(step, profile)
    if turned in _UPRIGHTING:
        step = step.transpose(_UPRIGHTING[turned])
    step.info.clear()  # encoders would write a profile or EXIF data that they find there
    by_size: dict[tuple[int, int], bytes] = {}
    for size in sorted(set(sizes.values()), reverse=True):
        step = shrink(step, size)
        by_size[size] = _encode(step, kind)
    return {rendition: by_size[size] for rendition, size in sizes.items()}


def _swapped(size: tuple[int, int]) -> tuple[int, int]:
    return size[1], size[0]


def _plain(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """The picture as 8 bits of grey, RGB or RGBA."""
    if picture.mode.startswith("I"):
        return _grey(picture)
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode == "CMYK":
        return _in_srgb(picture, profile) if profile else picture.convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _grey(picture: Pillow.Image) -> Pillow.Image:
    """16 bits of grey as 8, or as RGBA where one grey stands for nothing."""
    picture.load()
    wide = picture.convert("I;16")
    # Pillow's own conversion clips at 255; the upper byte is what is wanted.
    grey = Pillow.frombytes("L", wide.size, wide.tobytes("raw", "I;16")[1::2])
    nothing = picture.info.get("transparency")
    if not isinstance(nothing, int):
        return grey
    alpha = ImageMath.lambda_eval(
        lambda bands: bands["convert"](bands["notequal"](bands["grey"], nothing) * 255, "L"),
        grey=wide.convert("I"),
    )
    return Pillow.merge("RGBA", (grey, grey, grey, alpha))


def _in_srgb(picture: Pillow.Image, profile: bytes) -> Pillow.Image:
    """The picture in sRGB; a profile that is broken or made for other pixels is ignored."""
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=wanted)
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    return converted or picture


def _encode(picture: Pillow.Image, kind: Format) -> bytes:
    out = io.BytesIO()
    if kind is Format.JPEG:
        picture.convert("L" if picture.mode == "L" else "RGB").save(
            out, "JPEG", quality=_JPEG_QUALITY
        )
    else:
        picture.save(out, kind.name)
    return out.getvalue()
