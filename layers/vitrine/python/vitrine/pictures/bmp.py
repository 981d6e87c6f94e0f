"""The headers of a BMP: its size, its colour profile, and the file without metadata.

Nothing here decodes a pixel.
"""

import struct
from collections.abc import Iterator

from vitrine.pictures.errors import DamagedError

_FILE, _CORE, _INFO, _V5 = 14, 12, 40, 124  # bytes of headers
_HEADERS = frozenset((_CORE, _INFO, 52, 56, 64, 108, _V5))
_RAW, _BITFIELDS, _ALPHA_BITFIELDS = 0, 3, 6  # compressions
_SPACE, _PROFILE = _FILE + 56, _FILE + 112  # where the colour space and the profile are named
_EMBEDDED, _LINKED, _SRGB = b"DEBM", b"KNIL", b"BGRs"  # colour spaces, as four bytes from the left
_PROFILE_LIMIT = 8 * 1024 * 1024  # bytes
_PACKED = 1 << 20
"""The most bytes of run-length encoded pixels that are decoded, because decoders are slow."""


def extent(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels that the header declares, and 1, the number of frames.

    Raises:
        DamagedError, struct.error: there is no header.
    """
    (size,) = struct.unpack_from("<I", data, _FILE)
    if size not in _HEADERS:
        raise DamagedError("a BMP header of unknown size")
    width, height = struct.unpack_from("<HH" if size == _CORE else "<ii", data, _FILE + 4)
    return abs(width), abs(height), 1


def colour_profile(data: bytes) -> bytes | None:
    """The ICC profile that a header of version 5 embeds, None for none."""
    if struct.unpack_from("<I", data, _FILE) != (_V5,) or data[_SPACE : _SPACE + 4] != _EMBEDDED:
        return None
    start, size = struct.unpack_from("<II", data, _PROFILE)
    profile = data[_FILE + start : _FILE + start + size]
    return profile if 0 < size == len(profile) <= _PROFILE_LIMIT else None


def without_metadata(data: bytes) -> Iterator[bytes]:
    """Headers, palette, pixels and colour profile, and nothing between or behind them.

    Raises:
        DamagedError, struct.error: the file is cut short.
    """
    width, height, _ = extent(data)
    start, size = struct.unpack_from("<II", data, 10)
    core = size == _CORE
    (depth,) = struct.unpack_from("<H", data, _FILE + (10 if core else 14))
    way, packed, colours = (0, 0, 0) if core else _packing(data)
    if way in (_RAW, _BITFIELDS, _ALPHA_BITFIELDS):
        packed = (width * depth + 31) // 32 * 4 * height
    elif len(data) > start + _PACKED:
        raise DamagedError("a BMP of many compressed pixels")
    else:
        packed = packed or len(data) - start
    end = start + packed
    if end > len(data):
        raise DamagedError("a BMP is cut short")
    masks = {_BITFIELDS: 12, _ALPHA_BITFIELDS: 16}.get(way, 0) if size == _INFO else 0
    colours = colours or (1 << depth if depth <= 8 else 0)
    described = min(start, _FILE + size + masks + colours * (3 if core else 4))
    head = bytearray(data[:described].ljust(start, b"\0"))
    profile = _set_profile(head, data, end) if size == _V5 else b""
    if end + len(profile) < len(data):
        head[2:6] = struct.pack("<I", end + len(profile))
    yield bytes(head) + data[start:end] + profile


def _set_profile(head: bytearray, data: bytes, end: int) -> bytes:
    """Make a version 5 header say that its profile is at `end`, and return the profile.

    A profile that is damaged or in another file, which the header names, is replaced by sRGB.
    """
    profile = colour_profile(data) or b""
    if profile:
        head[_PROFILE : _PROFILE + 4] = struct.pack("<I", end - _FILE)
    else:
        head[_PROFILE : _PROFILE + 8] = bytes(8)
        if data[_SPACE : _SPACE + 4] in (_EMBEDDED, _LINKED):
            head[_SPACE : _SPACE + 4] = _SRGB
    return profile


def _packing(data: bytes) -> tuple[int, int, int]:
    """The compression, the bytes of pixels (or 0) and the number of colours (or 0)."""
    way, packed = struct.unpack_from("<II", data, _FILE + 16)
    return way, packed, struct.unpack_from("<I", data, _FILE + 32)[0]
