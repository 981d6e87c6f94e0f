"""The frames of a GIF as browsers show them: each drawn onto what the ones before it left.

What no frame draws is transparent, and so is what a frame clears, regardless of the
background colour or transparent index that the file names.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image as PilImage

from vitrine.domain.pictures import Format
from vitrine.pictures import gif
from vitrine.pictures.opening import decoder

_FILLINGS = 255, 254  # colour indices that are seldom used


def is_complete(frame: gif.Frame) -> bool:
    """Whether the data of a frame reaches its last pixel.

    Pillow fills what is missing with the transparent colour. So a frame is decoded with a colour
    that is seldom used, and with another one if that one occurs.

    Raises:
        Exception: one of `DECODER_ERRORS`: the data is damaged.
    """
    if _is_empty(frame.box):
        return True
    first, second = _FILLINGS
    pixels = _decoded(frame, first)
    return not pixels.histogram()[first] or pixels.tobytes() == _decoded(frame, second).tobytes()


@contextmanager
def first(data: bytes) -> Iterator[PilImage.Image]:
    """The first frame on the screen, opened: with colour indices if it covers it, else RGBA.

    Raises:
        Exception: one of `DECODER_ERRORS`: its data is damaged.
    """
    frame = next(gif.frames(data))
    size = gif.screen(data)
    if frame.box == (0, 0, *size):
        with decoder(frame.alone(frame.transparent), Format.GIF) as picture:
            yield picture
    else:
        canvas = PilImage.new("RGBA", size)
        _draw(frame, canvas)
        yield canvas


def shown(data: bytes) -> Iterator[tuple[PilImage.Image, int]]:
    """Each frame as RGBA in the size of the screen, and its duration in milliseconds.

    Raises:
        Exception: one of `DECODER_ERRORS`: the data of a frame is damaged.
    """
    canvas = PilImage.new("RGBA", gif.screen(data))
    for frame in gif.frames(data):
        before = canvas.copy() if frame.disposal == gif.RESTORES else None
        _draw(frame, canvas)
        yield canvas.copy(), frame.duration
        if before is not None:
            canvas = before
        elif frame.disposal == gif.CLEARS:
            canvas.paste((0, 0, 0, 0), frame.box)


def _draw(frame: gif.Frame, canvas: PilImage.Image) -> None:
    if not _is_empty(frame.box):
        picture = _decoded(frame, frame.transparent).convert("RGBA")
        canvas.paste(picture, frame.box[:2], picture.getchannel("A"))


def _decoded(frame: gif.Frame, filling: int | None) -> PilImage.Image:
    with decoder(frame.alone(filling), Format.GIF) as picture:
        picture.load()
        return picture.copy()


def _is_empty(box: gif.Box) -> bool:
    left, top, right, bottom = box
    return right == left or bottom == top
