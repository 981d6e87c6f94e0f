"""Files of a picture: what is chosen for photographs and for drawings, and what moves."""

import io
import random
import struct

import pytest
from PIL import Image, ImageDraw, ImageFont
from tests import pictures

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.pictures.encoding import encode, encode_alternative, is_grainy
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import resize

GALLERY = SETS["gallery"]


def photograph(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    chance = random.Random(1)
    grain = Image.frombytes("L", (width, height), chance.randbytes(width * height))
    picture = pictures.gradient(width, height).convert("RGB")
    return Image.blend(picture, grain.convert("RGB"), 0.3).convert(mode)


def drawing(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    for number in range(0, width, 16):
        pen.line((number, 0, width - number, height), fill=(20, 90, 160), width=3)
    return picture.convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("height", [31, 33, 300])
def test_photographs_are_grainy_and_drawings_are_not(mode: str, height: int) -> None:
    assert is_grainy(photograph(height=height, mode=mode))
    assert not is_grainy(drawing(height=height, mode=mode))


def text(size: int, width: int = 640, height: int = 420, *, red: bool = False) -> Image.Image:
    """A label: lines of small text, edge to edge."""
    paper, ink = ((200, 10, 20), (255, 255, 255)) if red else ((255, 255, 255), (20, 20, 20))
    picture = Image.new("RGB", (width, height), paper)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    for number, top in enumerate(range(2, height, size + 3)):
        pen.text((4, top), f"Contains {number} % cocoa, salt, milk; " * 4, fill=ink, font=font)
    return picture


def price_tag() -> Image.Image:
    picture = Image.new("RGB", (640, 400), (255, 235, 0))
    pen = ImageDraw.Draw(picture)
    pen.text((40, 60), "19,99 EUR", fill=(200, 0, 0), font=ImageFont.load_default(110))
    pen.rectangle((30, 280, 610, 380), outline=(0, 0, 0), width=4)
    return picture


def screenshot() -> Image.Image:
    picture = Image.new("RGB", (640, 400), (245, 246, 248))
    pen = ImageDraw.Draw(picture)
    for number in range(9):
        top = 10 + 43 * number
        pen.rounded_rectangle((20, top, 620, top + 35), 8, fill="white", outline=(210, 215, 220))
        row = f"#{number} order 4711-{number * 97} shipped"
        pen.text((34, top + 10), row, fill=(30, 30, 40), font=ImageFont.load_default(15))
        pen.rounded_rectangle((530, top + 6, 610, top + 30), 6, fill=(9, 105, 218))
    return picture


GRAPHICS = {
    "label": text(11),
    "dense label": text(8),
    "large label, smaller": text(34, 1920, 1260).resize((640, 420), Image.Resampling.LANCZOS),
    "red label": text(14, red=True),
    "price tag": price_tag(),
    "screenshot": screenshot(),
}


@pytest.mark.parametrize("name", GRAPHICS)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
@pytest.mark.parametrize("width", [640, 480])
def test_labels_price_tags_and_screenshots_are_no_photographs(
    name: str, mode: str, width: int
) -> None:
    picture = GRAPHICS[name]
    size = width, picture.height * width // picture.width
    assert not is_grainy(picture.resize(size, Image.Resampling.LANCZOS).convert(mode))


def test_a_photograph_on_white_is_still_a_photograph() -> None:
    shop_picture = Image.new("RGB", (640, 480), "white")
    shop_picture.paste(photograph(300, 240), (170, 120))

    assert is_grainy(shop_picture)


@pytest.mark.parametrize("name", GRAPHICS)
def test_a_drawing_is_no_avif_but_a_webp_of_every_pixel_in_fewer_bytes(name: str) -> None:
    picture = GRAPHICS[name]
    resized = resize(pictures.encode(picture, "PNG"), GALLERY)
    rendition = GALLERY[1]

    encoded = resized.encode(rendition, Alternative.AVIF)

    assert resized.media_type(rendition, Alternative.AVIF) == "image/webp"
    again = pictures.opened(encoded)
    assert (again.format, again.convert("RGB").tobytes()) == ("WEBP", picture.tobytes())
    assert len(encoded) < len(pictures.encode(picture, "AVIF", quality=80, speed=9))


def test_a_photograph_is_avif() -> None:
    resized = resize(pictures.encode(photograph(), "PNG"), GALLERY)

    assert resized.media_type(GALLERY[0], Alternative.AVIF) == "image/avif"


def test_avif_keeps_strong_reds_of_photographs() -> None:
    grain = photograph(640, 420)
    grain.paste(GRAPHICS["red label"].crop((0, 0, 200, 200)), (0, 0))

    assert subsampling_of(encode_alternative(grain, Alternative.AVIF)) == "4:4:4"
    grey = photograph(mode="L").convert("RGB")
    assert subsampling_of(encode_alternative(grey, Alternative.AVIF)) == "4:2:0"


def subsampling_of(avif: bytes) -> str:
    """By the flags of the AV1 configuration box (AV1-ISOBMFF, 2.3.3)."""
    flags = avif[avif.index(b"av1C") + 4 + 2]
    return {0: "4:4:4", 1: "4:2:2", 3: "4:2:0"}[flags >> 2 & 3]


def test_small_jpegs_have_optimized_tables_and_none_is_progressive() -> None:
    picture = photograph(320, 240)
    usual = pictures.encode(picture.resize((50, 38)), "JPEG", quality=80)

    assert len(encode(picture.resize((50, 38)), Format.JPEG)) < 0.9 * len(usual)
    for width in (50, 320, 640):
        assert b"\xff\xc0" in encode(picture.resize((width, width)), Format.JPEG)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_png_is_the_same_picture_either_way(mode: str) -> None:
    for picture in (photograph(mode=mode), drawing(mode=mode)):
        for grainy in (False, True):
            again = pictures.opened(encode(picture, Format.PNG, grainy=grainy))
            assert again.convert(mode).tobytes() == picture.tobytes()


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (257, 3)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_photograph_of_any_shape_is_a_complete_png(size: tuple[int, int], mode: str) -> None:
    picture = photograph(*size, mode=mode)

    encoded = encode(picture, Format.PNG, grainy=True)

    again = pictures.opened(encoded)
    assert (again.mode, again.tobytes()) == (mode, picture.tobytes())
    assert inspect(encoded).whole


def test_what_is_saved_in_time_costs_a_photograph_few_bytes_and_a_drawing_many() -> None:
    for picture, most in ((photograph(), 1.08), (drawing(), 9.0)):
        soon, small = (len(encode(picture, Format.PNG, grainy=each)) for each in (True, False))
        assert soon / small < most
    assert soon / small > 1.2


@pytest.mark.parametrize("alternative", Alternative)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_alternatives_are_what_they_are_called_and_smaller(
    alternative: Alternative, mode: str
) -> None:
    picture = photograph(mode=mode)

    encoded = encode_alternative(picture, alternative)

    with Image.open(io.BytesIO(encoded)) as again:
        assert (again.format, again.size) == (alternative.name, picture.size)
    assert len(encoded) < len(encode(picture, Format.PNG))


def test_a_drawing_keeps_every_pixel_in_webp() -> None:
    picture = drawing()

    encoded = encode_alternative(picture, Alternative.WEBP, lossless=True)

    assert pictures.opened(encoded).convert("RGB").tobytes() == picture.tobytes()
    assert len(encoded) < len(encode(picture, Format.PNG))


def test_alternatives_of_a_drawing_are_lossless_and_those_of_a_photograph_small() -> None:
    for picture, lossless in ((drawing(), True), (photograph(), False)):
        resized = resize(pictures.encode(picture, "PNG"), GALLERY)
        webp = pictures.opened(resized.encode(GALLERY[0], Alternative.WEBP)).convert("RGB")
        assert (webp.tobytes() == picture.tobytes()) is lossless


def plays(avif: bytes) -> int:
    """The number of plays of an image sequence, as libavif's decoder reads it; 0 for forever."""
    track = avif.index(b"tkhd") + 4
    edits = avif.index(b"elst") + 4
    (duration,) = struct.unpack_from(">Q", avif, track + 28)
    (one_pass,) = struct.unpack_from(">Q", avif, edits + 8)
    assert struct.unpack_from(">Q", avif, avif.index(b"mvhd") + 4 + 24) == (duration,)
    if not avif[edits + 3] & 1:
        return 1
    return 0 if duration == 2**64 - 1 else -(-duration // one_pass)


@pytest.mark.parametrize("alternative", Alternative)
@pytest.mark.parametrize(("loop", "shown"), [(None, 1), (0, 0), (3, 4)])
def test_what_moves_moves_in_alternatives_as_long_and_as_often(
    alternative: Alternative, loop: int | None, shown: int
) -> None:
    frames = [drawing().rotate(turn) for turn in (0, 20, 40)]
    options = {} if loop is None else {"loop": loop}
    gif = io.BytesIO()
    frames[0].save(
        gif, "GIF", save_all=True, append_images=frames[1:], duration=[80, 120, 200], **options
    )

    resized = resize(gif.getvalue(), GALLERY)

    for rendition in (GALLERY[0], GALLERY[-1]):
        with Image.open(io.BytesIO(resized.encode(rendition, alternative))) as moving:
            assert moving.size == resized.sizes[rendition]
            assert moving.n_frames == 3
            durations = []
            for number in range(3):
                moving.seek(number)
                moving.load()
                durations.append(moving.info["duration"])
            assert durations == [80, 120, 200]
            if alternative is Alternative.WEBP:
                assert moving.info["loop"] == shown
            else:
                assert plays(resized.encode(rendition, alternative)) == shown


@pytest.mark.parametrize(("height", "shown"), [(16_383, "image/webp"), (16_384, "image/png")])
def test_what_is_too_long_for_an_alternative_stays_as_it_is(height: int, shown: str) -> None:
    picture = Image.new("RGB", (40, height), (200, 30, 40))
    picture.paste((20, 90, 160), (0, 0, 20, height // 2))
    resized = resize(pictures.encode(picture, "PNG"), GALLERY)
    rendition = GALLERY[5]  # 100 wide, and as high as it wants

    encoded = resized.encode(rendition, Alternative.WEBP)

    assert resized.media_type(rendition, Alternative.WEBP) == shown
    with Image.open(io.BytesIO(encoded)) as again:
        assert Image.MIME[str(again.format)] == shown
        assert again.size == resized.sizes[rendition] == (40, height)
    assert resized.media_type(GALLERY[0], Alternative.WEBP) == "image/webp"
