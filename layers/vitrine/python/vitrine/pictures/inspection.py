"""Inspecting bytes: which picture they are, how large, and whether all of it is there."""

import struct
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from PIL import Image as PilImage

from vitrine.domain.pictures import PIXEL_LIMITS, SIDE_LIMIT, Format, Inspection
from vitrine.pictures import bmp, gif, jpeg, png, webp
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.opening import DECODER_ERRORS, decoder
from vitrine.pictures.orientation import SIDEWAYS, UPRIGHT
from vitrine.pictures.stripping import strip_metadata
from vitrine.pictures.wholeness import is_whole


def inspect(data: bytes, decoded: Collection[Format] = frozenset(Format)) -> Inspection:
    """What `data` is, for any bytes; what cannot be read is missing from the answer.

    Metadata is left out before decoding, so that damage in it neither refuses a picture nor takes
    memory.

    Args:
        data: any bytes.
        decoded: the formats to decode to the last pixel, up to `PIXEL_LIMITS`. A picture of another
            format counts as not whole.
    """
    kind = sniff(data)
    if kind is None:
        return Inspection()
    try:
        pixels = pixels_of(data, kind)
    except DamagedError:
        return _declared(data, kind, _extent(data, kind))
    header = read_header(pixels, kind)
    header = replace(header, turned=_is_turned(data if kind is Format.PNG else pixels, kind))
    if header.oversized or header.width is None or kind not in decoded:
        return header
    ended = kind is not Format.JPEG or jpeg.is_ended(data)
    return replace(header, whole=is_whole(pixels, kind, ended=ended))


def sniff(data: bytes) -> Format | None:
    """The format by the first bytes; names and Content-Type headers do not count."""
    if data.startswith(png.SIGNATURE):
        return Format.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Format.GIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    return Format.BMP if data.startswith(b"BM") else None


def pixels_of(data: bytes, kind: Format) -> bytes:
    """What a decoder needs of a picture of format `kind`, without what it could fail at.

    Raises:
        DamagedError: the file is cut short or its structure is damaged.
    """
    return png.pixels(data) if kind is Format.PNG else strip_metadata(data, kind)


def orientation_of(published: bytes, kind: Format) -> int:
    """The EXIF orientation, 1 to 8, of a picture of format `kind`.

    Raises:
        DamagedError, struct.error, IndexError: the file is damaged.
    """
    read = _ORIENTATIONS.get(kind)
    return read(published) if read else UPRIGHT


def read_header(data: bytes, kind: Format) -> Inspection:
    """What the header of a picture of format `kind` shows; no pixel is decoded.

    Args:
        data: the picture, as `pixels_of` returns it.
        kind: its format.
    """
    extent = width, height, _ = _extent(data, kind)
    if width * height > PIXEL_LIMITS[kind] or max(width, height) > SIDE_LIMIT:
        return replace(_declared(data, kind, extent), whole=True, oversized=True)
    seen = Inspection(kind)
    try:
        if kind is Format.GIF:
            return _gif_header(data)
        with decoder(data, kind) as picture:
            width, height = picture.size
            seen = replace(seen, width=width, height=height)
            return replace(seen, frames=_frames(picture), transparent=picture.has_transparency_data)
    except (DamagedError, *DECODER_ERRORS):
        return seen


def _gif_header(data: bytes) -> Inspection:
    frames = list(gif.frames(data))
    width, height = gif.screen(data)
    opaque = frames[0].box == (0, 0, width, height) and all(
        frame.transparent is None and frame.disposal != gif.CLEARS for frame in frames
    )
    return Inspection(Format.GIF, width, height, len(frames), transparent=not opaque)


def _declared(data: bytes, kind: Format, extent: tuple[int, int, int]) -> Inspection:
    """What a picture of this `_extent` declares. No decoder has seen it; it may be damaged."""
    width, height, frames = extent
    if kind is Format.GIF and len(data) >= _GIF_SIZE.size:
        _, width, height = _GIF_SIZE.unpack_from(data)  # what frames have outside is not shown
    return Inspection(kind, width, height, frames) if width and height else Inspection(kind)


def _is_turned(published: bytes, kind: Format) -> bool:
    """Whether a picture is displayed with width and height exchanged; damage tells nothing."""
    try:
        return orientation_of(published, kind) in SIDEWAYS
    except (DamagedError, struct.error, IndexError):
        return False


def _extent(data: bytes, kind: Format) -> tuple[int, int, int]:
    """Width and height in pixels and number of frames; zeros where the bytes do not tell."""
    try:
        return _EXTENTS[kind](data)
    except (DamagedError, struct.error, IndexError):
        return 0, 0, 1


_ORIENTATIONS: Mapping[Format, Callable[[bytes], int]] = {
    Format.PNG: png.orientation_of,
    Format.JPEG: jpeg.orientation_of,
    Format.WEBP: webp.orientation_of,
}
_GIF_SIZE = struct.Struct("<6sHH")
_EXTENTS: Mapping[Format, Callable[[bytes], tuple[int, int, int]]] = {
    Format.PNG: png.extent,
    Format.JPEG: jpeg.extent,
    Format.GIF: gif.extent,
    Format.WEBP: webp.extent,
    Format.BMP: bmp.extent,
}
"""Width and height in pixels and number of frames, read before a decoder sees the picture."""


def _frames(picture: PilImage.Image) -> int:
    """How many frames are shown. The default image of an APNG, if it has one, does not count."""
    frames: int = getattr(picture, "n_frames", 1)
    return max(1, frames - 1) if getattr(picture, "default_image", False) else frames
