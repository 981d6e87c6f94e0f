"""The chunks of a PNG: its size, colours and orientation, and the file without metadata.

Nothing here decodes a picture; `rows` decompresses it to count its rows.
"""

import struct
import zlib
from collections.abc import Iterator
from enum import Enum

from vitrine.pictures import chromaticities
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.orientation import UPRIGHT, orientation, orientation_only

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = frozenset(b"IHDR PLTE IDAT IEND tRNS acTL fcTL fdAT".split())
_PUBLISHED = _PIXELS | frozenset(b"iCCP sRGB gAMA cHRM cICP mDCV cLLI sBIT bKGD pHYs".split())
_DESCRIPTIONS = _PUBLISHED - _PIXELS | {b"tRNS", b"acTL", b"eXIf"}
_VERIFIED = _PIXELS | _DESCRIPTIONS
_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_PROFILE_LIMIT = 8 * 1024 * 1024  # bytes
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_GREY_TYPE, _RGB_TYPE = 0, 2
_INDEXED_TYPE = 3  # whose pixels are numbers of a palette's colours
# Adam7: first column and row, and the steps between columns and rows, of each pass.
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
_STEP = 1 << 18  # bytes decompressed at a time
_COLOURS = 256  # of a palette
_FRAMES = frozenset((b"fcTL", b"fdAT"))  # ignored without acTL
_FILTERS = 5  # filter types
_CHUNKS = 100_000
"""The most chunks of a PNG, against decompression bombs; encoders write a few thousand."""


def chunks(data: bytes, *, checked: bool = False) -> Iterator[tuple[bytes, bytes]]:
    """Names and bytes of a PNG's chunks, up to its end.

    Args:
        data: the PNG.
        checked: skip the verification of checksums (CRC): the caller has verified the data or does
            not depend on it.

    Like browsers, this leaves out a chunk that only describes the pixels if its checksum is wrong,
    and accepts an end whose checksum is.

    Raises:
        DamagedError: the file is cut short, its chunks are not in the order that a decoder needs,
            or the checksum of pixels is wrong, which decoders do not verify.
    """
    before, seen = b"", set[bytes]()
    for name, chunk in _raw_chunks(data):
        if name in _VERIFIED and not checked and not _is_intact(chunk):
            if name in _DESCRIPTIONS:
                continue
            raise DamagedError("a PNG chunk does not match its checksum")
        if name not in _PIXELS and not name[0] & 0x20:
            raise DamagedError("a PNG chunk that must be understood is not")
        if (name == b"IHDR") == bool(seen) or (name == b"IHDR" and len(chunk) != 12 + 13):
            raise DamagedError("a PNG has one header, and begins with it")
        if name == b"IDAT" and b"IDAT" in seen and before != b"IDAT":
            raise DamagedError("a PNG's pixels are not in one piece")
        seen.add(name)
        before = name
        yield name, chunk


