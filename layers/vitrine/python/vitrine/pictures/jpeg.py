"""A JPEG as its segments and scans: what of it is picture, how large it is, what the public gets.

Nothing here decodes a picture.
"""

import re
import struct
from collections.abc import Iterator

from vitrine.pictures.errors import DamagedError
from vitrine.pictures.orientation import UPRIGHT, orientation, orientation_only

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # not stuffing, restart or fill
_EOI, _SOS, _COM = 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # segments that tell a JPEG's size
_ARITHMETIC = frozenset(range(0xC9, 0xD0)) - {0xCC}
_FILLING = bytes(range(1, 255)) * 2
_SEGMENTS = 10_000
"""From how many segments on a JPEG is an attack; cameras write a few dozen."""
_SCANS, _SCANNED = 32, 1_600_000_000
"""Scans that any JPEG may have, and pixels that more of them may go over; real ones have 10 scans.

A scan of a few bytes makes a decoder go through the whole picture once more.
"""
_JFIF, _JFIF_BYTES = b"JFIF\0", 18  # without the thumbnail, which may show what was cropped
_ADOBE, _ADOBE_BYTES = b"Adobe", 16


def segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, bytes of a JPEG's segments and what follows each in its scan, up to the end.

    Raises:
        DamagedError, struct.error: they break off, or are more than a picture needs.
    """
    at, pixels, scanned = 2, 0, 0
    for _ in range(_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            raise DamagedError("a JPEG without end")
        start, marker = found.start(), data[found.start() + 1]
        if marker == _EOI:
            yield marker, data[start : start + 2], b""
            return
        end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        if end > len(data):
            raise DamagedError("a JPEG segment breaks off")
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", data, start + 5)
            pixels = max(pixels, width * height)
        at, scan = end, b""
        if marker == _SOS:
            scanned += pixels
            if scanned > max(_SCANNED, _SCANS * pixels):
                raise DamagedError("a JPEG of too many scans")
            follower = _MARKER.search(data, end)
            at = follower.start() if follower else len(data)
            scan = data[end:at]
        yield marker, data[start:end], scan
    raise DamagedError("a JPEG of too many segments")


def extent(data: bytes) -> tuple[int, int, int]:
    """Pixels across and down that a JPEG says it has, in its one frame.

    Raises:
        DamagedError, struct.error: it breaks off before it says so.
    """
    for marker, segment, _ in segments(data):
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", segment, 5)
            return width, height, 1
    raise DamagedError("a JPEG without size")


def filled(data: bytes) -> bytes | None:
    """A JPEG with more behind each scan, which decoders overlook unless a scan ends early.

    None for one that is coded in another way than by Huffman: there, ends are left out.
    """
    parts = [data[:2]]
    for marker, segment, scan in segments(data):
        if marker in _ARITHMETIC:
            return None
        parts += segment, scan, _FILLING if scan else b""
    return b"".join(parts)


def scans(data: bytes) -> int:
    """How many scans a JPEG has: one, unless it is progressive or has its colours one by one."""
    return sum(marker == _SOS for marker, _, _ in segments(data))


def without_metadata(data: bytes) -> Iterator[bytes]:
    """The pieces of a JPEG without metadata.

    Raises:
        DamagedError, struct.error: it cannot be followed to its end.
    """
    yield data[:2]
    for marker, segment, scan in segments(data):
        yield _without_metadata(marker, segment)
        yield scan


def _without_metadata(marker: int, segment: bytes) -> bytes:
    if marker == _APP1 and segment[4:10] == b"Exif\0\0":
        turned = orientation(segment[10:])
        if turned == UPRIGHT:
            return b""
        return _segment(_APP1, b"Exif\0\0" + orientation_only(turned))
    if marker == _APP0 and segment[4:9] == _JFIF and len(segment) > _JFIF_BYTES:
        return _segment(_APP0, segment[4 : _JFIF_BYTES - 2] + b"\0\0")
    if marker == _APP14 and segment[4:9] == _ADOBE:
        return _segment(_APP14, segment[4:_ADOBE_BYTES])
    dropped = marker == _COM or _APP0 <= marker <= _APP15
    kept = (marker == _APP0 and segment[4:9] == _JFIF) or (
        marker == _APP2 and segment[4:16] == b"ICC_PROFILE\0"
    )
    return segment if kept or not dropped else b""


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
