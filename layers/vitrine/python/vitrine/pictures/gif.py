"""The blocks of a GIF: its size, its frames, and the file without metadata.

Nothing here decodes a pixel; `gif_frames` does.
"""

import struct
from collections.abc import Iterator
from io import BytesIO

from PIL import Image as PilImage

from vitrine.pictures.errors import DamagedError
from vitrine.records import dataclass

TRAILER = b";"
_TRAILER, _EXTENSION, _IMAGE = TRAILER[0], 0x21, 0x2C
_CONTROL, _APPLICATION = 0xF9, 0xFF  # graphic control, of the next frame; application
_LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_APPLICATIONS = (*_LOOPING, b"ICCRGBG1012")
KEEPS, CLEARS, RESTORES = 1, 2, 3
"""Disposals: what happens to the box of a frame after it was shown."""
_HEADER = 13  # bytes
_HAS_TABLE, _TABLE_SIZE = 0x80, 0x07  # flags of a colour table
_HAS_TRANSPARENCY = 0x01

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; right and bottom are outside."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a GIF.

    Attributes:
        box: the part of the screen that it draws.
        duration: how long it is shown, in milliseconds.
        disposal: what happens to its box afterwards: `CLEARS` and `RESTORES` change it.
        transparent: the colour index that draws nothing; None for none.
        flags: of its image descriptor: local colour table and interlacing.
        table: its colour table, or else the file's.
        data: its compressed pixels.
    """

    box: Box
    duration: int
    disposal: int
    transparent: int | None
    flags: int
    table: bytes
    data: bytes

    def alone(self, filling: int | None) -> bytes:
        """A GIF that holds only this frame.

        Args:
            filling: the transparent colour index. Pillow fills missing pixels with it.
        """
        left, top, right, bottom = self.box
        size = right - left, bottom - top
        bits = (len(self.table) // 3).bit_length() - 2
        flags = _HAS_TABLE | bits if self.table else 0
        parts = [b"GIF89a", struct.pack("<HHBBB", *size, flags, 0, 0), self.table]
        if filling is not None:
            parts.append(control(filling, duration=0, disposal=0))
        interlaced = self.flags & 0x40
        parts.append(struct.pack("<BHHHHB", _IMAGE, 0, 0, *size, interlaced))
        return b"".join((*parts, self.data, TRAILER))


def control(transparent: int | None, *, duration: int, disposal: int) -> bytes:
    """A graphic control extension; `duration` is in milliseconds."""
    flags = disposal << 2 | (transparent is not None)
    return struct.pack(
        "<BBBBHBB", _EXTENSION, _CONTROL, 4, flags, duration // 10, transparent or 0, 0
    )


def looping(repeated: int) -> bytes:
    """An application extension: how often an animation is repeated, 0 for ever."""
    header = bytes((_EXTENSION, _APPLICATION, len(_LOOPING[0]))) + _LOOPING[0]
    return header + struct.pack("<BBHB", 3, 1, repeated, 0)


def image(place: tuple[int, int], picture: PilImage.Image) -> bytes:
    """An image block without colour table.

    Args:
        place: the column and row of its top left corner.
        picture: its colour indices, mode P.
    """
    out = BytesIO()
    # The optimization would renumber the colours.
    picture.save(out, "GIF", optimize=False, interlace=False)
    (frame,) = frames(out.getvalue())
    return struct.pack("<BHHHHB", _IMAGE, *place, *picture.size, 0) + frame.data


def without_metadata(data: bytes) -> Iterator[bytes]:
    """The parts of the file without metadata.

    Raises:
        DamagedError, struct.error, IndexError: a frame is cut short.
    """
    yield data[: _HEADER + _table(data[10])]
    for block in _body(data):
        label, application = block[1], block[3:14]
        # Plain text extensions, which no browser shows, and unknown ones go like comments.
        if (
            block[0] == _IMAGE
            or label == _CONTROL
            or (label == _APPLICATION and application in _APPLICATIONS)
        ):
            yield block
    yield TRAILER


def extent(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels that hold the screen and every frame, and the number of frames.

    Raises:
        DamagedError, struct.error, IndexError: a frame is cut short.
    """
    across, down = struct.unpack_from("<HH", data, 6)
    count = 0
    for block in _body(data):
        if block[0] == _IMAGE:
            left, top, width, height = struct.unpack_from("<HHHH", block, 1)
            across, down = max(across, left + width), max(down, top + height)
            count += 1
    return across, down, count


def screen(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of what is shown: the screen, enlarged for the first frame.

    Raises:
        DamagedError, struct.error, IndexError: there is no frame.
    """
    across, down = struct.unpack_from("<HH", data, 6)
    for frame in frames(data):
        return max(across, frame.box[2]), max(down, frame.box[3])
    raise DamagedError("a GIF without frame")


def frames(data: bytes) -> Iterator[Frame]:
    """The frames in their order.

    Raises:
        DamagedError, struct.error, IndexError: a frame is cut short.
    """
    common = data[_HEADER : _HEADER + _table(data[10])]
    flags, delay, index = 0, 0, 0
    for block in _body(data):
        if block[0] == _EXTENSION and block[1] == _CONTROL and block[2] == 4:
            flags, delay, index = struct.unpack_from("<BHB", block, 3)
        elif block[0] == _IMAGE:
            left, top, width, height, own = struct.unpack_from("<HHHHB", block, 1)
            table = block[10 : 10 + _table(own)]
            yield Frame(
                box=(left, top, left + width, top + height),
                duration=delay * 10,
                disposal=flags >> 2 & 7,
                transparent=index if flags & _HAS_TRANSPARENCY else None,
                flags=own,
                table=table or common,
                data=block[10 + len(table) :],
            )
            flags, delay, index = 0, 0, 0


def repeats(data: bytes) -> int | None:
    """How often the animation is repeated, 0 for ever; None where the file does not tell."""
    for block in _body(data):
        if block[:2] == bytes((_EXTENSION, _APPLICATION)) and block[3:14] in _LOOPING:
            length, kind = struct.unpack_from("BB", block, 14)
            if length >= 3 and kind & 7 == 1:
                return int(struct.unpack_from("<H", block, 16)[0])
    return None


def _body(data: bytes) -> Iterator[bytes]:
    """The blocks behind the header, up to the trailer.

    Like browsers, it skips zeros between blocks. Behind the first frame, an unknown block or an
    extension that is cut short is the end.
    """
    at, shown = _HEADER + _table(data[10]), False
    while at < len(data) and data[at] != _TRAILER:
        if data[at] == _IMAGE:
            end = _blocks(data, at + 11 + _table(data[at + 9]))
        elif data[at] == _EXTENSION:
            try:
                end = _blocks(data, at + 2)
            except IndexError:
                if shown:
                    return
                raise
        elif data[at] == 0:
            at += 1
            continue
        elif shown:
            return
        else:
            raise DamagedError("a GIF block of unknown kind")
        shown |= data[at] == _IMAGE
        yield data[at:end]
        at = end


def _table(flags: int) -> int:
    return 3 << ((flags & _TABLE_SIZE) + 1) if flags & _HAS_TABLE else 0


def _blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1
