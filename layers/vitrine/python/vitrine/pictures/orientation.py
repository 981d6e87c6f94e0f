"""EXIF orientation: the one piece of metadata that a public picture keeps."""

import struct

UPRIGHT = 1
SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations in which width and height are exchanged."""
_TAG, _SHORT = 0x0112, 3
_ENTRY = 12  # bytes of a directory's entry
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, of EXIF data; `UPRIGHT` if it has no valid one.

    Args:
        exif: a TIFF structure, without the `Exif\\0\\0` that introduces it in a JPEG.
    """
    order = _BYTE_ORDERS.get(exif[:4])
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, directory)
        for number in range(entries):
            tag, kind, _, value = struct.unpack_from(
                f"{order}HHIH", exif, directory + 2 + number * _ENTRY
            )
            if tag == _TAG and kind == _SHORT and UPRIGHT <= value <= 8:
                return int(value)
    except struct.error:
        pass  # cut short: damaged metadata is no reason to refuse a picture
    return UPRIGHT


def orientation_only(value: int) -> bytes:
    """EXIF data, as a TIFF structure, that holds only this orientation, 1 to 8."""
    header = b"II*\0" + struct.pack("<I", 8)
    return header + struct.pack("<HHHIHHI", 1, _TAG, _SHORT, 1, value, 0, 0)
