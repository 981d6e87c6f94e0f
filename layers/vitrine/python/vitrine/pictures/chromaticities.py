"""ICC profiles made from the chromaticities and gamma of a PNG (chunks cHRM and gAMA).

Browsers apply these chunks where a PNG has no profile, so renditions must as well.
"""

import struct
from collections.abc import Sequence

GAMMA_UNIT = 100_000  # of a PNG's numbers
_SRGB_GAMMA = 45_455
_SRGB = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)  # white, red, green, blue
_NEAR = 1_000  # tolerance for sRGB, because writers round
_GAMMAS = range(GAMMA_UNIT // 5, GAMMA_UNIT * 2)  # plausible values
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)

_Row = tuple[float, ...]
_Matrix = tuple[_Row, ...]


def profile(gamma: int, places: Sequence[int] = _SRGB, *, grey: bool = False) -> bytes | None:
    """The ICC profile for a gamma and chromaticities; None for sRGB and for impossible values.

    Args:
        gamma: the exponent of the pixels' brightness, in `GAMMA_UNIT`ths.
        places: x and y of white, red, green and blue, in `GAMMA_UNIT`ths.
        grey: whether the pixels have one band.
    """
    near = max(abs(a - b) for a, b in zip(places, _SRGB, strict=True)) <= _NEAR
    if gamma not in _GAMMAS or (abs(gamma - _SRGB_GAMMA) <= _NEAR and near):
        return None
    curve = b"curv" + struct.pack(">IIHxx", 0, 1, round(256 * GAMMA_UNIT / gamma))
    if grey:
        return _profile(b"GRAY", {b"wtpt": _xyz(_D50), b"kTRC": curve})
    try:
        red, green, blue = _primaries([place / GAMMA_UNIT for place in places])
        tags = {b"wtpt": _xyz(_D50), b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue)}
    except (ZeroDivisionError, struct.error):
        return None  # primaries on a line, or out of range
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def _primaries(places: Sequence[float]) -> _Matrix:
    """XYZ of full red, green and blue, adapted to a D50 white point (Bradford)."""
    white, *lights = (
        (x / y, 1.0, (1 - x - y) / y) for x, y in zip(places[::2], places[1::2], strict=True)
    )
    amounts = _times(_inverse(tuple(zip(*lights, strict=True))), white)
    here, there = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    found = []
    for light, amount in zip(lights, amounts, strict=True):
        cones = _times(_BRADFORD, tuple(amount * each for each in light))
        adapted = tuple(c * to / at for c, to, at in zip(cones, there, here, strict=True))
        found.append(_times(_inverse(_BRADFORD), adapted))
    return tuple(found)


def _times(matrix: _Matrix, vector: _Row) -> _Row:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _inverse(matrix: _Matrix) -> _Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


def _xyz(values: _Row) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *(round(value * 65536) for value in values))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile, version 2, of a display."""
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, payload in tags.items():
        table += name + struct.pack(">II", start + len(body), len(payload))
        body += payload
    size = start + len(body)
    header = struct.pack(">I4xI4s4s4s12x4s28x", size, 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    return header + _xyz(_D50)[8:] + bytes(48) + struct.pack(">I", len(tags)) + table + body
