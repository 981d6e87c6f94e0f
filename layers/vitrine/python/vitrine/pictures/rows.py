"""Whether a PNG has all its rows: decoders take one that ends between two of them for whole."""

import struct
import zlib

from vitrine.pictures.publication import png_chunks

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the header's colour type
# Adam7: first column and row, and the steps between columns and rows, of each pass.
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
_STEP = 1 << 18  # bytes unpacked at a time, and forgotten


def has_all_rows(data: bytes) -> bool:
    """Whether the pixel data of a PNG unpacks to as many bytes as its header promises.

    Args:
        data: a PNG whose chunks are in order.
    """
    promised, unpacked = 0, 0
    unpacker = zlib.decompressobj()
    for name, chunk in png_chunks(data):
        if name == b"IHDR":
            promised = _promised(chunk[8:-4])
        elif name == b"IDAT":
            packed = chunk[8:-4]
            while packed and unpacked < promised:
                unpacked += len(unpacker.decompress(packed, _STEP))
                packed = unpacker.unconsumed_tail
    return 0 < promised <= unpacked


def _promised(header: bytes) -> int:
    """Bytes of all rows, each with the byte that names its filter."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = depth * _CHANNELS.get(colour, 0)
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total
