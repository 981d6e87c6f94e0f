"""The boxes of an AVIF image sequence that tell how often it plays.

libavif writes sequences that play for ever, and Pillow has no option for another number. The number
is the duration of the movie and its tracks over the duration of one pass; an edit list without the
repeating flag means a single pass (ISO/IEC 14496-12, `elst`).
"""

import struct
from collections.abc import Iterator

_CONTAINERS = frozenset((b"moov", b"trak", b"edts", b"mdia"))
_HEADER = 8  # bytes of a box's size and type
_DURATIONS = {b"mvhd": 24, b"tkhd": 28}  # where the duration of a box of version 1 is
_PASS = 24  # where the duration of one pass is in `mdhd`


def playing(data: bytes, times: int) -> bytes:
    """An image sequence by Pillow that plays a number of times instead of for ever."""
    changed = bytearray(data)
    boxes = list(_boxes(data, 0, len(data)))
    (once,) = {
        struct.unpack_from(">Q", data, at + _HEADER + _PASS)[0]
        for name, at in boxes
        if name == b"mdhd"
    }
    for name, at in boxes:
        if name in _DURATIONS:
            struct.pack_into(">Q", changed, at + _HEADER + _DURATIONS[name], once * times)
        elif name == b"elst":
            changed[at + _HEADER + 3] = times > 1  # the flag of repetition
    return bytes(changed)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Types and positions of the boxes between two positions, and of those in them."""
    while at < end:
        size, name = struct.unpack_from(">I4s", data, at)
        yield name, at
        if name in _CONTAINERS:
            yield from _boxes(data, at + _HEADER, at + size)
        at += size or end
