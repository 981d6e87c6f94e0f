"""A GIF as its blocks: what of it is pixels, how large it is, what the public gets.

Nothing here decodes a picture.
"""

import struct
from collections.abc import Iterator

from vitrine.pictures.errors import DamagedError

_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C
_CONTROL, _APPLICATION = 0xF9, 0xFF  # of the next frame; of an application
_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")


def without_metadata(data: bytes) -> Iterator[bytes]:
    """The pieces of a GIF without metadata.

    Raises:
        DamagedError, struct.error, IndexError: it cannot be followed to its end.
    """
    yield data[: 13 + _table(data[10])]
    for block in _body(data):
        label, application = block[1], block[3:14]
        # Texts, which no browser shows, and what nobody knows are left out as comments are.
        if (
            block[0] == _IMAGE
            or label == _CONTROL
            or (label == _APPLICATION and application in _APPLICATIONS)
        ):
            yield block
    yield bytes([_TRAILER])


def extent(data: bytes) -> tuple[int, int, int]:
    """Pixels across and down of a GIF with all its frames, and how many these are.

    They may be larger than its screen, and decoders let the picture grow to them, whatever its
    header says.

    Raises:
        DamagedError, struct.error, IndexError: it cannot be followed to its end.
    """
    across, down = struct.unpack_from("<HH", data, 6)
    frames = 0
    for block in _body(data):
        if block[0] == _IMAGE:
            left, top, width, height = struct.unpack_from("<HHHH", block, 1)
            across, down = max(across, left + width), max(down, top + height)
            frames += 1
    return across, down, frames


def _body(data: bytes) -> Iterator[bytes]:
    """The blocks behind a GIF's header, up to its trailer."""
    at = 13 + _table(data[10])
    while at < len(data) and data[at] != _TRAILER:
        if data[at] == _IMAGE:
            end = _blocks(data, at + 11 + _table(data[at + 9]))
        elif data[at] == _EXTENSION:
            end = _blocks(data, at + 2)
        else:
            raise DamagedError("a GIF block of unknown kind")
        yield data[at:end]
        at = end


def _table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1
