"""Draw product scenes: a lamp, a mug and a pear under studio light, with Pillow alone.

Each object is turned around a vertical axis, and is painted as a stack of discs from the lowest to
the highest. A disc covers all of the disc below it except the front edge, which is what a camera
sees that looks down a little.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image as PilImage
from PIL import ImageChops, ImageDraw, ImageFilter
from PIL.Image import Image

Colour = tuple[float, float, float]
"""Red, green and blue in linear light, from 0 to 1."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_FINER = 2  # times larger while drawing, so that edges are smooth
_TILT = 0.13  # how high a level circle appears, divided by how wide
_SHADES = 32  # across a disc
_WALL = ((0.0, "#6d7f86"), (0.72, "#8d9c9f"), (0.76, "#b7a68f"), (1.0, "#8f7a61"))
_PAPER = ((0.0, "#e7dfd3"), (0.66, "#efe8dd"), (0.74, "#ddd2c3"), (1.0, "#cfc2b0"))


@dataclass(frozen=True, slots=True)
class Surface:
    """What a turned object is made of.

    Attributes:
        tint: colour at a place: across from -1 (left edge) to 1, down from 0 (top) to 1.
        gloss: strength of reflections, from 0 to 1.
        glow: share of the colour that needs no light, from 0 to 1.
    """

    tint: Callable[[float, float], Colour]
    gloss: float = 0.0
    glow: float = 0.0


