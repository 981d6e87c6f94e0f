"""Pictures as cameras, shops and drawing programs make them: what the public gets looks the same.

Each expectation is computed from the scene the picture was made of, in floating point, never by the
engine. Errors are in steps of 8-bit colour.
"""

import io
import math
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from tests import pictures

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.pictures import chromaticities
from vitrine.pictures.animation import MOVING_LIMIT
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import Resized, resize
from vitrine.pictures.stripping import strip_metadata

GALLERY = SETS["gallery"]
RENDITIONS = {rendition.name: rendition for rendition in GALLERY}

Colour = tuple[float, ...]
Scene = Callable[[float, float], Colour]
"""A picture of no pixels: the colour at a place, each 0 to 1 from the left and the top."""


def resized(data: bytes) -> Resized:
    """A gallery picture, as the engine makes it of accepted bytes."""
    assert inspect(data).whole
    return resize(data, GALLERY)


def renditions_of(data: bytes) -> dict[str, bytes]:
    """All that is made of a picture, by the renditions' names. The one way to the engine here."""
    made = resized(data)
    return {name: made.encode(rendition) for name, rendition in RENDITIONS.items()}


def small(data: bytes, name: str = "-100-0") -> Image.Image:
    """A rendition of a picture, decoded."""
    return pictures.opened(renditions_of(data)[name])


# Scenes and what is expected of them


def corners(across: float, down: float) -> Colour:
    """Smooth, and different in every corner and along every edge."""
    return 255 * across, 255 * down, 64 + 128 * across * down


def grey(across: float, down: float) -> Colour:
    return (255 * (across + down) / 2,)


