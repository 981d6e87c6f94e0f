"""Whether a picture is whole: every pixel is in the file and can be decoded."""

from PIL import Image as PilImage

from vitrine.domain.pictures import Format
from vitrine.pictures import gif, gif_frames, jpeg, jpeg_scans, png
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.opening import DECODER_ERRORS, decoder

DECODED_LIMIT = 50_000_000
"""Pixels of a moving picture, over all frames, after which no further frame is decoded.

It bounds the time: a GIF or a WebP of so many pixels takes one to two seconds of a processor. The
structure of later frames is checked like that of all others.
"""
_FRAME = 10_000
"""Pixels that each of several frames counts as at least, because each takes time."""


def counted(width: int, height: int, frames: int) -> int:
    """Pixels that `frames` frames of a size count as."""
    return width * height if frames == 1 else max(_FRAME, width * height) * frames


def is_whole(data: bytes, kind: Format, *, ended: bool = True) -> bool:
    """Whether every pixel of a picture can be decoded.

    Args:
        data: the picture without metadata.
        kind: its format.
        ended: whether the uploaded file of a JPEG had an EOI marker.
    """
    try:
        if kind is Format.JPEG:
            return _is_whole_jpeg(data, ended=ended)
        if kind is Format.PNG:
            rows = png.rows(data)
            if rows is not png.Rows.DOUBTFUL:
                return rows is png.Rows.ALL
        if kind is Format.GIF:
            return _is_whole_gif(data)
        with decoder(data, kind) as picture:
            _decode_frames(picture)
    except (DamagedError, *DECODER_ERRORS):
        return False
    return True


def _decode_frames(picture: PilImage.Image) -> None:
    frames = getattr(picture, "n_frames", 1)
    most = max(1, DECODED_LIMIT // counted(*picture.size, 2) * 2)
    for frame in range(min(frames, most)):
        picture.seek(frame)
        picture.load()


def _is_whole_gif(data: bytes) -> bool:
    decoded = 0
    for frame in gif.frames(data):
        if not gif_frames.is_complete(frame):
            return False
        left, top, right, bottom = frame.box
        decoded += counted(right - left, bottom - top, 2) // 2
        if decoded > DECODED_LIMIT:
            break
    return decoded > 0


_MISSING = (127, 128)
"""The levels that decoders fill missing blocks with; Adobe's inks are inverted."""
_EIGHTH = 8  # shows the average of each block
_QUARTER = 4  # shows detail as well, which scans of a progressive JPEG send
_BLOCK_MATTERS = 1_000_000  # pixels up to which a part of a block is a part of the picture


def _is_whole_jpeg(data: bytes, *, ended: bool) -> bool:
    """Whether the scans of a JPEG reach its last pixel.

    An eighth or a quarter of width and height is decoded, which takes little memory, and walks over
    all of the entropy-coded data. A decoder fills in what is missing and gives no error. So the
    picture is decoded again with more data behind each scan: a difference shows that a scan ended
    early. A single scan that ends early leaves grey blocks, or less than a block is missing: so a
    large picture without grey blocks is not decoded again.
    """
    scans = jpeg_scans.check(data)
    grey_tells = ended and not scans.several and _pixels(data) > _BLOCK_MATTERS
    scale = _EIGHTH if grey_tells else _QUARTER
    small = _decoded(data, scale)
    if scans.arithmetic or (grey_tells and not _has_grey(small, scans)):
        return True  # arithmetic coding leaves out bytes at the end of a scan
    return small.tobytes() == _decoded(jpeg_scans.filled(data), scale).tobytes()


def _pixels(data: bytes) -> int:
    width, height, _ = jpeg.extent(data)
    return width * height


def _decoded(data: bytes, scale: int) -> PilImage.Image:
    with decoder(data, Format.JPEG) as picture:
        picture.draft(None, (max(1, picture.width // scale), max(1, picture.height // scale)))
        picture.load()
        return picture.copy()


def _has_grey(picture: PilImage.Image, scans: jpeg_scans.Scans) -> bool:
    """Whether a pixel has the level of a missing block in every band.

    It is the last pixel of the picture unless restart markers divide the scan.
    """
    if not scans.restarts:
        width, height = picture.size
        picture = picture.crop((width - 1, height - 1, width, height))
    is_missing = [255 * (level in _MISSING) for level in range(256)]
    grey, *others = (band.point(is_missing) for band in picture.split())
    for band in others:
        grey.paste(0, mask=band.point(lambda value: 255 - value))
    return grey.getbbox() is not None