class Canvas:
    """A transparent picture, drawn at a multiple of its size.

    All measures are pixels of the finished picture.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self.image = PilImage.new("RGBA", (width * _FINER, height * _FINER))

    def turn(self, axis: float, outline: Sequence[Point], surface: Surface) -> None:
        """Paint a turned object.

        Args:
            axis: x of its axis.
            outline: y and radius of points on its right edge, from the top down.
            surface: what it is made of.
        """
        discs = list(_discs([(y * _FINER, radius * _FINER) for y, radius in outline]))
        for number, (y, radius, slope) in reversed(list(enumerate(discs))):
            down = number / max(1, len(discs) - 1)
            row = PilImage.new("RGBA", (_SHADES, 1))
            row.putdata([(*_shade(surface, each, down, slope), 255) for each in _ACROSS])
            half = max(1, round(radius))
            disc = _disc(half)
            smooth = row.resize((disc.width, 1), PilImage.Resampling.BICUBIC)
            self.image.paste(
                smooth.resize(disc.size, PilImage.Resampling.NEAREST),
                (round(axis * _FINER) - half, round(y) - disc.height // 2),
                disc,
            )

    def ellipse(self, box: Box, fill: str, blur: float = 0) -> None:
        """Paint an ellipse; `blur` softens its edge over that many pixels."""
        self._paint(fill, blur, lambda pen, scale: pen.ellipse([each * scale for each in box], 255))

    def ellipses(self, boxes: Sequence[Box], fill: str) -> None:
        """Paint several ellipses, which may overlap."""

        def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
            for box in boxes:
                pen.ellipse([each * scale for each in box], 255)

        self._paint(fill, 0, draw)

    def polygon(self, corners: Sequence[Point], fill: str) -> None:
        """Paint a polygon."""

        def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
            pen.polygon([(x * scale, y * scale) for x, y in corners], 255)

        self._paint(fill, 0, draw)

    def tube(self, path: Sequence[Point], radius: float, colour: str, gloss: float) -> None:
        """Paint a bent tube along a path, lit from the upper left."""
        base = _linear(colour)
        pen = ImageDraw.Draw(self.image)
        strokes = 24
        for number in range(strokes):
            inward = number / (strokes - 1)
            light = 0.25 + 0.75 * inward**0.8
            shine = gloss * max(0.0, inward - 0.75) * 2
            ink = _encoded((base[0] * light, base[1] * light, base[2] * light), shine)
            half = radius * _FINER * (1 - 0.92 * inward)
            shift = -0.38 * radius * inward
            for x, y in path:
                middle = (x + shift) * _FINER, (y + shift) * _FINER
                pen.ellipse(
                    (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half), ink
                )

    def finished(self) -> Image:
        """The picture in its own size."""
        return self.image.resize(self._size, PilImage.Resampling.LANCZOS)

    def _paint(
        self, fill: str, blur: float, draw: Callable[[ImageDraw.ImageDraw, float], None]
    ) -> None:
        """Paint a shape in one colour; a soft one is drawn small, which is quicker."""
        scale = 0.25 if blur else _FINER
        width, height = self._size
        mask = PilImage.new("L", (round(width * scale), round(height * scale)))
        draw(ImageDraw.Draw(mask), scale)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * scale))
            mask = mask.resize(self.image.size, PilImage.Resampling.BICUBIC)
        opacity = int(fill[7:] or "ff", 16)
        layer = PilImage.new("RGBA", self.image.size, fill[:7])
        layer.putalpha(mask.point(lambda each: each * opacity / 255))
        self.image.alpha_composite(layer)


def lamp() -> Image:
    """A table lamp that is lit, in front of a wall: 1600 x 1200 pixels, opaque."""
    wall = _vertical(1600, 1200, _WALL)
    scene = Canvas(1600, 1200)
    scene.ellipse((640, 985, 1120, 1085), "#1c120a8c", 26)
    scene.ellipse((665, 1000, 950, 1062), "#120a05b4", 9)
    glaze = _plain("#1f5c66")
    scene.turn(800, [(1024, 122), (1036, 126), (1040, 126)], Surface(_plain("#8a6a3c"), 0.7))
    body = [(640, 26), (690, 34), (760, 92), (840, 140), (910, 146), (975, 118), (1026, 92)]
    scene.turn(800, body, Surface(glaze, 0.9))
    scene.turn(800, [(560, 15), (640, 15), (646, 28), (654, 28)], Surface(_plain("#b08a4e"), 0.9))
    scene.turn(800, [(190, 196), (590, 330)], Surface(_cloth, 0.0, 0.82))
    scene.ellipse((604, 165, 996, 215), "#fff3d6")
    scene.ellipse((616, 170, 984, 211), "#e9c58c")
    scene.ellipse((650, 180, 950, 211), "#fff7e2", 8)
    lit = _light(wall, [((250, -260, 1350, 620), 0.62, 170), ((330, 830, 1270, 1130), 0.5, 80)])
    return _over(lit, scene.finished())


def mug() -> Image:
    """A mug on paper: 1200 x 1200 pixels, opaque."""
    paper = _vertical(1200, 1200, _PAPER)
    scene = Canvas(1200, 1200)
    scene.ellipse((330, 905, 1010, 1045), "#4a3a2a70", 34)
    scene.ellipse((345, 925, 800, 1004), "#2a1f16a8", 12)
    scene.tube(_arc((760, 610), 150, 176, -104, 104), 44, "#c4573a", 0.5)
    body = [(360, 268), (420, 270), (700, 268), (850, 256), (930, 226), (950, 204)]
    scene.turn(550, body, Surface(_plain("#c4573a"), 0.8))
    scene.ellipse((282, 325, 818, 395), "#e58f73")
    scene.ellipse((298, 332, 802, 391), "#74301f")
    scene.ellipse((318, 349, 782, 391), "#2f180d")
    scene.ellipse((360, 353, 560, 376), "#6e482e", 9)
    return _over(paper, scene.finished())


def pear() -> Image:
    """A pear, cut out: 1600 x 1200 pixels, transparent around it."""
    scene = Canvas(1600, 1200)
    scene.ellipse((520, 1010, 1150, 1120), "#00000038", 26)
    scene.ellipse((600, 1030, 1000, 1090), "#00000066", 10)
    body = [
        (236, 34),
        (250, 70),
        (290, 104),
        (370, 128),
        (450, 150),
        (540, 206),
        (640, 284),
        (740, 336),
        (840, 350),
        (930, 322),
        (1000, 252),
        (1042, 170),
        (1056, 110),
    ]
    scene.turn(800, body, Surface(_skin, 0.45))
    _freckles(scene)
    scene.ellipse((772, 228, 830, 250), "#3f3a14a0", 5)
    stem = [(800 + 0.0011 * (240 - y) ** 2, y) for y in range(240, 78, -2)]
    scene.tube(stem, 10, "#6b4a2b", 0.2)
    leaf = [(812 + t * 280, 150 - 96 * math.sin(math.pi * t) ** 0.8 - 60 * t) for t in _part(40)]
    under = [(812 + t * 280, 150 + 26 * math.sin(math.pi * t) - 60 * t) for t in _part(40)]
    scene.polygon([*leaf, *reversed(under)], "#4d7a2c")
    middle = [(812 + t * 280, 150 - 34 * math.sin(math.pi * t) - 60 * t) for t in _part(40)]
    scene.polygon([*leaf, *reversed(middle)], "#6a9a3c")
    return scene.finished()


def _discs(outline: Sequence[Point]) -> Iterator[tuple[float, float, float]]:
    """Height, radius and slope of discs on a curve through the outline, from the top down."""
    if len(outline) == 2:
        outline = [outline[0], _between(*outline), outline[1]]
    for number, ((y, radius), (lower, wider)) in enumerate(pairwise(outline)):
        enter = _tangent(outline, number)
        leave = _tangent(outline, number + 1)
        span = lower - y
        count = max(1, round(span / _FINER))
        for step in range(count):
            t = step / count
            h = t * t * (3 - 2 * t)
            here = (
                radius * (1 - h)
                + wider * h
                + span * (enter * t * (1 - t) ** 2 - leave * t * t * (1 - t))
            )
            flow = (1 - t) * enter + t * leave
            yield y + span * t, here, flow


def _between(first: Point, second: Point) -> Point:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def _tangent(outline: Sequence[Point], number: int) -> float:
    before, after = max(0, number - 1), min(len(outline) - 1, number + 1)
    return (outline[after][1] - outline[before][1]) / (outline[after][0] - outline[before][0])


_ACROSS = [(each + 0.5) * 2 / _SHADES - 1 for each in range(_SHADES)]


def _shade(surface: Surface, across: float, down: float, slope: float) -> tuple[int, int, int]:
    """Colour of a point: a large lamp at the upper left, a reflector at the right."""
    length = math.hypot(1, slope)
    right, up, toward = across / length, slope / length, math.sqrt(1 - across**2) / length
    key = max(0.0, -0.50 * right + 0.50 * up + 0.71 * toward)
    reflector = max(0.0, 0.85 * right + 0.15 * up + 0.30 * toward)
    light = 0.13 + 0.08 * up + 0.86 * key + 0.20 * reflector
    light = surface.glow + (1 - surface.glow) * light
    window = math.exp(-(((right + 0.50) / 0.11) ** 2)) * (1 - 0.6 * abs(up))
    edge = (1 - toward) ** 4
    red, green, blue = surface.tint(across, down)
    return _encoded(
        (red * light, green * light, blue * light), surface.gloss * (0.42 * window + 0.12 * edge)
    )


@lru_cache(maxsize=64)
def _linear(colour: str) -> Colour:
    red, green, blue = ((int(colour[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5))
    return red, green, blue


def _encoded(colour: Colour, shine: float = 0.0) -> tuple[int, int, int]:
    red, green, blue = colour
    return _code(red + shine), _code(green + shine), _code(blue + shine)


def _code(light: float) -> int:
    return round(255 * math.pow(min(1.0, light), 1 / 2.2))


@lru_cache(maxsize=2048)
def _disc(half: int) -> Image:
    high = max(1, round(half * _TILT))
    mask = PilImage.new("L", (2 * half + 1, 2 * high + 1))
    ImageDraw.Draw(mask).ellipse((0, 0, 2 * half, 2 * high), 255)
    return mask


def _plain(colour: str) -> Callable[[float, float], Colour]:
    linear = _linear(colour)
    return lambda _across, _down: linear


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    rest = 1 - share
    return (
        first[0] * rest + second[0] * share,
        first[1] * rest + second[1] * share,
        first[2] * rest + second[2] * share,
    )


def _cloth(across: float, down: float) -> Colour:
    """A lampshade with a bulb behind it, which shows brightest in the middle."""
    near = math.exp(-((across / 0.75) ** 2) - ((down - 0.62) / 0.42) ** 2)
    hem = down < 0.03 or down > 0.97
    return _mixed(_linear("#d3a06a"), _linear("#b98550" if hem else "#fff0cf"), 0.1 + 0.9 * near)


def _skin(across: float, down: float) -> Colour:
    """A pear's skin: green at the neck, yellow below, red where it saw the sun."""
    ripe = _mixed(_linear("#93a83a"), _linear("#d8c24a"), min(1.0, down * 1.3))
    sun = math.exp(-(((across - 0.55) / 0.42) ** 2) - ((down - 0.66) / 0.26) ** 2)
    return _mixed(ripe, _linear("#b8452c"), 0.75 * sun)