def _raw_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and bytes of all chunks, known or not; the last one is an end without error."""
    at = len(SIGNATURE)
    for _ in range(_CHUNKS):
        if at + 12 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"IEND" and not length:
            yield name, _END
            return
        chunk = data[at : at + 12 + length]
        if len(chunk) < 12 + length or name == b"IEND":
            break
        yield name, chunk
        at += len(chunk)
    raise DamagedError("a PNG without end")


def _is_intact(chunk: bytes) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:])


def pixels(data: bytes, *, checked: bool = False) -> bytes:
    """The PNG with only the chunks that a decoder needs for its pixels.

    Args:
        data: the PNG.
        checked: skip the verification of checksums, as in `chunks`.

    Raises:
        DamagedError: the file is cut short or its structure is damaged.
    """
    kept, header, moving = [SIGNATURE], b"", False
    for name, chunk in chunks(data, checked=checked):
        if name == b"IHDR":
            header = chunk[8:-4]
        moving |= name == b"acTL"
        if name == b"tRNS":
            kept.append(
                framed(b"tRNS", _as_decoded(chunk[8:-4], depth=header[8], colour=header[9]))
            )
        elif name == b"PLTE" and len(chunk) > len(framed(b"PLTE", b"")) + 3 * _COLOURS:
            kept.append(framed(b"PLTE", chunk[8 : 8 + 3 * _COLOURS]))
        elif name in _PIXELS and (moving or name not in _FRAMES):
            kept.append(chunk)
    return b"".join(kept)


def _as_decoded(key: bytes, *, depth: int, colour: int) -> bytes:
    """The transparent colour (tRNS) at the 8 bits that Pillow decodes other depths to."""
    if colour == _INDEXED_TYPE:
        return key[:_COLOURS]
    values = struct.unpack(f">{len(key) // 2}H", key[: len(key) // 2 * 2])
    if colour == _GREY_TYPE and depth in (2, 4):
        scale = 255 // (2**depth - 1)
        return struct.pack(f">{len(values)}H", *((value * scale) & 0xFFFF for value in values))
    if colour == _RGB_TYPE and depth == 16:
        return struct.pack(f">{len(values)}H", *(value >> 8 for value in values))
    return key


def without_metadata(data: bytes) -> Iterator[bytes]:
    """The parts of the file without metadata: pixels, colours, orientation.

    Raises:
        DamagedError: the file is cut short or its structure is damaged.
    """
    yield SIGNATURE
    turned: int | None = None
    for name, chunk in chunks(data):
        if name in _PUBLISHED:
            yield chunk
        elif name == b"eXIf" and turned is None:  # the first one counts
            turned = orientation(chunk[8:-4])
            if turned != UPRIGHT:
                yield framed(b"eXIf", orientation_only(turned))


def framed(name: bytes, payload: bytes) -> bytes:
    """One chunk of a PNG, with its length and checksum."""
    crc = zlib.crc32(name + payload)
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", crc)


def colour_profile(data: bytes) -> bytes | None:
    """The ICC profile of a PNG, embedded or made from gAMA and cHRM; None for sRGB.

    A profile that decompresses to more than 8 MiB is ignored.
    """
    found = dict[bytes, bytes]()
    for name, chunk in chunks(data, checked=True):
        if name == b"iCCP":
            packed = chunk[8:-4].partition(b"\0")[2][1:]
            unpacker = zlib.decompressobj()
            try:
                profile = unpacker.decompress(packed, _PROFILE_LIMIT)
            except zlib.error:
                return None
            return profile if unpacker.eof else None
        found[name] = chunk[8:-4] if name in _DESCRIBED else b""
        if name == b"IDAT":
            break
    return None if {b"sRGB", b"cICP"} & found.keys() else _described(found)


_DESCRIBED = frozenset((b"IHDR", b"gAMA", b"cHRM"))


def _described(found: dict[bytes, bytes]) -> bytes | None:
    header, gamma, places = (found.get(name, b"") for name in (b"IHDR", b"gAMA", b"cHRM"))
    if len(gamma) != 4:
        return None
    (exponent,) = struct.unpack(">I", gamma)
    grey = header[9] == _GREY_TYPE and b"tRNS" not in found
    if len(places) != 32 or grey:
        return chromaticities.profile(exponent, grey=grey)
    return chromaticities.profile(exponent, struct.unpack(">8I", places))


def orientation_of(data: bytes) -> int:
    """The orientation, 1 to 8, in the first eXIf chunk."""
    for name, chunk in chunks(data, checked=True):
        if name == b"eXIf" and _is_intact(chunk):
            return orientation(chunk[8:-4])
    return UPRIGHT


def extent(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels that the file declares, and the number of frames.

    Raises:
        DamagedError, struct.error: there is no header.
    """
    if data[12:16] != b"IHDR":
        raise DamagedError("a PNG begins with its header")
    width, height = struct.unpack_from(">II", data, 16)
    promised, frames = 0, 0
    try:
        for name, chunk in chunks(data, checked=True):
            frames += name == b"fcTL"
            if name == b"acTL":
                (promised,) = struct.unpack_from(">I", chunk, 8)
    except (DamagedError, struct.error):
        pass  # the size is known nevertheless
    return width, height, max(1, promised, frames)


class Rows(Enum):
    """Whether the rows of a PNG are complete."""

    MISSING = "some are missing"
    ALL = "all are there and valid"
    DOUBTFUL = "all are there, and more data that a decoder has to judge"


def rows(data: bytes) -> Rows:
    """Whether a PNG has its palette and all its rows, each with a valid filter type.

    Decoders accept a PNG that ends between two rows, and show one without palette in grey. A
    decoder can fail at nothing else in a still picture, and this check takes little memory.

    Raises:
        DamagedError: the file is cut short or its structure is damaged.
        zlib.error: its pixels cannot be decompressed.
    """
    passes, end, at = list[tuple[int, int, int]](), 0, 0
    indexed, moving = False, False
    unpacker = zlib.decompressobj()
    for name, chunk in chunks(data):
        if name == b"IHDR":
            passes, indexed = _passes(chunk[8:-4]), chunk[8 + 9] == _INDEXED_TYPE
            end = max((stop for _, stop, _ in passes), default=0)
        elif name == b"PLTE":
            indexed = False
        elif name == b"fdAT":
            moving = True
        elif name == b"IDAT":
            packed = chunk[8:-4]
            while packed and not unpacker.eof:
                unpacked = unpacker.decompress(packed, _STEP)
                packed = unpacker.unconsumed_tail
                if not _readable(unpacked, at, passes):
                    return Rows.MISSING
                at += len(unpacked)
                if at > end + _STEP and not indexed:
                    return Rows.DOUBTFUL  # the rest may be endless
    if not 0 < end <= at or indexed:
        return Rows.MISSING
    return Rows.ALL if at == end and unpacker.eof and not moving else Rows.DOUBTFUL


def _readable(rows: bytes, at: int, passes: list[tuple[int, int, int]]) -> bool:
    """Whether rows, which start at `at` in the whole data, have valid filter types."""
    for start, stop, step in passes:
        first = start + max(0, -((start - at) // step)) * step
        filters = rows[first - at : max(0, stop - at) : step]
        if filters and max(filters) >= _FILTERS:
            return False
    return True


def _passes(header: bytes) -> list[tuple[int, int, int]]:
    """For each pass the start and end of its rows, and the bytes of a row with its filter type."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = depth * _CHANNELS.get(colour, 0)
    found, end = [], 0
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            step = 1 + (columns * bits + 7) // 8
            found.append((end, end + rows * step, step))
            end += rows * step
    return found
