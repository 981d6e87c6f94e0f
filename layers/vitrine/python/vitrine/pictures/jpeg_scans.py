"""Whether the scans of a JPEG hold the whole picture, as far as its bytes tell without decoding.

Decoders fill in what a scan lacks and give no error: grey for missing blocks, less detail for
missing refinements. So restart markers are counted, the scans of a progressive JPEG are checked to
send every coefficient to its last bit, and `filled` makes visible to a decoder's caller where the
entropy-coded data ends early.
"""

import re
import struct

from vitrine.pictures.errors import DamagedError
from vitrine.pictures.jpeg import DRI, FRAMES, SOS, segments
from vitrine.records import dataclass

_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_FILLED_RESTART = re.compile(rb"\xff+[\xd0-\xd7]")  # with fill bytes; slower to find
_PROGRESSIVE = frozenset({0xC2, 0xCA})
_ARITHMETIC = frozenset(range(0xC9, 0xD0)) - {0xCC}
_BLOCK = 8  # pixels across and down
_COEFFICIENTS = 64  # of a block
_FILLING = bytes(range(254, 0, -1)) * 2
"""Bytes that decode to something else than what a decoder fills in; none of them is a marker."""
_SHORT_FILLING = _FILLING[:16]  # between two restart markers, of which there may be many


@dataclass(frozen=True, slots=True)
class Scans:
    """What the scans of a JPEG are like.

    Attributes:
        several: whether there is more than one: progressive, or component by component.
        restarts: whether restart markers divide a scan into intervals.
        arithmetic: whether the data is coded arithmetically, not by Huffman.
    """

    several: bool
    restarts: bool
    arithmetic: bool


def check(data: bytes) -> Scans:
    """Check what the structure of `data` tells about its scans.

    Raises:
        DamagedError, struct.error: restart markers or coefficients are missing or out of order.
    """
    frame: _Frame | None = None
    interval, scans, restarts = 0, 0, False
    for marker, segment, scan in segments(data):
        if marker in FRAMES and frame is None:
            frame = _Frame.parse(marker, segment)
        elif marker == DRI:
            (interval,) = struct.unpack_from(">H", segment, 4)
        elif marker == SOS:
            if frame is None:
                raise DamagedError("a JPEG scan before its frame")
            scans += 1
            restarts |= interval > 0
            components = frame.scan(segment)
            _check_restarts(scan, interval and -(-frame.units(components) // interval) - 1)
    if frame is None or not scans:
        raise DamagedError("a JPEG without scan")
    frame.check_complete()
    return Scans(scans > 1, restarts, frame.marker in _ARITHMETIC)


def _check_restarts(scan: bytes, expected: int) -> None:
    """Check number and order of a scan's restart markers; one more at its end does no harm."""
    found = 0
    for number, match in enumerate(_RESTART.finditer(scan)):
        if scan[match.end() - 1] != 0xD0 + number % 8:
            raise DamagedError("JPEG restart markers out of order")
        found = number + 1
    if found not in (expected, expected + 1 if expected else 0):
        raise DamagedError("JPEG restart markers missing or too many")


def filled(data: bytes) -> bytes:
    """A Huffman-coded JPEG with more data behind each scan and before each restart marker.

    A decoder skips what is added unless the data before it ends early.
    """
    parts = [data[:2]]
    for _, segment, scan in segments(data):
        parts.append(segment)
        if scan:  # no FF may stand ahead of what is added: together they would be a marker
            refilled = _FILLED_RESTART.sub(
                lambda found: _SHORT_FILLING + found[0], scan.rstrip(b"\xff")
            )
            parts += refilled, _FILLING
    return b"".join(parts)


@dataclass(slots=True)
class _Component:
    """One of a JPEG's colour planes.

    Attributes:
        across: blocks that an interleaved unit has across.
        down: blocks that an interleaved unit has down.
        bits: by coefficient, how many low bits are still to come; None where none was sent.
    """

    across: int
    down: int
    bits: list[int | None]


@dataclass(frozen=True, slots=True)
class _Frame:
    marker: int
    width: int
    height: int
    components: dict[int, _Component]

    @classmethod
    def parse(cls, marker: int, segment: bytes) -> "_Frame":
        height, width, count = struct.unpack_from(">HHB", segment, 5)
        components = {}
        for number in range(count):
            name, sampling = struct.unpack_from("BB", segment, 10 + 3 * number)
            across, down = sampling >> 4, sampling & 15
            if not (1 <= across <= 4 and 1 <= down <= 4) or name in components:
                raise DamagedError("a JPEG component that cannot be")
            components[name] = _Component(across, down, [None] * _COEFFICIENTS)
        return cls(marker, width, height, components)

    def scan(self, segment: bytes) -> list[_Component]:
        """The components of a scan, by its header. What it sends of them is noted."""
        count = segment[4]
        names = segment[5 : 5 + 2 * count : 2]
        first, last, approximation = struct.unpack_from("BBB", segment, 5 + 2 * count)
        if not names or not set(names) <= self.components.keys():
            raise DamagedError("a JPEG scan of no component, or of one that is not there")
        components = [self.components[name] for name in names]
        if self.marker not in _PROGRESSIVE:
            first, last, approximation = 0, _COEFFICIENTS - 1, 0
        for component in components:
            for coefficient in range(first, min(last, _COEFFICIENTS - 1) + 1):
                component.bits[coefficient] = approximation & 15
        return components

    def units(self, components: list[_Component]) -> int:
        """How many units (MCUs) a scan of these components has."""
        most_across = max(each.across for each in self.components.values())
        most_down = max(each.down for each in self.components.values())
        if len(components) > 1:
            across, down = _BLOCK * most_across, _BLOCK * most_down
            return -(-self.width // across) * -(-self.height // down)
        (only,) = components
        columns = -(-self.width * only.across // (_BLOCK * most_across))
        rows = -(-self.height * only.down // (_BLOCK * most_down))
        return columns * rows

    def check_complete(self) -> None:
        """Check that nothing more is to come of any component.

        Detail of colour that no scan begins to send is none: grey pictures have such planes.

        Raises:
            DamagedError: a scan is missing.
        """
        luma, *_ = self.components.values()
        for component in self.components.values():
            begun = [bits for bits in component.bits if bits is not None]
            whole = len(begun) == _COEFFICIENTS or component is not luma
            if component.bits[0] is None or any(begun) or not whole:
                raise DamagedError("a JPEG lacks a scan")
