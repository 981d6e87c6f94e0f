"""The segments and scans of a JPEG: its size, its orientation, and the file without metadata.

Nothing here decodes a pixel; `jpeg_scans` judges whether the scans are complete.
"""

import re
import struct
from collections.abc import Iterator

from vitrine.pictures.errors import DamagedError
from vitrine.pictures.orientation import UPRIGHT, orientation, orientation_only

EOI, SOS, DRI = 0xD9, 0xDA, 0xDD
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the segments (SOF) that give a JPEG's size and components."""
_COM = 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_SEGMENT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # not stuffing, restart or fill
_AFTER_A_SCAN = frozenset({0xC4, 0xCC, EOI, SOS, 0xDB, 0xDC, DRI, _COM, *range(_APP0, 0xF0)})
_END = bytes((0xFF, EOI))
_SEGMENTS = 10_000
"""The most segments that a JPEG may have, against decompression bombs; cameras write dozens."""
_SCANS, _SCANNED = 32, 1_600_000_000
"""The most scans that any JPEG may have, and the most pixels that a larger number may cover.

Files of encoders have about 10 scans. A scan of a few bytes makes a decoder walk over the whole
picture once more.
"""
_JFIF, _JFIF_BYTES = b"JFIF\0", 18  # without the thumbnail, which may show what was cropped
_ADOBE, _ADOBE_BYTES = b"Adobe", 16


def segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker and bytes of each segment, and the entropy-coded data of the scan that follows it.

    Decoders ignore bytes between the segments ahead of the first scan, so these are left out. The
    last segment is EOI; it has no bytes where the file ends without the marker, which browsers
    accept.

    Raises:
        DamagedError, struct.error: a segment is cut short or not where it must be, or there are
            more segments or scans than a picture needs.
    """
    at, pixels, scanned = 2, 0, 0
    for _ in range(_SEGMENTS):
        start = _next_segment(data, at, scanning=scanned > 0)
        marker = data[start + 1] if start < len(data) else EOI
        if marker == EOI:
            yield EOI, data[start : start + 2], b""
            return
        end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        if end > len(data):
            raise DamagedError("a JPEG segment is cut short")
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", data, start + 5)
            pixels = max(pixels, width * height)
        at = end
        if marker == SOS:
            scanned += max(1, pixels)
            if scanned > max(_SCANNED, _SCANS * pixels):
                raise DamagedError("a JPEG of too many scans")
            at = _end_of_scan(data, end)
        yield marker, data[start:end], data[end:at]
    raise DamagedError("a JPEG of too many segments")


def _next_segment(data: bytes, at: int, *, scanning: bool) -> int:
    """Where the segment at or after `at` starts; the length of `data` where the EOI is missing."""
    found = _SEGMENT.search(data, at)
    if not scanning:
        if found is None:
            raise DamagedError("a JPEG without pixels")
        return found.start()
    rest = data[at : found.start() if found else len(data)]
    if rest.strip(b"\xff"):
        raise DamagedError("bytes between a JPEG's scans that belong to none")
    return found.start() if found else len(data)


def _end_of_scan(data: bytes, start: int) -> int:
    """Where the entropy-coded data that starts at `start` ends."""
    found = _SEGMENT.search(data, start)
    if found is None:
        return len(data)
    if data[found.start() + 1] not in _AFTER_A_SCAN:
        raise DamagedError("a JPEG marker that cannot follow a scan")
    return found.start()


def is_ended(data: bytes) -> bool:
    """Whether the file has its EOI marker.

    Raises:
        DamagedError, struct.error: the file is cut short or its structure is damaged.
    """
    return any(segment == _END for _, segment, _ in segments(data))


def extent(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels that the file declares, and 1, the number of frames.

    Raises:
        DamagedError, struct.error: the file is cut short before it declares them.
    """
    for marker, segment, _ in segments(data):
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            return width, height, 1
    raise DamagedError("a JPEG without size")


def orientation_of(data: bytes) -> int:
    """The orientation, 1 to 8, in the first Exif segment."""
    for marker, segment, _ in segments(data):
        if _is_exif(marker, segment):
            return orientation(segment[10:])
    return UPRIGHT


def without_metadata(data: bytes) -> Iterator[bytes]:
    """The parts of the file without metadata, ended by EOI.

    Of the first Exif segment the orientation stays; decoders ignore others.

    Raises:
        DamagedError, struct.error: the file is cut short or its structure is damaged.
    """
    yield data[:2]
    turned: int | None = None
    for marker, segment, scan in segments(data):
        if not _is_exif(marker, segment):
            yield _without_metadata(marker, segment) if marker != EOI else _END
        elif turned is None:
            turned = orientation(segment[10:])
            if turned != UPRIGHT:
                yield _segment(_APP1, b"Exif\0\0" + orientation_only(turned))
        yield scan


def _is_exif(marker: int, segment: bytes) -> bool:
    return marker == _APP1 and segment[4:10] == b"Exif\0\0"


def _without_metadata(marker: int, segment: bytes) -> bytes:
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
