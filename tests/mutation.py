"""Mutated pictures for fuzzing: valid files, damaged reproducibly by a seed.

`python -m tests.mutation SEED CASES` runs that many cases, starting with that seed. It prints the
seed of each case that misbehaves, and a traceback if one crashes or hangs.
"""

import faulthandler
import random
import struct
import sys
import time
import traceback
import zlib
from collections.abc import Callable
from functools import cache

from tests import pictures
from tests.spending import peak

from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.renditions import SETS
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import resize

SECONDS = 10
"""What one case may take; they are small pictures."""
MEMORY = 400
"""Megabytes that a process may reach, whatever it is given. Headers may say up to the limit."""

_GALLERY = SETS["gallery"]


@cache
def good() -> tuple[bytes, ...]:
    """Small valid pictures of every format and of every variant that decoders treat differently."""
    picture = pictures.gradient(60, 40)
    clear = pictures.gradient(60, 40, "RGBA")
    frames = [picture.rotate(angle) for angle in (90, 180, 270)]
    moving = {"save_all": True, "append_images": frames, "duration": 40, "loop": 0}
    profile = bytes(200)
    made = [
        pictures.encode(picture, "JPEG", exif=pictures.oriented(6)),
        pictures.encode(picture, "JPEG", progressive=True, icc_profile=profile, comment=b"hello"),
        pictures.encode(picture, "JPEG", restart_marker_blocks=1, subsampling=0),
        pictures.encode(picture.convert("CMYK"), "JPEG"),
        pictures.encode(picture.convert("L"), "JPEG"),
        *(pictures.png(60, 40, mode) for mode in ("1", "L", "LA", "P", "I;16", "RGB", "RGBA")),
        pictures.encode(picture, "PNG", exif=pictures.oriented(3), icc_profile=profile),
        pictures.encode(picture, "PNG", **moving),
        pictures.encode(picture, "GIF"),
        pictures.encode(picture, "GIF", **moving),
        pictures.encode(clear, "GIF", **moving, disposal=2),
        pictures.encode(picture, "WEBP", exif=pictures.oriented(8)),
        pictures.encode(clear, "WEBP", quality=50),
        pictures.encode(clear, "WEBP", lossless=True, icc_profile=profile),
        pictures.encode(picture, "WEBP", **moving),
        *(pictures.encode(picture.convert(mode), "BMP") for mode in ("1", "L", "P", "RGB")),
        pictures.encode(clear, "BMP"),
        _packed_bmp(),
    ]
    return tuple(made)


def _packed_bmp() -> bytes:
    """A BMP with run-length encoding."""
    plain = pictures.encode(pictures.gradient(60, 40, "P"), "BMP")
    start = struct.unpack_from("<I", plain, 10)[0]
    rows = b"".join(bytes((60, row, 0, 0)) for row in range(39)) + b"\0\4\1\2\3\4\x38\7\0\1"
    head = bytearray(plain[:start])
    head[30:38] = struct.pack("<II", 1, len(rows))
    return bytes(head) + rows


def _flip(source: random.Random, data: bytearray) -> None:
    for _ in range(source.choice((1, 1, 2, 8, 40))):
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)


def _flip_early(source: random.Random, data: bytearray) -> None:
    for _ in range(source.choice((1, 2, 4))):
        data[source.randrange(min(len(data), 120))] = source.choice((0, 1, 127, 128, 255))


def _truncate(source: random.Random, data: bytearray) -> None:
    del data[source.randrange(len(data)) :]


def _cut(source: random.Random, data: bytearray) -> None:
    start = source.randrange(len(data))
    del data[start : start + source.choice((1, 2, 4, 16, 200))]


def _repeat(source: random.Random, data: bytearray) -> None:
    start = source.randrange(len(data))
    piece = data[start : start + source.choice((1, 8, 60, 600))]
    data[start:start] = piece * source.choice((1, 2, 30))


def _number(source: random.Random, data: bytearray) -> None:
    """Replace a number of two or four bytes, such as a length, by an extreme value."""
    order, width = source.choice("<>"), source.choice("HI")
    most = 0xFFFF if width == "H" else 0xFFFFFFFF
    value = source.choice((0, 1, 2, 255, 256, 5000, 8191, most >> 1, (most >> 1) + 1, most))
    at = source.randrange(max(1, min(len(data), source.choice((64, 400, len(data)))) - 4))
    packed = struct.pack(order + width, value)
    data[at : at + len(packed)] = packed


def _splice(source: random.Random, data: bytearray) -> None:
    other = source.choice(good())
    data[source.randrange(len(data)) :] = other[source.randrange(len(other)) :]


def _insert(source: random.Random, data: bytearray) -> None:
    other = source.choice(good())
    start = source.randrange(len(other))
    at = source.randrange(len(data))
    data[at:at] = other[start : start + source.choice((4, 30, 300))]


_MUTATIONS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    *(_flip, _flip, _flip_early, _truncate, _cut, _repeat),
    *(_number, _number, _splice, _insert),
)


def mutated(seed: int) -> bytes:
    """The mutated picture of this seed."""
    source = random.Random(seed)
    data = bytearray(source.choice(good()))
    ended = source.random() < 0.3
    end = bytes(data[-12:])
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        if data:
            source.choice(_MUTATIONS)(source, data)
    if ended:  # what only looks for the end is satisfied
        data += end
    if source.random() < 0.9:
        _mend(data)
    return bytes(data)


def _mend(data: bytearray) -> None:
    """Correct checksums and total length, since most cases would be rejected there otherwise."""
    if data[:4] == b"RIFF" and len(data) >= 8:
        data[4:8] = struct.pack("<I", len(data) - 8)
    if data[:4] != b"\x89PNG":
        return
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + struct.unpack_from(">I", data, at)[0]
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4


def trouble(data: bytes) -> str | None:
    """The engine's misbehaviour with these bytes; None if it behaves."""
    seen = inspect(data)
    try:
        resized = resize(data, _GALLERY)
        for rendition in _GALLERY:
            resized.encode(rendition)
    except PictureRefusedError:
        if seen.whole and not seen.oversized:
            return "accepted, and not rendered"
    return None


def main(first: int, cases: int) -> int:
    """Run the cases, print their findings, and return the number of findings."""
    wrong = 0
    for seed in range(first, first + cases):
        data = mutated(seed)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        sys.stderr.write(f"\rcase {seed} ")  # the last one that is seen is the one that crashed
        before = time.process_time()
        try:
            problem = trouble(data)
        except Exception:  # noqa: BLE001 - every exception is a finding
            problem = traceback.format_exc()
        taken = time.process_time() - before
        reached = peak()
        if problem is None and taken > SECONDS / 2:
            problem = f"took {taken:.1f} s"
        if problem is None and reached > MEMORY:
            problem = f"memory reached {reached} MB"
        if problem:
            wrong += 1
            sys.stdout.write(f"case {seed}: {problem}\n")
            if "memory" in problem:
                break  # every later case would be blamed
    faulthandler.cancel_dump_traceback_later()
    return wrong


if __name__ == "__main__":
    sys.exit(min(1, main(*map(int, sys.argv[1:]))))
