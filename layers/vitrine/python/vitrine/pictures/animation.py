"""Renditions of a moving GIF, which move as it does (contract: tiendanube §3)."""

import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from PIL import Image as PilImage
from PIL import ImageChops

from vitrine.pictures import gif, gif_frames
from vitrine.pictures.resampling import shrink
from vitrine.pictures.wholeness import counted
from vitrine.records import dataclass

MOVING_LIMIT = 25_000_000
"""Pixels, all frames together, beyond which a GIF's renditions show its first frame only.

Every frame takes time in every size, and again in alternative formats.
"""
VISIBLE = 128
"""The alpha from which on a pixel of a GIF is visible: its pixels are opaque or transparent."""
_TRANSPARENT = 255  # the colour index of transparent and of unchanged pixels
_COLOURS = 255  # that are left
_FEWER = (255, 128, 64, 32, 16, 8)  # colours to try while a rendition is larger than its original
_TABLE = 3 * 256  # bytes of a palette
_GLOBAL_TABLE = 0xF7  # flags of a screen: 256 colours


@dataclass(frozen=True, slots=True)
class Movie:
    """The frames of an animation in one size.

    Attributes:
        frames: RGBA pictures.
        durations: of each frame, in milliseconds.
        repeats: how often it is repeated, 0 for ever; None for a single time.
    """

    frames: tuple[PilImage.Image, ...]
    durations: tuple[int, ...]
    repeats: int | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.frames[0].size

    def shrunk(self, size: tuple[int, int]) -> "Movie":
        """The animation in a smaller size."""
        return replace(self, frames=tuple(shrink(frame, size) for frame in self.frames))


@dataclass(frozen=True, slots=True)
class Animated:
    """An animation in several sizes, width and height in pixels.

    Attributes:
        files: as GIFs.
        movies: as pictures, from which other formats are made.
    """

    files: Mapping[tuple[int, int], bytes]
    movies: Mapping[tuple[int, int], Movie]


def moves_too_much(size: tuple[int, int], frames: int) -> bool:
    """Whether so many frames of a size, width and height in pixels, are not to be animated."""
    return counted(*size, frames) > MOVING_LIMIT


def read(published: bytes) -> Movie:
    """The animation of a GIF.

    Raises:
        Exception: one of `DECODER_ERRORS`: the data of a frame is damaged.
    """
    frames, durations = zip(*gif_frames.shown(published), strict=True)
    return Movie(frames, durations, gif.repeats(published))


def animate(published: bytes, sizes: Collection[tuple[int, int]]) -> Animated:
    """A moving GIF in `sizes`, width and height in pixels, none larger than it.

    In its own size it is the published file, or the same pixels in fewer bytes. A smaller one has
    fewer colours where it would weigh more than the published file otherwise.
    """
    movie = read(published)
    files, movies = {movie.size: published}, {movie.size: movie}
    if movie.size in sizes and _has_few_colours(movie.frames):
        files[movie.size] = min(published, encode(movie), key=len)
    for size in sorted(set(sizes) - {movie.size}, reverse=True):
        movies[size] = movie = movie.shrunk(size)
        files[size] = _encode_below(len(published), movie)
    return Animated(files, movies)


def _has_few_colours(frames: Iterable[PilImage.Image]) -> bool:
    """Whether one palette has every colour of all frames."""
    found = set[object]()
    for frame in frames:
        of_frame = frame.convert("RGB").getcolors(_COLOURS)
        found |= {colour for _, colour in of_frame or ()}
        if of_frame is None or len(found) > _COLOURS:
            return False
    return True


def _encode_below(most: int, movie: Movie) -> bytes:
    smallest = b""
    for colours in _FEWER:
        encoded = encode(movie, colours)
        if len(encoded) <= most:
            return encoded
        smallest = min(smallest or encoded, encoded, key=len)
    return smallest


def encode(movie: Movie, colours: int = _COLOURS) -> bytes:
    """An animation as a GIF of one palette, every frame of which writes only what changes."""
    changes = list(_changes(movie.frames))
    palette, pictures = _indexed(changes, colours)
    parts = [b"GIF89a", struct.pack("<HHBBB", *movie.size, _GLOBAL_TABLE, 0, 0), palette]
    if movie.repeats is not None:
        parts.append(gif.looping(movie.repeats))
    for change, picture, duration in zip(changes, pictures, movie.durations, strict=True):
        parts.append(gif.control(_TRANSPARENT, duration=duration, disposal=change.disposal))
        parts.append(gif.image(change.box[:2], picture))
    return b"".join((*parts, gif.TRAILER))


@dataclass(frozen=True, slots=True)
class _Change:
    """What a frame writes.

    Attributes:
        box: the part of the screen.
        disposal: what happens to it afterwards.
        part: the frame's pixels in it, RGB.
        unchanged: a mask of those that are there already, or transparent.
    """

    box: gif.Box
    disposal: int
    part: PilImage.Image
    unchanged: PilImage.Image


def _changes(frames: Sequence[PilImage.Image]) -> Iterator[_Change]:
    frames = [without_half_tones(frame) for frame in frames]
    canvas = PilImage.new("RGBA", frames[0].size)
    for frame, following in zip(frames, (*frames[1:], frames[-1]), strict=True):
        changed = ImageChops.difference(canvas, frame).getbbox(alpha_only=False)
        vanishing = ImageChops.subtract(frame.getchannel("A"), following.getchannel("A")).getbbox()
        box = _around([each for each in (changed, vanishing) if each])
        part = frame.crop(box)
        disposal = gif.CLEARS if vanishing else gif.KEEPS
        yield _Change(box, disposal, part.convert("RGB"), _same(part, canvas.crop(box)))
        canvas = frame.copy()
        if vanishing:
            canvas.paste((0, 0, 0, 0), box)


def _around(boxes: Sequence[gif.Box]) -> gif.Box:
    """The box around boxes; a frame that changes nothing writes one pixel."""
    if not boxes:
        return 0, 0, 1, 1
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _same(one: PilImage.Image, other: PilImage.Image) -> PilImage.Image:
    """A mask of the pixels that two RGBA pictures have in common."""
    first, *bands = ImageChops.difference(one, other).split()
    for band in bands:
        first = ImageChops.lighter(first, band)
    return first.point([255] + [0] * 255)


def _indexed(changes: Sequence[_Change], colours: int) -> tuple[bytes, list[PilImage.Image]]:
    """A colour table for all changes, and each of them as colour indices.

    They are quantized as one picture: Pillow's mapping to a given palette is not exact.
    """
    width = max(change.part.width for change in changes)
    ends = list(accumulate(change.part.height for change in changes))
    together = PilImage.new("RGB", (width, ends[-1]), changes[0].part.getpixel((0, 0)))
    for change, end in zip(changes, ends, strict=True):
        together.paste(change.part, (0, end - change.part.height))
    quantized = together.quantize(colours)
    pictures = []
    for change, end in zip(changes, ends, strict=True):
        picture = quantized.crop((0, end - change.part.height, change.part.width, end))
        picture.paste(_TRANSPARENT, mask=change.unchanged)
        pictures.append(picture)
    table = bytes(quantized.getpalette() or ())
    return table[:_TABLE].ljust(_TABLE, b"\0"), pictures


def without_half_tones(frame: PilImage.Image) -> PilImage.Image:
    """An RGBA picture with every pixel opaque or transparent, as a GIF has them."""
    visible = frame.getchannel("A").point(lambda alpha: 255 * (alpha >= VISIBLE))
    clean = PilImage.new("RGBA", frame.size)
    clean.paste(frame.convert("RGB"), mask=visible)
    return clean
