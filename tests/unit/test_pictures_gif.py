"""GIFs: structure as browsers read it, frames as browsers draw them, and what renditions weigh."""

import io
import struct
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageSequence, ImageStat
from tests import pictures

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.pictures import gif, gif_frames
from vitrine.pictures.animation import Movie, encode, read
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import Resized, resize
from vitrine.pictures.stripping import strip_metadata

DEFECTS = Path(__file__).parents[1] / "defects"
GALLERY = SETS["gallery"]
BANNERS = ("gif-banner-600x600x40.gif", "gif-banner-1200x628x30.gif")
SHARP = {  # bytes that sharp 0.35 makes of the banners, by width
    BANNERS[0]: {600: 38_427, 480: 98_436, 320: 66_084, 240: 50_131, 100: 21_722, 50: 11_288},
    BANNERS[1]: {
        1024: 83_922,
        640: 52_011,
        480: 38_979,
        320: 26_437,
        240: 20_625,
        100: 21_529,
        50: 10_041,
    },
}


def defect(name: str) -> bytes:
    return (DEFECTS / name).read_bytes()


@cache
def resized(name: str) -> Resized:
    return resize(defect(name), GALLERY)


# Structure


def banner_parts() -> tuple[bytes, list[bytes]]:
    data = pictures.animated("GIF", frames=3, size=60)
    starts = [at for at in range(len(data)) if data.startswith(b"\x21\xf9\4", at)]
    pieces = [data[a:b] for a, b in zip(starts, [*starts[1:], len(data) - 1], strict=True)]
    return data[: starts[0]], pieces


EMPTY = b"\x2c" + bytes(8) + b"\0\2\2\x44\1\0"


@pytest.mark.parametrize(
    "changed",
    [
        lambda head, parts: head + b"\0" + b"".join(parts) + b";",
        lambda head, parts: head + b"\0\0\0".join(parts) + b";",
        lambda head, parts: head + b"".join(parts) + b"\0\0;",
        lambda head, parts: head + b"".join(parts) + b"garbage behind the last frame",
        lambda head, parts: head + b"".join(parts) + b"\x21\xfe\xffhalf a comment",
        lambda head, parts: head + b"".join(parts) + b"\0\x99;",
        lambda head, parts: head + b"".join(parts),
    ],
    ids=["zero", "zeros", "before trailer", "garbage", "extension", "unknown", "no trailer"],
)
def test_what_browsers_skip_refuses_no_gif(changed) -> None:  # type: ignore[no-untyped-def]
    head, parts = banner_parts()
    clean = head + b"".join(parts) + b";"
    data = changed(head, parts)

    seen = inspect(data)

    assert (seen.whole, seen.frames) == (True, 3)
    assert strip_metadata(data, Format.GIF) == strip_metadata(clean, Format.GIF)
    assert not resize(data, GALLERY).animation_dropped


def test_a_frame_of_no_pixels_draws_nothing() -> None:
    head, parts = banner_parts()
    data = head + parts[0] + EMPTY + b"".join(parts[1:]) + b";"

    seen = inspect(data)
    shown = [picture for picture, _ in gif_frames.shown(data)]

    assert (seen.whole, seen.frames) == (True, 4)
    assert shown[1].tobytes() == shown[0].tobytes()
    assert resize(data, GALLERY).encode(GALLERY[-1])


def test_zeros_before_the_trailer_are_accepted() -> None:
    assert inspect(defect("gif-zeros-before-trailer.gif")).whole


@pytest.mark.parametrize("junk", [b"\x99", b"\0\0\x99"])
def test_a_gif_without_frame_is_damaged_regardless_of_what_follows(junk: bytes) -> None:
    head, _ = banner_parts()

    assert not inspect(head + junk + b";").whole
    assert not inspect(head + b";").whole