def painted(scene: Scene, width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A scene in pixels of 8 bits."""
    data = bytearray()
    for row in range(height):
        for column in range(width):
            colour = scene((column + 0.5) / width, (row + 0.5) / height)
            data += bytes(min(255, max(0, round(band))) for band in colour)
    return Image.frombytes(mode, (width, height), bytes(data))


def error(picture: Image.Image, scene: Scene) -> float:
    """How far off a picture is from a scene, on average over places and bands, edges left out."""
    width, height = picture.size
    total, count = 0.0, 0
    margin = min(2, (width - 1) // 2), min(2, (height - 1) // 2)
    for row in range(margin[1], height - margin[1]):
        for column in range(margin[0], width - margin[0]):
            expected = scene((column + 0.5) / width, (row + 0.5) / height)
            seen = picture.getpixel((column, row))
            bands = seen if isinstance(seen, tuple) else (seen,)
            assert len(bands) == len(expected)  # type: ignore[arg-type]
            total += sum(abs(a - b) for a, b in zip(bands, expected, strict=True))  # type: ignore
            count += len(expected)
    return total / count


def test_the_measure_of_errors_sees_them() -> None:
    assert error(painted(corners, 40, 30), corners) < 0.5
    assert error(painted(corners, 40, 30).transpose(Image.Transpose.ROTATE_180), corners) > 50


# Every way up, in every format that can say so


def stored(turned: int) -> Image.Image:
    """The scene as a camera that was held so stores it, by the definition in EXIF 2.3, 4.6.4."""
    width, height = (120, 200) if turned >= 5 else (200, 120)

    def scene(across: float, down: float) -> Colour:
        mirrored = {
            1: (across, down),
            2: (1 - across, down),
            3: (1 - across, 1 - down),
            4: (across, 1 - down),
            5: (down, across),  # the stored row is the shown left side, its column the top
            6: (1 - down, across),
            7: (1 - down, 1 - across),
            8: (down, 1 - across),
        }
        return corners(*mirrored[turned])

    return painted(scene, width, height)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.PNG, Format.WEBP])
@pytest.mark.parametrize("turned", range(1, 9))
def test_every_way_up_is_shown_upright(kind: Format, turned: int) -> None:
    data = pictures.encode(stored(turned), kind.name, exif=pictures.oriented(turned), quality=95)

    for name, size in (("-1024-1024", (200, 120)), ("-100-0", (100, 60))):
        picture = small(data, name).convert("RGB")
        assert picture.size == size
        assert error(picture, corners) < 3


def test_formats_without_exif_data_are_shown_as_they_are() -> None:
    for kind in (Format.BMP, Format.GIF):
        data = pictures.encode(painted(corners, 200, 120), kind.name)
        assert error(small(data).convert("RGB"), corners) < (3 if kind is Format.BMP else 12)


# JPEG


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 30}])
@pytest.mark.parametrize(("scene", "mode"), [(corners, "RGB"), (grey, "L")])
def test_jpegs_of_all_kinds(how: dict[str, Any], scene: Scene, mode: str) -> None:
    data = pictures.encode(painted(scene, 600, 400, mode), "JPEG", **how)

    picture = small(data)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", mode, (100, 67))
    assert error(picture, scene) < 3


def inks(across: float, down: float) -> Colour:
    """Cyan, magenta, yellow and black, of 255 each."""
    return 200 * across, 200 * down, 100.0, 20 + 80 * across


def printed(across: float, down: float) -> Colour:
    """What `inks` look like where nothing says how they are meant: each takes its part of light."""
    cyan, magenta, yellow, black = (1 - ink / 255 for ink in inks(across, down))
    return 255 * cyan * black, 255 * magenta * black, 255 * yellow * black


def cmyk_jpeg(scene: Scene = inks, **options: Any) -> bytes:
    """As Photoshop does: Adobe's marker, and every ink the other way round."""
    return pictures.encode(painted(scene, 400, 300, "CMYK"), "JPEG", quality=95, **options)


def ycck_jpeg() -> bytes:
    """The same with three of the inks as brightness and two colour differences."""

    def bands(across: float, down: float) -> Colour:
        *three, black = inks(across, down)
        red, green, blue = three  # as the format has it: what is left of the light, turned round
        bright = 0.299 * red + 0.587 * green + 0.114 * blue
        blue_yellow, red_green = (blue - bright) / 1.772 + 128, (red - bright) / 1.402 + 128
        # The encoder turns the bands it is given, Adobe's way: so they are given turned.
        return 255 - bright, 255 - blue_yellow, 255 - red_green, black

    data = cmyk_jpeg(bands)
    at = data.index(b"Adobe") + 11
    assert data[at] == 0
    return data[:at] + b"\2" + data[at + 1 :]


@pytest.mark.parametrize("make", [cmyk_jpeg, ycck_jpeg])
def test_inks_without_profile_are_light_taken_away(make: Callable[[], bytes]) -> None:
    picture = small(make())

    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert error(picture, printed) < 4


def test_inks_without_adobes_marker_are_the_other_way_round_too() -> None:
    """Browsers read them so, because writers of CMYK JPEGs follow Photoshop's convention."""
    data = cmyk_jpeg()
    at = data.index(b"\xff\xee")
    bare = data[:at] + data[at + 2 + struct.unpack_from(">H", data, at + 2)[0] :]

    assert error(small(bare), printed) < 4


# Colour profiles


def s15(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(s15, values))


def profile(tags: dict[bytes, bytes], *, kind: bytes = b"mntr", space: bytes = b"RGB ") -> bytes:
    """A colour profile, by the ICC's specification."""
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, payload in tags.items():
        table += name + struct.pack(">II", at + len(body), len(payload))
        body += payload + bytes(-len(payload) % 4)
    connection = b"Lab " if space == b"CMYK" else b"XYZ "
    header = bytes(4) + bytes(4) + b"\2\x40\0\0" + kind + space + connection + bytes(12)
    header += b"acsp" + bytes(28) + b"".join(map(s15, (0.9642, 1, 0.8249))) + bytes(48)
    data = header + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(data)) + data[4:]


TEXT = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78)
# Columns of red, green and blue, adapted to D50 (Bradford), as published with each space.
P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def matrix_profile(primaries: tuple[Colour, ...], gamma: float, **how: bytes) -> bytes:
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {b"desc": TEXT, b"wtpt": xyz(0.9642, 1, 0.8249)}
    tags |= {name: xyz(*p) for name, p in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    return profile(tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve), **how)


