"""Looking at bytes: which picture they are, and whether all of it is there."""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from PIL import Image as PilImage

from vitrine.domain.pictures import Format, Inspection
from vitrine.pictures import bmp, gif, jpeg, png, webp
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.stripping import strip_metadata

PIXEL_LIMIT = 50_000_000
"""Pixels, all frames together, beyond which a picture is not decoded."""
SIDE_LIMIT = 65_500
"""Pixels across or down beyond which a picture is not decoded: a JPEG, as renditions are, has no
more."""
_FRAME = 10_000
"""Pixels that each of several frames counts as at least: it takes time however small it is."""

DECODER_ERRORS = (
    OSError,  # what Pillow raises for most damage, and for a format it does not know
    SyntaxError,  # ... for a broken header
    AssertionError,  # ... for a palette that is not there
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
    PilImage.DecompressionBombError,
    PilImage.DecompressionBombWarning,
)
"""What decoders raise for bytes that are no good picture."""


def inspect(data: bytes, decoded: Collection[Format] = frozenset(Format)) -> Inspection:
    """What `data` is.

    Never raises for any bytes: what cannot be read is missing from the answer. Metadata is left
    out before decoding, so that trouble in it neither rejects a picture nor costs memory.

    Args:
        data: any bytes.
        decoded: the formats to decode to the last pixel, unless there are more pixels than
            `PIXEL_LIMIT`. A picture of another format counts as not whole.
    """
    kind = sniff(data)
    if kind is None:
        return Inspection()
    try:
        pixels = pixels_of(data, kind)
    except DamagedError:
        return _claimed(data, kind, _extent(data, kind))
    header = read_header(pixels, kind)
    if header.oversized or header.width is None or kind not in decoded:
        return header
    return replace(header, whole=_is_whole(pixels, kind))


def sniff(data: bytes) -> Format | None:
    """The format that bytes begin as: judged by them alone, never by a name or a header."""
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
    """What a decoder needs of a picture of format `kind`, and nothing it could stumble over.

    Raises:
        DamagedError: the structure of the bytes cannot be followed to the picture's end.
    """
    return png.pixels(data) if kind is Format.PNG else strip_metadata(data, kind)


def read_header(data: bytes, kind: Format) -> Inspection:
    """What the header of a picture of format `kind` shows; no pixel of it is decoded.

    Args:
        data: the picture, as `pixels_of` it.
        kind: its format.
    """
    extent = across, down, count = _extent(data, kind)
    claimed = _claimed(data, kind, extent)
    if counted(across, down, count) > PIXEL_LIMIT or max(across, down) > SIDE_LIMIT:
        return replace(claimed, whole=True, oversized=True)
    seen = Inspection(kind)
    try:
        with decoder(data, kind) as picture:
            width, height = picture.size
            seen = replace(seen, width=width, height=height)
            return replace(seen, frames=_frames(picture), transparent=picture.has_transparency_data)
    except DECODER_ERRORS:
        return seen


def _claimed(data: bytes, kind: Format, extent: tuple[int, int, int]) -> Inspection:
    """What a picture of this `_extent` says of itself, seen by no decoder, as it may be damaged."""
    width, height, frames = extent
    if kind is Format.GIF and len(data) >= _GIF_SIZE.size:
        _, width, height = _GIF_SIZE.unpack_from(data)  # frames beyond its screen are not shown
    return Inspection(kind, width, height, frames) if width and height else Inspection(kind)


def _extent(data: bytes, kind: Format) -> tuple[int, int, int]:
    """Pixels across and down, and frames; none where the bytes do not say."""
    try:
        return _EXTENTS[kind](data)
    except (DamagedError, struct.error, IndexError):
        return 0, 0, 1


_GIF_SIZE = struct.Struct("<6sHH")
_EXTENTS: Mapping[Format, Callable[[bytes], tuple[int, int, int]]] = {
    Format.PNG: png.extent,
    Format.JPEG: jpeg.extent,
    Format.GIF: gif.extent,
    Format.WEBP: webp.extent,
    Format.BMP: bmp.extent,
}
"""Who knows pixels across and down, and frames, of a picture before a decoder sees it."""


def counted(across: int, down: int, frames: int) -> int:
    """Pixels that so many frames of a size count as."""
    return across * down if frames == 1 else max(_FRAME, across * down) * frames


@contextmanager
def decoder(data: bytes, kind: Format) -> Iterator[PilImage.Image]:
    """A picture of format `kind`, its header read; nothing else is tried, and no warning is given.

    Pillow warns of oddities that we judge ourselves; only a picture that unpacks to more than it
    should is none of them.

    Raises:
        DecompressionBombError, DecompressionBombWarning: the picture has more pixels than we
            decode. One of the others of `DECODER_ERRORS`: it is no such picture.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", PilImage.DecompressionBombWarning)
        with PilImage.open(io.BytesIO(data), formats=[kind.name]) as picture:
            # Pillow's own limit is a global that others may change, and larger than ours.
            if picture.width * picture.height > PIXEL_LIMIT:
                raise PilImage.DecompressionBombError(f"{picture.size} is too large")
            yield picture


def _is_whole(data: bytes, kind: Format) -> bool:
    try:
        if kind is Format.JPEG:
            return _is_whole_jpeg(data)
        if kind is Format.PNG:
            rows = png.rows(data)
            if rows is not png.Rows.DOUBTFUL:
                return rows is png.Rows.ALL
        with decoder(data, kind) as picture:
            for frame in range(getattr(picture, "n_frames", 1)):
                picture.seek(frame)
                picture.load()
    except (DamagedError, *DECODER_ERRORS):
        return False
    return True


def _is_whole_jpeg(data: bytes) -> bool:
    """Whether a JPEG's pixels can be read, and reach the last one.

    An eighth of them is made, in a sixty-fourth of the memory; all of what they are packed in is
    gone through for that. Where it ends early, the decoder makes the rest grey and says nothing: so
    a picture that ends in just that grey is read again with more behind its end. One that was
    whole stays as it is.
    """
    eighth = _eighth(data)
    ends = eighth.getpixel((eighth.width - 1, eighth.height - 1))
    bands = ends if isinstance(ends, tuple) else (ends,)
    nothing = [band in _NOTHING for band in bands]
    if not any(nothing) or (not all(nothing) and jpeg.scans(data) == 1):
        return True  # only bands that have scans of their own end on their own
    filled = jpeg.filled(data)
    return filled is None or eighth.tobytes() == _eighth(filled).tobytes()


_NOTHING = (127, 128)
"""What a band is where a JPEG says nothing of it; Adobe's inks are the other way round."""


def _eighth(data: bytes) -> PilImage.Image:
    with decoder(data, Format.JPEG) as picture:
        picture.draft("YCbCr", (max(1, picture.width // 8), max(1, picture.height // 8)))
        picture.load()
        return picture.copy()


def _frames(picture: PilImage.Image) -> int:
    """How many frames are shown; an APNG's still stand-in, if it has one, is none of them."""
    frames: int = getattr(picture, "n_frames", 1)
    return max(1, frames - 1) if getattr(picture, "default_image", False) else frames
