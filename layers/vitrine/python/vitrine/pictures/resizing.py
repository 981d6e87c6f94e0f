"""Renditions of one picture: upright, sRGB, without metadata, each made from the next larger one.

The measured way (design, decision 13): let the JPEG decoder shrink while it decodes, resample with
SIMD instructions, turn only what is already small.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import ImageCms

from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Rendition, rendition_format
from vitrine.pictures.inspection import DECODER_ERRORS, decoder, read_header, sniff
from vitrine.pictures.orientation import UPRIGHT
from vitrine.pictures.publication import DamagedError, publish

try:
    from cykooz_resizer import FilterType, ResizeAlg, ResizeOptions, Resizer

    _LANCZOS = ResizeAlg.convolution(FilterType.lanczos3)
except ImportError:  # no wheel for this machine: Pillow's own resampler, two to three times slower
    Resizer = None

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


def resize(data: bytes, renditions: Sequence[Rendition]) -> Resized:
    """All `renditions`, given from the largest to the smallest, of the picture in `data`.

    Raises:
        PictureRefusedError: the bytes are no picture that we decode.
    """
    original = sniff(data)
    if original is None:
        raise PictureRefusedError((Rule.FORMAT,))
    try:
        published = publish(data, original)
        seen = read_header(published, original)
        if seen.width is None or seen.oversized:
            raise PictureRefusedError((Rule.FORMAT,))
        kind = rendition_format(original, transparent=seen.transparent)
        encoded = _cascade(published, original, kind, renditions)
    except (DamagedError, *DECODER_ERRORS) as error:
        raise PictureRefusedError((Rule.FORMAT,)) from error
    return Resized(published, original, kind, encoded)


def _cascade(
    data: bytes, original: Format, kind: Format, renditions: Sequence[Rendition]
) -> dict[Rendition, bytes]:
    with decoder(data, original) as picture:
        turned = picture.getexif().get(_ORIENTATION, UPRIGHT)
        width, height = _swapped(picture.size) if turned in _SIDEWAYS else picture.size
        sizes = {rendition: rendition.fit(width, height) for rendition in renditions}
        largest = sizes[renditions[0]]
        stored = _swapped(largest) if turned in _SIDEWAYS else largest
        picture.draft(None, stored)
        profile = picture.info.get("icc_profile")
        step = _shrink(_plain(picture, profile), stored)
    if profile:  # here, where few pixels are left
        step = _in_srgb(step, profile)
    if turned in _UPRIGHTING:
        step = step.transpose(_UPRIGHTING[turned])
    step.info.clear()  # encoders would write a profile or EXIF data that they find there
    encoded: dict[Rendition, bytes] = {}
    by_size: dict[tuple[int, int], bytes] = {}
    for rendition, size in sizes.items():
        if size not in by_size:
            step = _shrink(step, size)
            by_size[size] = _encode(step, kind)
        encoded[rendition] = by_size[size]
    return encoded


def _swapped(size: tuple[int, int]) -> tuple[int, int]:
    return size[1], size[0]


def _plain(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """The picture as 8 bits of grey, RGB or RGBA."""
    if picture.mode.startswith("I"):
        # 16 bits of grey. Pillow's conversion clips at 255; the upper byte is what is wanted.
        grey = picture.convert("I;16")
        return Pillow.frombytes("L", grey.size, grey.tobytes("raw", "I;16")[1::2])
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode == "CMYK":
        return _in_srgb(picture, profile) if profile else picture.convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _in_srgb(picture: Pillow.Image, profile: bytes) -> Pillow.Image:
    """The picture in sRGB; a profile that is broken or made for other pixels is ignored."""
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=wanted)
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    return converted or picture


def _shrink(picture: Pillow.Image, size: tuple[int, int]) -> Pillow.Image:
    if picture.size == size:
        return picture
    if Resizer is None:
        return picture.resize(size, Pillow.Resampling.LANCZOS)
    smaller = Pillow.new(picture.mode, size)
    # With an alpha channel the resampler multiplies colours by it, so that what cannot be seen
    # does not bleed into what can.
    Resizer().resize_pil(picture, smaller, ResizeOptions(_LANCZOS))
    return smaller


def _encode(picture: Pillow.Image, kind: Format) -> bytes:
    out = io.BytesIO()
    if kind is Format.JPEG:
        picture.convert("L" if picture.mode == "L" else "RGB").save(
            out, "JPEG", quality=_JPEG_QUALITY
        )
    else:
        picture.save(out, kind.name)
    return out.getvalue()
