"""The full-size picture that the public sees: every pixel of the upload, none of its metadata.

Nothing is decoded or encoded. EXIF (but for the orientation), GPS, XMP, IPTC, comments and whatever
follows the picture's end are left out; colour profiles stay (design, "Public pictures").
"""

import re
import struct
from collections.abc import Iterator

from vitrine.domain.pictures import Format
from vitrine.pictures import png
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.orientation import UPRIGHT, orientation, orientation_only


def publish(data: bytes, kind: Format) -> bytes:
    """`data`, a picture of format `kind`, without metadata.

    Raises:
        DamagedError: the structure of the bytes cannot be followed to the picture's end.
    """
    try:
        return b"".join(_PARTS[kind](data))
    except (struct.error, IndexError) as error:  # the walk ran over the end
        raise DamagedError(f"{kind.name} breaks off") from error


_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # not stuffing, restart or fill
_EOI, _COM = 0xD9, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while True:
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            raise DamagedError("a JPEG without end")
        start, marker = found.start(), data[found.start() + 1]
        yield data[at:start]  # pixels of the scan before this marker, if one was
        if marker == _EOI:
            yield data[start : start + 2]
            return
        end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        if end > len(data):
            raise DamagedError("a JPEG segment breaks off")
        yield _jpeg_segment(marker, data[start:end])
        at = end


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    if marker == _APP1 and segment[4:10] == b"Exif\0\0":
        turned = orientation(segment[10:])
        if turned == UPRIGHT:
            return b""
        exif = b"Exif\0\0" + orientation_only(turned)
        return struct.pack(">BBH", 0xFF, _APP1, len(exif) + 2) + exif
    dropped = marker == _COM or _APP0 <= marker <= _APP15
    kept = (
        (marker == _APP0 and segment[4:9] == b"JFIF\0")
        or (marker == _APP2 and segment[4:16] == b"ICC_PROFILE\0")
        or (marker == _APP14 and segment[4:9] == b"Adobe")
    )
    return segment if kept or not dropped else b""


_GIF_TRAILER, _GIF_EXTENSION, _GIF_IMAGE = 0x3B, 0x21, 0x2C
_GIF_COMMENT, _GIF_APPLICATION = 0xFE, 0xFF
_GIF_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")


def _gif(data: bytes) -> Iterator[bytes]:
    yield data[: 13 + _gif_table(data[10])]
    for block in _gif_body(data):
        label, application = block[1], block[3:14]
        metadata = label == _GIF_COMMENT or (
            label == _GIF_APPLICATION and application not in _GIF_APPLICATIONS
        )
        if block[0] == _GIF_IMAGE or not metadata:
            yield block
    yield bytes([_GIF_TRAILER])


def gif_extent(data: bytes) -> tuple[int, int]:
    """Pixels across and down of a GIF with all its frames, which may be larger than its screen.

    Decoders let the picture grow to them, whatever its header says.
    """
    across, down = struct.unpack_from("<HH", data, 6)
    for block in _gif_body(data):
        if block[0] == _GIF_IMAGE:
            left, top, width, height = struct.unpack_from("<HHHH", block, 1)
            across, down = max(across, left + width), max(down, top + height)
    return across, down


def _gif_body(data: bytes) -> Iterator[bytes]:
    """The blocks behind a GIF's header, up to its trailer."""
    at = 13 + _gif_table(data[10])
    while at < len(data) and data[at] != _GIF_TRAILER:
        if data[at] == _GIF_IMAGE:
            end = _gif_blocks(data, at + 11 + _gif_table(data[at + 9]))
        elif data[at] == _GIF_EXTENSION:
            end = _gif_blocks(data, at + 2)
        else:
            raise DamagedError("a GIF block of unknown kind")
        yield data[at:end]
        at = end


def _gif_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_HAS_EXIF, _WEBP_HAS_XMP = 0x08, 0x04


def _webp(data: bytes) -> Iterator[bytes]:
    end = struct.unpack_from("<I", data, 4)[0] + 8
    if end > len(data):
        raise DamagedError("a WebP breaks off")
    chunks, turned, at = [], UPRIGHT, 12
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, at)
        stop = at + 8 + length + (length & 1)
        if at + 8 + length > end:
            raise DamagedError("a WebP chunk breaks off")
        if name == b"EXIF":
            turned = orientation(data[at + 8 : stop].removeprefix(b"Exif\0\0"))
        elif name in _WEBP_KEPT:
            chunks.append(data[at:stop])
        at = stop
    if turned != UPRIGHT:
        exif = orientation_only(turned)
        chunks.append(struct.pack("<4sI", b"EXIF", len(exif)) + exif)
    if chunks and chunks[0][:4] == b"VP8X":
        flags = chunks[0][8] & ~(_WEBP_HAS_EXIF | _WEBP_HAS_XMP)
        flags |= _WEBP_HAS_EXIF if turned != UPRIGHT else 0
        chunks[0] = chunks[0][:8] + bytes([flags]) + chunks[0][9:]
    body = b"WEBP" + b"".join(chunks)
    yield struct.pack("<4sI", b"RIFF", len(body)) + body


def _bmp(data: bytes) -> Iterator[bytes]:
    yield data


_PARTS = {
    Format.PNG: png.published,
    Format.JPEG: _jpeg,
    Format.GIF: _gif,
    Format.WEBP: _webp,
    Format.BMP: _bmp,
}
