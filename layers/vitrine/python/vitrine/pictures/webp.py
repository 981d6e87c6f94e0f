"""The chunks of a WebP: its size, its orientation, and the file without metadata.

Nothing here decodes a pixel.
"""

import struct
from collections.abc import Iterator

from vitrine.pictures.errors import DamagedError
from vitrine.pictures.orientation import UPRIGHT, orientation, orientation_only

_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_PIXELS = frozenset((b"VP8 ", b"VP8L", b"ALPH"))
_HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04
_FRAME = 16  # bytes of a frame's position and duration


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and payloads of a WebP's chunks.

    Raises:
        DamagedError, struct.error: the file is cut short.
    """
    end = struct.unpack_from("<I", data, 4)[0] + 8
    if end > len(data) + 1:  # the last padding byte may be missing
        raise DamagedError("a WebP is cut short")
    return _riff(data, 12, end)


def _riff(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """The chunks that begin before `end`; sizes that leave out padding are a few bytes too low."""
    while at + 8 <= min(end, len(data)):
        name, length = struct.unpack_from("<4sI", data, at)
        stop = at + 8 + length
        if stop > len(data):
            raise DamagedError("a WebP chunk is cut short")
        yield name, data[at + 8 : stop]
        at = stop + (length & 1)


def extent(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels that the file declares, and the number of frames.

    Raises:
        DamagedError, struct.error, IndexError: the file is cut short.
    """
    size, frames = None, 0
    for name, payload in chunks(data):
        frames += name == b"ANMF"
        if size is not None:
            continue
        if name == b"VP8X":
            across, down = (int.from_bytes(payload[at : at + 3], "little") for at in (4, 7))
            size = across + 1, down + 1
        elif name == b"VP8L":
            bits = int.from_bytes(payload[1:5], "little")
            size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif name == b"VP8 ":
            across, down = struct.unpack_from("<HH", payload, 6)
            size = across & 0x3FFF, down & 0x3FFF
    if size is None:
        raise DamagedError("a WebP without picture")
    return *size, max(1, frames)


def orientation_of(data: bytes) -> int:
    """The orientation, 1 to 8, in the first EXIF chunk."""
    for name, payload in chunks(data):
        if name == b"EXIF":
            return orientation(payload.removeprefix(b"Exif\0\0"))
    return UPRIGHT


def without_metadata(data: bytes) -> Iterator[bytes]:
    """The file without metadata. Of the first EXIF chunk the orientation stays.

    Raises:
        DamagedError, struct.error, IndexError: the file is cut short.
    """
    kept, turned = [], orientation_of(data)
    for name, payload in chunks(data):
        if name == b"ANMF":
            kept.append((name, _clean_frame(payload)))
        elif name in _KEPT:
            kept.append((name, payload))
    if turned != UPRIGHT:
        kept.append((b"EXIF", orientation_only(turned)))
    if kept and kept[0][0] == b"VP8X":
        name, header = kept[0]
        flags = header[0] & ~(_HAS_EXIF | _HAS_XMP)
        flags |= _HAS_EXIF if turned != UPRIGHT else 0
        kept[0] = name, bytes([flags]) + header[1:]
    body = b"WEBP" + b"".join(_chunk(*chunk) for chunk in kept)
    yield struct.pack("<4sI", b"RIFF", len(body)) + body


def with_transparency(data: bytes) -> bytes:
    """An animation that says that it is transparent in parts.

    libwebp says so only where a frame has an alpha channel. What no frame covers is transparent
    too.
    """
    at = data.index(b"VP8X") + 8
    return data[:at] + bytes([data[at] | _HAS_ALPHA]) + data[at + 1 :]


def _clean_frame(payload: bytes) -> bytes:
    """An animation frame without chunks other than pixels."""
    pixels = (chunk for chunk in _riff(payload, _FRAME, len(payload)) if chunk[0] in _PIXELS)
    return payload[:_FRAME] + b"".join(_chunk(*chunk) for chunk in pixels)


def _chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack("<4sI", name, len(payload)) + payload + b"\0" * (len(payload) & 1)
