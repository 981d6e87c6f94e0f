"""A BMP: how large it is, what the public gets of it. Nothing here decodes a picture."""

import struct
from collections.abc import Iterator

from vitrine.pictures.errors import DamagedError

_FILE, _CORE, _INFO, _V5 = 14, 12, 40, 124  # bytes of headers
_HEADERS = frozenset((_CORE, _INFO, 52, 56, 64, 108, _V5))
_RAW, _BITFIELDS, _ALPHA_BITFIELDS = 0, 3, 6  # ways to keep pixels
_PACKED = 1 << 20
"""Bytes of run-length packed pixels beyond which a BMP is refused: decoders take long for them."""


def extent(data: bytes) -> tuple[int, int, int]:
    """Pixels across and down that a BMP says it has, in its one frame.

    Raises:
        DamagedError, struct.error: it does not.
    """
    (size,) = struct.unpack_from("<I", data, _FILE)
    if size not in _HEADERS:
        raise DamagedError("a BMP of a kind that nobody knows")
    width, height = struct.unpack_from("<HH" if size == _CORE else "<ii", data, _FILE + 4)
    return abs(width), abs(height), 1


def without_metadata(data: bytes) -> Iterator[bytes]:
    """Headers, palette and pixels; nothing between them and nothing behind.

    Raises:
        DamagedError, struct.error: it breaks off.
    """
    width, height, _ = extent(data)
    start, size = struct.unpack_from("<II", data, 10)
    core = size == _CORE
    (depth,) = struct.unpack_from("<H", data, _FILE + (10 if core else 14))
    way, packed, colours = (0, 0, 0) if core else _packing(data)
    if way in (_RAW, _BITFIELDS, _ALPHA_BITFIELDS):
        packed = (width * depth + 31) // 32 * 4 * height
    elif len(data) > start + _PACKED:
        raise DamagedError("a BMP of many packed pixels")
    else:
        packed = packed or len(data) - start
    if start + packed > len(data):
        raise DamagedError("a BMP breaks off")
    masks = {_BITFIELDS: 12, _ALPHA_BITFIELDS: 16}.get(way, 0) if size == _INFO else 0
    colours = colours or (1 << depth if depth <= 8 else 0)
    described = min(start, _FILE + size + masks + colours * (3 if core else 4))
    head = bytearray(data[:described].ljust(start, b"\0"))
    if start + packed < len(data):
        head[2:6] = struct.pack("<I", start + packed)
    if size == _V5:  # a profile lies behind the pixels, or in a file that is named there
        head[_FILE + 112 : _FILE + 120] = bytes(8)
        if data[_FILE + 56 : _FILE + 60] in (b"DEBM", b"KNIL"):
            head[_FILE + 56 : _FILE + 60] = b"BGRs"  # sRGB
    yield bytes(head) + data[start : start + packed]


def _packing(data: bytes) -> tuple[int, int, int]:
    """How pixels are kept, in how many bytes (or 0), and how many colours there are (or 0)."""
    way, packed = struct.unpack_from("<II", data, _FILE + 16)
    return way, packed, struct.unpack_from("<I", data, _FILE + 32)[0]