def inverted(rows: list[list[float]]) -> list[list[float]]:
    (a, b, c), (d, e, f), (g, h, i) = rows
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return [
        [(e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole],
        [(f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole],
        [(d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole],
    ]


def meant(colour: Colour, primaries: tuple[Colour, ...], gamma: float) -> Colour:
    """A colour of an RGB space in sRGB, cut off where that has none."""
    linear = [(band / 255) ** gamma for band in colour]
    middle = [sum(p[axis] * v for p, v in zip(primaries, linear, strict=True)) for axis in range(3)]
    back = inverted([[SRGB[band][axis] for band in range(3)] for axis in range(3)])
    light = [sum(row[axis] * middle[axis] for axis in range(3)) for row in back]
    cut = [min(1.0, max(0.0, band)) for band in light]
    return tuple(
        255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055) for v in cut
    )


def muted(across: float, down: float) -> Colour:
    """Colours that a wide space and sRGB both have, and that differ in them."""
    return 90 + 110 * across, 80 + 110 * down, 100 + 60 * (1 - across)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.PNG, Format.WEBP])
@pytest.mark.parametrize(("primaries", "gamma"), [(P3, 2.2), (ADOBE, 2.19921875), (SRGB, 1.8)])
def test_wide_colours_become_srgb(
    kind: Format, primaries: tuple[Colour, ...], gamma: float
) -> None:
    data = pictures.encode(
        painted(muted, 400, 300),
        kind.name,
        icc_profile=matrix_profile(primaries, gamma),
        **({"lossless": True} if kind is Format.WEBP else {"quality": 95}),
    )

    picture = small(data).convert("RGB")

    assert error(picture, lambda x, y: meant(muted(x, y), primaries, gamma)) < 1.5
    assert error(picture, muted) > 3, "the profile makes a difference"
    assert "icc_profile" not in picture.info


def ink_profile() -> bytes:
    """Inks of which two corners are known: none is white, all of black is black, and so between.

    Cyan turns green blue-ish or not: the profile alone says that it makes red.
    """
    corners = bytearray()
    for number in range(16):
        cyan, black = number >> 3 & 1, number & 1
        lightness, redness = (0, 0) if black else (100 - 45 * cyan, 75 * cyan)
        corners += bytes((round(lightness * 2.55), 128 + redness, 128))
    identity = bytes(range(256))
    unit = b"".join(map(s15, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + unit + identity * 4 + corners + identity * 3
    return profile(
        {b"desc": TEXT, b"wtpt": xyz(0.9642, 1, 0.8249), b"A2B0": table},
        kind=b"prtr",
        space=b"CMYK",
    )


def test_inks_are_what_their_profile_says() -> None:
    def cyan_only(across: float, down: float) -> Colour:
        return 255.0, 0.0, 0.0, 0.0

    data = cmyk_jpeg(cyan_only, icc_profile=ink_profile())

    # L* 55, a* 75, b* 0 in sRGB, computed by hand: a strong pink-red.
    red, green, blue = small(data).getpixel((50, 30))  # type: ignore[misc]
    assert (red > 225, green < 90, 110 < blue < 160) == (True, True, True), (red, green, blue)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.PNG, Format.WEBP])
@pytest.mark.parametrize(
    "broken",
    [
        b"no profile",
        matrix_profile(P3, 2.2)[:200],
        matrix_profile(P3, 2.2, kind=b"link"),
        matrix_profile(P3, 2.2, space=b"GRAY"),
        matrix_profile(P3, 2.2)[:36] + b"abcd" + matrix_profile(P3, 2.2)[40:],
        ink_profile(),
    ],
    ids=["no profile", "truncated", "a link", "for grey", "no signature", "for inks"],
)
def test_a_profile_that_does_not_fit_is_ignored(kind: Format, broken: bytes) -> None:
    picture = painted(muted, 200, 150)
    lossless = {"lossless": True} if kind is Format.WEBP else {"quality": 95}
    data = pictures.encode(picture, kind.name, icc_profile=broken, **lossless)

    assert error(small(data).convert("RGB"), muted) < 1.5


def test_a_profile_for_inks_that_does_not_fit_is_ignored() -> None:
    assert error(small(cmyk_jpeg(icc_profile=matrix_profile(P3, 2.2))), printed) < 4
    assert error(small(cmyk_jpeg(icc_profile=ink_profile()[:300])), printed) < 4


# PNG


Samples = Callable[[int, int], tuple[int, ...]]
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)


