"""Pictures for the fake shop: the demo's product scenes in several colours and shapes."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir

from PIL import Image as PilImage
from PIL.Image import Image

from vitrine.pictures.appearance import describe
from vitrine_cli.operations import sample_scenes

_SCENES = {"lamp": sample_scenes.lamp, "mug": sample_scenes.mug, "pear": sample_scenes.pear}
_TURNS = (0, 96, 176, 40)  # of the hue, in 256ths of a circle
_LONGEST = 1600  # pixels
SIZES = (50, 100, 240, 320, 480, 640, 1024)  # widths of renditions in pixels


@dataclass(frozen=True, slots=True)
class Sample:
    """An original, with what the catalogue would know about it.

    Attributes:
        data: its bytes.
        format: `jpeg`, `png` or `webp`.
        width: pixels.
        height: pixels.
        colour: the dominant colour as `#rrggbb`.
        thumbhash: a ThumbHash in base64.
    """

    data: bytes
    format: str
    width: int
    height: int
    colour: str
    thumbhash: str


@lru_cache(maxsize=1)
def samples() -> Sequence[Sample]:
    """Twelve different pictures: landscape, square and portrait, opaque and cut out."""
    made = []
    for number, turn in enumerate(_TURNS):
        for name in _SCENES:
            picture = _turned(_scene(name), turn)
            if number == 1:
                picture = _cropped(picture, 3, 4)
            elif number == 2:
                picture = _cropped(picture, 16, 9)
            made.append(_sample(picture))
    return made


def inspected(data: bytes) -> Sample:
    """What the catalogue would know about the bytes.

    Raises:
        OSError: they are no picture.
    """
    with PilImage.open(BytesIO(data)) as picture:
        kind = (picture.format or "").lower()
        pixels = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
        look = describe(pixels)
        return Sample(data, kind, *picture.size, look.colour, look.thumbhash)


@lru_cache(maxsize=1024)
def resized(data: bytes, width: int | None, kind: str) -> bytes:
    """The picture in at most that many pixels of width, in a format of Pillow's."""
    with PilImage.open(BytesIO(data)) as picture:
        small = picture.convert("RGB" if kind == "JPEG" else "RGBA")
        if width is not None and width < small.width:
            height = max(1, round(small.height * width / small.width))
            small = small.resize((width, height), PilImage.Resampling.LANCZOS)
        return _encoded(small, kind)


def _scene(name: str) -> Image:
    """A scene; drawing one takes seconds, so it is kept for as long as its code stays the same."""
    code = hashlib.sha256(Path(sample_scenes.__file__).read_bytes()).hexdigest()[:12]
    file = Path(gettempdir()) / f"vitrine-scene-{name}-{code}.png"
    if not file.exists():
        unfinished = file.with_suffix(f".{os.getpid()}")
        _SCENES[name]().save(unfinished, "PNG")
        unfinished.replace(file)
    with PilImage.open(file) as picture:
        picture.thumbnail((_LONGEST, _LONGEST))
        return picture.copy()


def _turned(picture: Image, hue: int) -> Image:
    """The picture with other colours."""
    colours, saturation, value = picture.convert("RGB").convert("HSV").split()
    moved = colours.point([(each + hue) % 256 for each in range(256)])
    turned = PilImage.merge("HSV", (moved, saturation, value)).convert("RGB")
    if picture.mode == "RGBA":
        turned.putalpha(picture.getchannel("A"))
    return turned


def _cropped(picture: Image, across: int, down: int) -> Image:
    width = min(picture.width, picture.height * across // down)
    height = min(picture.height, picture.width * down // across)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _sample(picture: Image) -> Sample:
    return inspected(_encoded(picture, "PNG" if picture.mode == "RGBA" else "JPEG"))


def _encoded(picture: Image, kind: str) -> bytes:
    data = BytesIO()
    picture.save(data, kind, quality=80)
    return data.getvalue()