def test_a_frame_whose_data_ends_early_is_damage() -> None:
    """Pillow fills the rest, and gives no error where the end code is in place."""
    still = pictures.encode(Image.effect_noise((120, 90), 60).convert("P"), "GIF")
    (frame,) = gif.frames(still)
    start = still.index(frame.data)
    blocks, at = [], 1
    while frame.data[at]:
        blocks.append(frame.data[at : at + 1 + frame.data[at]])
        at += 1 + frame.data[at]
    assert len(blocks) > 10
    for keep in (1, len(blocks) // 2, len(blocks) - 1):
        cut = still[: start + 1] + b"".join(blocks[:keep]) + b"\0;"
        assert inspect(still).whole
        assert not inspect(cut).whole


@pytest.mark.parametrize("index", [0, 254, 255])
def test_a_gif_of_the_colours_that_stand_for_missing_pixels_is_whole(index: int) -> None:
    picture = Image.new("P", (40, 30), index)
    picture.putpalette(bytes(range(256)) * 3)
    picture.putpixel((0, 0), 7)

    assert inspect(pictures.encode(picture, "GIF", optimize=False)).whole


# Frames


def test_what_no_frame_of_a_still_gif_covers_is_transparent() -> None:
    made = resize(defect("gif-uncovered-still.gif"), GALLERY)
    screen = gif.screen(made.published)
    (frame,) = gif.frames(made.published)
    assert frame.box != (0, 0, *screen)

    full = pictures.opened(made.encode(GALLERY[0])).convert("RGBA")

    left, top, right, bottom = frame.box
    inside = ((left + right) // 2, (top + bottom) // 2)
    corners = [(0, 0), (screen[0] - 1, 0), (0, screen[1] - 1), (screen[0] - 1, screen[1] - 1)]
    outside = [c for c in corners if not (left <= c[0] < right and top <= c[1] < bottom)]
    assert full.getpixel(inside)[3] == 255  # type: ignore[index]
    assert outside
    assert all(full.getpixel(corner)[3] == 0 for corner in outside)  # type: ignore[index]


@pytest.mark.parametrize("name", ["gif-uncovered-moving.gif", "gif-disposal2-no-transparency.gif"])
def test_what_no_frame_covers_or_a_frame_clears_is_transparent(name: str) -> None:
    data = defect(name)
    movie = read(data)
    assert any(frame.getchannel("A").getextrema()[0] == 0 for frame in movie.frames)

    size = (movie.size[0] - 1, movie.size[1])
    smaller = encode(movie.shrunk(size))

    for shown, expected in zip(gif_frames.shown(smaller), movie.frames, strict=True):
        ours, theirs = (
            ImageStat.Stat(each.getchannel("A")).mean[0] for each in (shown[0], expected)
        )
        assert abs(ours - theirs) < 6


boxes = st.tuples(*(st.integers(0, 20), st.integers(0, 14), st.integers(1, 24), st.integers(1, 18)))
colours = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


@given(st.lists(st.tuples(boxes, st.none() | colours), min_size=2, max_size=6))
@settings(deadline=None)
def test_a_written_animation_shows_the_frames_that_it_was_made_of(drawn) -> None:  # type: ignore[no-untyped-def]
    canvas, movie = Image.new("RGBA", (40, 30)), []
    for (left, top, width, height), colour in drawn:
        box = (left, top, left + width, top + height)
        canvas.paste((*colour, 255) if colour else (0, 0, 0, 0), box)
        movie.append(canvas.copy())
    durations = tuple(range(20, 10 * len(movie) + 20, 10))

    again = read(encode(Movie(tuple(movie), durations, 2)))

    assert (again.durations, again.repeats, again.size) == (durations, 2, (40, 30))
    for shown, expected in zip(again.frames, movie, strict=True):
        assert shown.tobytes() == expected.tobytes()


# Weight


@pytest.mark.parametrize("name", BANNERS)
def test_no_rendition_of_a_banner_is_much_larger_than_sharps_or_larger_than_the_upload(
    name: str,
) -> None:
    data, made = defect(name), resized(name)

    for rendition in GALLERY:
        encoded, width = made.encode(rendition), made.sizes[rendition][0]
        assert len(encoded) <= len(data)
        assert len(encoded) <= 1.15 * SHARP[name][width]
        assert len(made.encode(rendition, Alternative.WEBP)) <= len(data)


@pytest.mark.parametrize(
    "name", [*BANNERS, "gif-disposal2-no-transparency.gif", "gif-uncovered-moving.gif"]
)
def test_a_moving_webp_shows_every_frame_for_its_time(name: str) -> None:
    made, movie = resized(name), read(defect(name))

    for rendition in (GALLERY[0], GALLERY[4]):
        wanted = movie.shrunk(made.sizes[rendition])
        with Image.open(io.BytesIO(made.encode(rendition, Alternative.WEBP))) as moving:
            shown = [
                (frame.convert("RGBA"), frame.info["duration"])
                for frame in ImageSequence.Iterator(moving)
            ]
        assert [duration for _, duration in shown] == list(wanted.durations)
        for (frame, _), expected in zip(shown, wanted.frames, strict=True):
            seen, right = (painted_on_grey(each) for each in (frame, expected))
            assert max(ImageStat.Stat(ImageChops.difference(seen, right)).rms) < 5


def painted_on_grey(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", picture.size, (128, 128, 128, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


@pytest.mark.parametrize("name", BANNERS)
def test_a_banner_looks_like_itself_in_every_size(name: str) -> None:
    made, movie = resized(name), read(defect(name))

    for rendition in (GALLERY[0], GALLERY[2], GALLERY[4]):
        size = made.sizes[rendition]
        shown = list(gif_frames.shown(made.encode(rendition)))
        assert len(shown) == len(movie.frames)
        for (picture, duration), frame, expected in zip(
            shown, movie.frames, movie.durations, strict=True
        ):
            assert duration == expected
            wanted = frame.convert("RGB").resize(size, Image.Resampling.LANCZOS).tobytes()
            pairs = zip(picture.convert("RGB").tobytes()[::101], wanted[::101], strict=True)
            off = [abs(a - b) for a, b in pairs]
            assert sum(off) / len(off) < 4


def test_a_still_transparent_gif_keeps_its_shape_when_small() -> None:
    data = defect("logo-transparent.gif")
    opaque = pictures.opened(data).convert("RGBA").getchannel("A")
    share = ImageStat.Stat(opaque).mean[0] / 255
    made = resize(data, GALLERY)

    for rendition in GALLERY:
        small = pictures.opened(made.encode(rendition)).convert("RGBA").getchannel("A")
        assert ImageStat.Stat(small).mean[0] / 255 == pytest.approx(share, abs=0.02)


def test_soft_edges_of_a_still_gif_become_half_as_wide_not_fat() -> None:
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((100, 100, 300, 300), fill=(200, 10, 10, 255))
    data = pictures.encode(picture, "GIF")

    small = pictures.opened(resize(data, GALLERY).encode(GALLERY[-1])).convert("RGBA")

    share = ImageStat.Stat(small.getchannel("A")).mean[0] / 255
    assert share == pytest.approx(0.196, abs=0.012)


@pytest.mark.parametrize("alternative", Alternative)
def test_uncovered_parts_are_transparent_in_alternatives_too(alternative: Alternative) -> None:
    made = resize(defect("gif-uncovered-moving.gif"), GALLERY)

    with Image.open(io.BytesIO(made.encode(GALLERY[0], alternative))) as picture:
        first = picture.convert("RGBA")

    expected = next(gif_frames.shown(made.published))[0]
    place = next(
        (x, y)
        for x in range(expected.width)
        for y in range(expected.height)
        if expected.getpixel((x, y)) == (0, 0, 0, 0)
    )
    assert first.getpixel(place)[3] == 0  # type: ignore[index]


def test_a_screen_smaller_than_its_first_frame_grows_to_it() -> None:
    data = bytearray(pictures.encode(pictures.gradient(60, 40), "GIF"))
    data[6:10] = struct.pack("<HH", 10, 10)

    seen = inspect(bytes(data))

    assert (seen.whole, seen.width, seen.height) == (True, 60, 40)