def png(
    samples: Samples,
    size: tuple[int, int],
    depth: int,
    colour: int,
    *described: tuple[bytes, bytes],
    interlaced: bool = False,
) -> bytes:
    """A PNG of the given samples at each column and row."""
    rows = b""
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        for row in range(top, size[1], down):
            columns = range(left, size[0], across)
            bits = "".join(f"{each:0{depth}b}" for at in columns for each in samples(at, row))
            bits += "0" * (-len(bits) % 8)
            rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big") if bits else b""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)
    return pictures.png_of_chunks(
        [(b"IHDR", header), *described, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    )


SIZE = (200, 150)
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def sampled(scene: Scene, steps: int) -> Samples:
    """A scene as whole numbers up to `steps`."""

    def samples(column: int, row: int) -> tuple[int, ...]:
        colour = scene((column + 0.5) / SIZE[0], (row + 0.5) / SIZE[1])
        return tuple(round(band / 255 * steps) for band in colour)

    return samples


def faded(across: float, down: float) -> Colour:
    return (*corners(across, down), 255 * (0.3 + 0.7 * down))


def grey_faded(across: float, down: float) -> Colour:
    return (*grey(across, down), 255 * (0.3 + 0.7 * down))


def in_colour(scene: Scene) -> Scene:
    return lambda across, down: (*[scene(across, down)[0]] * 3, scene(across, down)[1])


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(
    ("scene", "depth", "colour", "expected", "mode"),
    [
        (grey, 8, GREY, grey, "L"),
        (grey, 4, GREY, grey, "L"),
        (grey, 16, GREY, grey, "L"),
        (corners, 8, RGB, corners, "RGB"),
        (corners, 16, RGB, corners, "RGB"),
        (faded, 8, RGBA, faded, "RGBA"),
        (faded, 16, RGBA, faded, "RGBA"),
        (grey_faded, 8, GREY_ALPHA, in_colour(grey_faded), "RGBA"),
        (grey_faded, 16, GREY_ALPHA, in_colour(grey_faded), "RGBA"),
    ],
)
def test_pngs_of_all_depths(
    scene: Scene, depth: int, colour: int, expected: Scene, mode: str, *, interlaced: bool
) -> None:
    """16 bits of grey are scaled: Pillow's own way cuts them off at 255."""
    data = png(sampled(scene, 2**depth - 1), SIZE, depth, colour, interlaced=interlaced)

    for name in ("-1024-1024", "-100-0"):
        picture = small(data, name)
        assert (picture.format, picture.mode) == ("PNG", mode)
        assert error(picture, expected) < (5 if depth == 4 else 1.5)


@pytest.mark.parametrize("interlaced", [False, True])
def test_black_and_white_becomes_grey_between(*, interlaced: bool) -> None:
    def board(column: int, row: int) -> tuple[int]:
        return ((column + row) % 2,) if column < SIZE[0] // 2 else (1,)

    picture = small(png(board, SIZE, 1, GREY, interlaced=interlaced))

    assert picture.mode == "L"
    assert abs(picture.getpixel((20, 30)) - 127.5) < 12  # type: ignore[operator]
    assert picture.getpixel((80, 30)) == 255


def quarter(column: int, row: int) -> tuple[int]:
    return (2 * (row >= SIZE[1] // 2) + (column >= SIZE[0] // 2),)


COLOURS = ((250, 10, 20), (30, 240, 40), (50, 60, 230), (200, 200, 70))


@pytest.mark.parametrize("depth", [2, 4, 8])
@pytest.mark.parametrize("alphas", [None, (255, 128, 0, 255)])
def test_palettes(depth: int, alphas: tuple[int, ...] | None) -> None:
    described = [(b"PLTE", bytes(band for colour in COLOURS for band in colour))]
    described += [(b"tRNS", bytes(alphas))] if alphas else []
    picture = small(png(quarter, SIZE, depth, PALETTE, *described))

    for number, place in enumerate([(20, 15), (80, 15), (20, 60), (80, 60)]):
        seen = picture.convert("RGBA").getpixel(place)
        assert isinstance(seen, tuple)
        alpha = alphas[number] if alphas else 255
        assert abs(seen[3] - alpha) <= 1
        if alpha:
            assert all(abs(a - b) <= 2 for a, b in zip(seen[:3], COLOURS[number], strict=True))


@pytest.mark.parametrize("kind", [Format.PNG, Format.WEBP])
def test_colours_count_as_much_as_one_sees_of_them(kind: Format) -> None:
    """Stripes of faint green and strong red: mixed by weight, no fringe of either is left."""
    picture = Image.new("RGBA", (400, 300), (255, 0, 0, 200))
    for column in range(0, 400, 2):
        picture.paste((0, 255, 0, 20), (column, 0, column + 1, 300))
    lossless = {"lossless": True, "exact": True} if kind is Format.WEBP else {}
    seen = small(pictures.encode(picture, kind.name, **lossless)).getpixel((50, 40))

    assert isinstance(seen, tuple)
    expected = (255 * 200 / 220, 255 * 20 / 220, 0, 110)
    assert all(abs(a - b) < 4 for a, b in zip(seen, expected, strict=True)), seen


@pytest.mark.parametrize("hidden", [(0, 0, 0, 0), (255, 255, 255, 0), (0, 255, 0, 0)])
def test_an_edge_to_nothing_has_no_fringe(hidden: tuple[int, ...]) -> None:
    picture = Image.new("RGBA", (600, 600), hidden)
    ImageDraw.Draw(picture).ellipse((101, 103, 487, 491), fill=(200, 120, 40, 255))
    for encoded in renditions_of(pictures.encode(picture, "PNG")).values():
        pixels = pictures.opened(encoded).get_flattened_data()
        for seen in pixels:
            assert isinstance(seen, tuple)
            *colour, alpha = seen
            for band, expected in zip(colour, (200, 120, 40), strict=True):
                # By how much it changes what one sees: a faint colour has few steps. And what makes
                # edges sharp makes the inner side of one a little lighter.
                assert abs(band - expected) * alpha / 255 < 2.5 + 0.08 * expected, seen


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_that_a_profile_describes_becomes_srgb_with_and_without_alpha(mode: str) -> None:
    grey = Image.new("L", (80, 60), 60)
    if mode == "LA":
        grey = Image.merge("LA", (grey, Image.new("L", grey.size, 200)))
    linear = chromaticities.profile(100_000, grey=True)

    seen = small(pictures.encode(grey, "PNG", icc_profile=linear)).convert("RGBA")

    expected = round((1.055 * (60 / 255) ** (1 / 2.4) - 0.055) * 255)
    red, green, blue, alpha = seen.getpixel((40, 30))
    assert red == green == blue == pytest.approx(expected, abs=2)
    assert alpha == (200 if mode == "LA" else 255)


def test_a_grey_profile_of_a_picture_with_colours_is_ignored() -> None:
    picture = Image.new("RGBA", (80, 60), (200, 30, 40, 200))
    grey = chromaticities.profile(100_000, grey=True)

    seen = small(pictures.encode(picture, "PNG", icc_profile=grey))

    assert seen.getpixel((40, 30)) == (200, 30, 40, 200)


def test_light_described_by_numbers_becomes_srgb() -> None:
    """gAMA and cHRM: browsers honour them where there is no profile."""
    places = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)  # Adobe RGB's
    described = [
        (b"gAMA", struct.pack(">I", 45470)),
        (b"cHRM", struct.pack(">8I", *(round(100_000 * place) for place in places))),
    ]
    wide = png(sampled(muted, 255), SIZE, 8, RGB, *described)
    linear = png(sampled(muted, 255), SIZE, 8, RGB, (b"gAMA", struct.pack(">I", 100_000)))
    usual = png(sampled(muted, 255), SIZE, 8, RGB, (b"gAMA", struct.pack(">I", 45455)))
    said = png(sampled(muted, 255), SIZE, 8, RGB, (b"sRGB", b"\0"), *described)

    assert error(small(wide), lambda x, y: meant(muted(x, y), ADOBE, 2.19921875)) < 1.5
    assert error(small(linear), lambda x, y: meant(muted(x, y), SRGB, 1.0)) < 1.5
    dark = png(sampled(grey, 255), SIZE, 8, GREY, (b"gAMA", struct.pack(">I", 100_000)))
    assert (
        error(small(dark).convert("L"), lambda x, y: meant((*grey(x, y),) * 3, SRGB, 1.0)[:1]) < 1.5
    )
    assert error(small(usual), muted) < 0.7
    assert error(small(said), muted) < 0.7


# GIF


def on_canvas(*boxes: tuple[int, int, int, int], size: tuple[int, int]) -> Image.Image:
    """A blue canvas with red boxes; the palette is exact."""
    picture = Image.new("RGB", size, (0, 0, 255))
    for box in boxes:
        picture.paste((255, 0, 0), box)
    return picture


def gif_frame(
    picture: Image.Image,
    at: tuple[int, int],
    *,
    delay: int,
    disposal: int = 1,
    nothing: int | None = None,
) -> bytes:
    """One frame of a GIF, its palette its own, around Pillow's packing of the pixels."""
    alone = pictures.encode(picture, "GIF")
    start = alone.index(b",", 13 + (3 << (alone[10] & 7) + 1))
    table = alone[13 : 13 + (3 << (alone[10] & 7) + 1)]
    flags = disposal << 2 | (nothing is not None)
    control = b"\x21\xf9\x04" + struct.pack("<BHBB", flags, delay, nothing or 0, 0)
    place = struct.pack("<HHHHB", *at, *picture.size, 0x80 | alone[10] & 7)
    return control + b"," + place + table + alone[start + 10 : -1]


def gif(size: tuple[int, int], *frames: bytes, repeats: int | None = None) -> bytes:
    again = (
        b"" if repeats is None else b"\x21\xff\x0bNETSCAPE2.0\3\1" + struct.pack("<HB", repeats, 0)
    )
    return b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0) + again + b"".join(frames) + b";"


def box(colour: tuple[int, int, int], size: tuple[int, int]) -> Image.Image:
    picture = Image.new("P", size, 0)
    picture.putpalette([*colour, 0, 0, 0])
    return picture


RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
CLEAR = None


def moving_gif(repeats: int | None = 0) -> bytes:
    """Four frames on 400 x 200, by all ways to dispose of one.

    Red everywhere; a green left half that stays; a blue right half that is wiped out; a small
    green box that gives back what was there before; at last one that shows nothing new.
    """
    return gif(
        (400, 200),
        gif_frame(box(RED, (400, 200)), (0, 0), delay=5, nothing=1),
        gif_frame(box(GREEN, (200, 200)), (0, 0), delay=10, disposal=1, nothing=1),
        gif_frame(box(BLUE, (200, 200)), (200, 0), delay=20, disposal=2, nothing=1),
        gif_frame(box(BLUE, (100, 200)), (0, 0), delay=30, disposal=3, nothing=1),
        gif_frame(box(RED, (1, 1)), (0, 0), delay=40, disposal=1, nothing=0),
        repeats=repeats,
    )


# At an eighth, three eighths and seven eighths of the width, frame by frame; and how long.
SHOWN = [
    ((RED, RED, RED), 50),
    ((GREEN, GREEN, RED), 100),
    ((GREEN, GREEN, BLUE), 200),
    ((BLUE, GREEN, CLEAR), 300),
    ((GREEN, GREEN, CLEAR), 400),
]


@pytest.mark.parametrize("repeats", [None, 0, 3])
def test_a_moving_gif_moves_in_every_size_as_it_does(repeats: int | None) -> None:
    data = moving_gif(repeats)
    assert not resized(data).animation_dropped

    for rendition, encoded in renditions_of(data).items():
        with Image.open(io.BytesIO(encoded)) as moving:
            expected = RENDITIONS[rendition].fit(400, 200)
            assert (moving.format, moving.size) == ("GIF", expected)
            assert moving.info.get("loop") == repeats
            assert getattr(moving, "n_frames", 1) == len(SHOWN)
            for number, (colours, milliseconds) in enumerate(SHOWN):
                moving.seek(number)
                assert moving.info["duration"] == milliseconds
                for eighth, colour in zip((1, 3, 7), colours, strict=True):
                    place = moving.width * eighth // 8, moving.height // 2
                    seen = moving.convert("RGBA").getpixel(place)
                    assert isinstance(seen, tuple)
                    if colour is CLEAR:
                        assert seen[3] == 0, (rendition, number, eighth)
                    else:
                        # Resizing and 256 colours may each cost a step or two.
                        off = max(abs(a - b) for a, b in zip(seen, (*colour, 255), strict=True))
                        assert off <= 4, (rendition, number, eighth)


def test_a_gif_that_moves_too_much_is_shown_by_its_first_frame() -> None:
    side = 700
    frames = MOVING_LIMIT // side**2 + 1
    first = gif_frame(box(GREEN, (side, side)), (0, 0), delay=5)
    others = [gif_frame(box(RED, (side, side)), (0, 0), delay=5)] * (frames - 1)

    most = resized(gif((side, side), first, *others[:-1]))
    more = resized(gif((side, side), first, *others))

    assert not most.animation_dropped
    assert more.animation_dropped
    for rendition in GALLERY:
        with Image.open(io.BytesIO(more.encode(rendition))) as still:
            assert (still.format, getattr(still, "n_frames", 1)) == ("GIF", 1)
            assert still.convert("RGB").getpixel((5, 5)) == GREEN


def test_a_still_gif_with_nothing_around_its_picture() -> None:
    picture = Image.new("P", (400, 200), 0)
    picture.putpalette([1, 2, 3, *RED])
    picture.paste(1, (200, 0, 400, 200))
    data = gif((400, 200), gif_frame(picture, (0, 0), delay=0, nothing=0))

    for encoded in renditions_of(data).values():
        still = pictures.opened(encoded)
        seen = still.convert("RGBA")
        left = seen.getpixel((still.width // 4, still.height // 2))
        assert isinstance(left, tuple)
        assert left[3] == 0
        assert seen.getpixel((still.width * 3 // 4, still.height // 2)) == (*RED, 255)


# WebP: shown as JPEG, or as PNG where something shows through


@pytest.mark.parametrize("how", [{"quality": 90}, {"lossless": True}])
def test_webps_become_what_every_platform_shows(how: dict[str, Any]) -> None:
    opaque = small(pictures.encode(painted(corners, 400, 300), "WEBP", **how))
    clear = small(pictures.encode(painted(faded, 400, 300, "RGBA"), "WEBP", exact=True, **how))

    assert (opaque.format, opaque.mode) == ("JPEG", "RGB")
    assert error(opaque, corners) < 3
    assert (clear.format, clear.mode) == ("PNG", "RGBA")
    assert error(clear, faded) < 3


def test_a_moving_webp_is_shown_by_its_first_frame() -> None:
    first = painted(corners, 300, 200)
    others = [first.transpose(Image.Transpose.ROTATE_180)] * 2
    data = pictures.encode(first, "WEBP", save_all=True, append_images=others, quality=90)

    picture = small(data)
    assert getattr(picture, "n_frames", 1) == 1
    assert error(picture, corners) < 3


# Shapes


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize(
    "size", [(1, 1), (2, 1), (30, 20), (3000, 4), (4, 3000), (1, 2000), (2000, 1)]
)
def test_pictures_of_every_shape_fit_and_are_never_enlarged(
    kind: Format, size: tuple[int, int]
) -> None:
    data = pictures.encode(Image.new("RGB", size, (200, 100, 50)), kind.name)

    for name, encoded in renditions_of(data).items():
        rendition, picture = RENDITIONS[name], pictures.opened(encoded)
        ratio = min(1, rendition.width / size[0], (rendition.height or size[1]) / size[1])
        assert picture.size == (
            max(1, math.floor(size[0] * ratio + 0.5)),
            max(1, math.floor(size[1] * ratio + 0.5)),
        )
        seen = picture.convert("RGB").getpixel((0, 0))
        assert isinstance(seen, tuple)
        assert all(abs(a - b) < 6 for a, b in zip(seen, (200, 100, 50), strict=True))


# Metadata


MARK = "c0ffee-"
"""What every planted piece of metadata begins with; it cannot come about by chance."""


def mark(name: str) -> bytes:
    return (MARK + name).encode()


def marked_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = (mark(n).decode() for n in ("what", "who", "whose"))
    exif.get_ifd(0x8825)[29] = MARK + "gps"
    exif.get_ifd(0x8769)[0x9286] = mark("remark")
    return exif.tobytes()


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def marked_jpeg() -> bytes:
    plain = pictures.encode(painted(corners, 60, 40), "JPEG", exif=marked_exif())
    thumbnail = mark("thumbnail").ljust(3 * 4 * 3, b"\0")
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\4\3" + thumbnail)
    planted = [segment(marker, mark(f"app{marker - 0xE0}")) for marker in range(0xE0, 0xF0)]
    planted += [segment(0xFE, mark("comment")), mark("between segments")]
    planted.append(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + mark("xmp")))
    planted.append(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + mark("more xmp")))
    planted.append(segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\x14" + mark("iptc")))
    planted.append(segment(0xE0, b"JFXX\0\x10" + mark("jfxx")))
    planted.append(segment(0xE2, b"MPF\0" + mark("second picture")))
    planted.append(segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + mark("adobe")))
    end = plain.index(b"\xff\xdb")
    late = segment(0xFE, mark("late comment"))
    return (
        b"\xff\xd8"
        + jfif
        + plain[20:end]
        + b"".join(planted)
        + plain[end:-2]
        + late
        + (b"\xff\xd9" + mark("behind"))
    )


def marked_png() -> bytes:
    text = PngInfo()
    text.add_text("Comment", MARK + "text")
    text.add_itxt("XML:com.adobe.xmp", MARK + "xmp")
    plain = pictures.encode(painted(corners, 60, 40), "PNG", exif=marked_exif(), pnginfo=text)
    names = (b"tIME", b"prVt", b"caBX", b"sPLT", b"hIST", b"dSIG", b"zTXt", b"tEXt", b"iTXt")
    planted = b"".join(pictures.png_chunk(name, mark(name.decode())) for name in names)
    late = b"".join(pictures.png_chunk(name, mark("late")) for name in (b"tEXt", b"eXIf"))
    return plain[:33] + planted + plain[33:-12] + late + plain[-12:] + mark("behind")


def marked_gif() -> bytes:
    def extension(label: int, *blocks: bytes) -> bytes:
        return bytes((0x21, label)) + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"

    planted = extension(0xFE, mark("comment")) + extension(0xFF, b"XMP DataXMP", mark("xmp"))
    planted += extension(0xFF, b"PHOTOSHOP 1", mark("application")) + extension(0x77, mark("odd"))
    planted += extension(0x01, bytes(12), mark("text"))
    frames = [gif_frame(box(colour, (60, 40)), (0, 0), delay=5) for colour in (RED, GREEN)]
    return gif((60, 40), planted, frames[0], planted, frames[1], planted) + mark("behind")


def webp_chunk(name: bytes, payload: bytes) -> bytes:
    return name + struct.pack("<I", len(payload)) + payload + bytes(len(payload) & 1)


def marked_webp() -> bytes:
    first = painted(corners, 60, 40)
    plain = pictures.encode(
        first,
        "WEBP",
        save_all=True,
        append_images=[first.rotate(180)],
        exif=marked_exif(),
        xmp=mark("xmp"),
    )
    body, at = plain[12:30], 30
    while at < len(plain):
        name, length = struct.unpack_from("<4sI", plain, at)
        payload = plain[at + 8 : at + 8 + length]
        inside = webp_chunk(b"noTe", mark("in frame")) if name == b"ANMF" else b""
        body += webp_chunk(name, payload + inside) + webp_chunk(b"noTe", mark("chunk"))
        at += 8 + length + (length & 1)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + mark("behind")


def marked_bmp() -> bytes:
    plain = pictures.encode(painted(corners, 60, 40), "BMP")
    gap = mark("between")
    start = struct.unpack_from("<I", plain, 10)[0]
    head = plain[:10] + struct.pack("<I", start + len(gap)) + plain[14:start]
    return head + gap + plain[start:] + mark("behind")


MARKED = {
    Format.JPEG: marked_jpeg,
    Format.PNG: marked_png,
    Format.GIF: marked_gif,
    Format.WEBP: marked_webp,
    Format.BMP: marked_bmp,
}


def frames_of(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as picture:
        found = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            found.append(picture.convert("RGBA").tobytes())
        return found


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.parametrize("kind", Format)
def test_nothing_that_was_planted_beside_pixels_reaches_the_public(kind: Format) -> None:
    data = MARKED[kind]()
    assert data.count(MARK.encode()) >= 2
    published = strip_metadata(data, kind)

    assert inspect(data).whole
    assert frames_of(published) == frames_of(data)
    for public in (published, *renditions_of(data).values()):
        assert MARK.encode() not in public
        assert MARK.encode("utf-16-le") not in public
        assert not {"exif", "xmp", "comment", "photoshop", "icc_profile"} & set(
            pictures.opened(public).info
        )


def test_text_packed_in_a_png_does_not_reach_the_public_either() -> None:
    packed = [
        (b"zTXt", b"Comment\0\0" + zlib.compress(mark("packed"))),
        (b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(mark("packed"))),
    ]
    data = png(sampled(corners, 255), SIZE, 8, RGB, *packed)

    for public in (strip_metadata(data, Format.PNG), *renditions_of(data).values()):
        assert b"zTXt" not in public
        assert b"iTXt" not in public
