"""Renditions of a moving GIF, which move as it does (contract: tiendanube §3)."""

import io
from collections.abc import Collection

from PIL import Image as PilImage
from PIL import ImageSequence

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Rendition
from vitrine.pictures.opening import decoder
from vitrine.pictures.resampling import shrink
from vitrine.pictures.wholeness import counted

MOVING_LIMIT = 25_000_000
"""Pixels, all frames together, beyond which a GIF's renditions show its first frame only.

Every frame takes time in every size, and again in alternative formats.
"""
_SEEN = 128
"""From which alpha on a pixel is shown: a GIF's are there or not."""
_NOTHING = 255  # the last of a frame's colours
_CLEARED = 2  # a frame that leaves nothing behind, so that each stands for itself


def moves_too_much(size: tuple[int, int], frames: int) -> bool:
    """Whether so many frames of this size, pixels across and down, are not to be animated."""
    return counted(*size, frames) > MOVING_LIMIT


def animate(published: bytes, renditions: Collection[Rendition]) -> dict[Rendition, bytes]:
    """All `renditions` of a GIF of several frames, frame by frame; its own bytes where they fit."""
    with decoder(published, Format.GIF) as picture:
        sizes = {rendition: rendition.fit(*picture.size) for rendition in renditions}
        by_size = {picture.size: published}
        smaller = sorted({size for size in sizes.values() if size != picture.size}, reverse=True)
        loops = picture.info.get("loop")
        frames, durations = [], []
        for frame in ImageSequence.Iterator(picture) if smaller else ():
            frames.append(shrink(frame.convert("RGBA"), smaller[0]))
            durations.append(frame.info.get("duration", 0))
    for size in smaller:
        frames = [shrink(frame, size) for frame in frames]
        by_size[size] = _encode(frames, durations, loops)
    return {rendition: by_size[size] for rendition, size in sizes.items()}


def _encode(frames: list[PilImage.Image], durations: list[int], loops: int | None) -> bytes:
    out = io.BytesIO()
    opaque = all(frame.getchannel("A").getextrema() == (255, 255) for frame in frames)
    turned = (frame.convert("RGB") if opaque else _there_or_not(frame) for frame in frames)
    first, *others = turned
    first.save(
        out,
        "GIF",
        save_all=True,
        append_images=others,
        duration=durations,
        disposal=_CLEARED,
        **({} if loops is None else {"loop": loops}),
    )
    return out.getvalue()


def _there_or_not(frame: PilImage.Image) -> PilImage.Image:
    """The frame without half-transparent pixels, and with a colour that stands for nothing.

    Each frame has one, as soon as any needs it: what a frame without it leaves behind is nothing to
    browsers and its first colour to PilImage.
    """
    few = frame.convert("RGB").quantize(_NOTHING)
    few.paste(_NOTHING, mask=frame.getchannel("A").point(lambda value: 255 * (value < _SEEN)))
    few.info["transparency"] = _NOTHING
    return few