def _freckles(scene: Canvas) -> None:
    chance = random.Random(7)  # noqa: S311 - the same freckles every time
    spots = []
    for _ in range(420):
        angle, far = chance.uniform(0, 2 * math.pi), math.sqrt(chance.random())
        x, y = 800 + 310 * far * math.cos(angle), 800 + 235 * far * math.sin(angle)
        size = chance.uniform(0.8, 2.2)
        spots.append((x - size, y - size, x + size, y + size))
    scene.ellipses(spots, "#5c461870")


def _arc(middle: Point, wide: float, high: float, first: float, last: float) -> list[Point]:
    """Points of an ellipse's arc, from one angle to another in degrees."""
    angles = (math.radians(first + (last - first) * t) for t in _part(400))
    return [(middle[0] + wide * math.cos(a), middle[1] + high * math.sin(a)) for a in angles]


def _part(count: int) -> list[float]:
    return [each / count for each in range(count + 1)]


def _vertical(width: int, height: int, stops: Sequence[tuple[float, str]]) -> Image:
    """A picture of colours that change from the top down."""
    column = PilImage.new("RGB", (1, height))
    for y in range(height):
        at = y / (height - 1)
        lower = next(number for number, (where, _) in enumerate(stops[1:], 1) if at <= where)
        (start, first), (end, second) = stops[lower - 1], stops[lower]
        share = (at - start) / (end - start)
        share = share * share * (3 - 2 * share)
        column.putpixel((0, y), _encoded(_mixed(_linear(first), _linear(second), share)))
    return column.resize((width, height))


def _light(picture: Image, pools: Sequence[tuple[Box, float, float]]) -> Image:
    """The picture with pools of warm light: where, how strong, and how soft in pixels."""
    for box, strength, soft in pools:
        warm = _encoded((strength, strength * 0.62, strength * 0.26))
        pool = PilImage.new("RGB", (picture.width // 4, picture.height // 4))
        ImageDraw.Draw(pool).ellipse([each / 4 for each in box], warm)
        pool = pool.filter(ImageFilter.GaussianBlur(soft / 4))
        picture = ImageChops.screen(picture, pool.resize(picture.size, PilImage.Resampling.BICUBIC))
    return picture


def _over(ground: Image, scene: Image) -> Image:
    return PilImage.alpha_composite(ground.convert("RGBA"), scene).convert("RGB")
