"""Bytes of pictures: what is seen in them, what the public gets of them."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat
from PIL.PngImagePlugin import PngInfo
from tests import pictures

from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.pictures import PIXEL_LIMITS, WITH_ORIENTATION, Format, Inspection
from vitrine.domain.renditions import SETS, Rendition
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.inspection import inspect
from vitrine.pictures.orientation import orientation, orientation_only
from vitrine.pictures.resizing import resize
from vitrine.pictures.stripping import strip_metadata

GALLERY = SETS["gallery"]


def renditions(data: bytes) -> dict[Rendition, bytes]:
    resized = resize(data, GALLERY)
    return {rendition: resized.encode(rendition) for rendition in GALLERY}


EVERY_FORMAT = {kind: pictures.encode(pictures.gradient(60, 40), kind.name) for kind in Format}
SECRET = b"taken at 52.5163 N 13.3777 E"


def exif(turned: int = 1) -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = turned
    data[0x010E] = SECRET.decode()
    return data


def with_metadata(kind: Format, turned: int = 1) -> bytes:
    """A picture that says where it was taken in every way its format knows."""
    text = PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    options: dict[Format, dict[str, object]] = {
        Format.PNG: {"exif": exif(turned), "pnginfo": text},
        Format.JPEG: {"exif": exif(turned), "comment": SECRET, "xmp": SECRET},
        Format.WEBP: {"exif": exif(turned), "xmp": SECRET},
        Format.GIF: {"comment": SECRET},
    }
    return pictures.encode(pictures.gradient(60, 40), kind.name, **options.get(kind, {}))


# Inspection


@pytest.mark.parametrize("kind", Format)
def test_a_whole_picture_is_seen_as_it_is(kind: Format) -> None:
    assert inspect(EVERY_FORMAT[kind]) == Inspection(kind, 60, 40, whole=True)


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("kind", Format)
def test_orientation_exchanges_width_and_height_in_formats_that_have_it(
    kind: Format, turned: int
) -> None:
    data = with_metadata(kind, turned)
    sideways = kind in WITH_ORIENTATION and turned >= 5

    assert inspect(data) == Inspection(kind, 60, 40, turned=sideways, whole=True)
    resized = resize(data, GALLERY)
    assert resized.header.turned == sideways
    assert resized.sizes[GALLERY[0]] == ((40, 60) if sideways else (60, 40))


@pytest.mark.parametrize("kind", Format)
@given(data=st.data())
def test_a_picture_that_breaks_off_is_not_whole(kind: Format, data: st.DataObject) -> None:
    whole = EVERY_FORMAT[kind]
    # A GIF without trailer or a JPEG without end marker shows everything, and browsers show it.
    end = len(whole) - {Format.GIF: 1, Format.JPEG: 2}.get(kind, 0)
    cut = data.draw(st.integers(0, end - 1))

    assert not inspect(whole[:cut]).whole


@pytest.mark.parametrize("kind", Format)
@given(data=st.data())
def test_damaged_bytes_never_raise(kind: Format, data: st.DataObject) -> None:
    damaged = bytearray(EVERY_FORMAT[kind])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=20)):
        damaged[at] = data.draw(st.integers(0, 255))

    seen = inspect(bytes(damaged))
    assert seen.format in (kind, None)
    if seen.whole and not seen.oversized:
        assert len(renditions(bytes(damaged))) == len(GALLERY)


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_at_without_harm(data: bytes) -> None:
    assert not inspect(data).whole


@given(st.integers(8, 400))
def test_a_flipped_bit_in_a_png_is_noticed(at: int) -> None:
    data = bytearray(pictures.png())
    data[at] ^= 1

    assert not inspect(bytes(data)).whole


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_frames_are_counted(kind: str) -> None:
    assert inspect(pictures.animated(kind, frames=3)).frames == 3


def test_a_still_stand_in_is_no_frame_of_an_animated_png() -> None:
    assert inspect(pictures.animated("PNG", frames=2, default_image=True)).frames == 1


@pytest.mark.parametrize(("mode", "transparent"), [("RGB", False), ("RGBA", True), ("LA", True)])
def test_transparency_is_seen(mode: str, *, transparent: bool) -> None:
    assert inspect(pictures.png(mode=mode)).transparent is transparent


def test_too_many_pixels_are_told_by_the_header_and_never_decoded() -> None:
    edge = int(PIXEL_LIMITS[Format.PNG] ** 0.5)
    seen = inspect(pictures.bomb(edge + 1, edge + 1, pixels=10))
    far_beyond = inspect(pictures.bomb(60_000, 60_000))

    assert (seen.oversized, seen.width, seen.height) == (True, edge + 1, edge + 1)
    assert (far_beyond.oversized, far_beyond.width, far_beyond.height) == (True, 60_000, 60_000)
    assert not inspect(pictures.bomb(edge, edge, pixels=10)).oversized


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_many_frames_are_no_reason_to_refuse_a_picture(kind: str) -> None:
    """Its renditions show the first frame only."""
    data = pictures.animated(kind, frames=40, size=1200)

    seen = inspect(data)
    made = resize(data, GALLERY[-1:])

    assert (seen.whole, seen.oversized, seen.frames) == (True, False, 40)
    assert made.animation_dropped
    assert pictures.opened(made.encode(GALLERY[-1])).size == (50, 50)


def grey_rows(rows: int, height: int = 300, *, interlaced: bool = False) -> bytes:
    """A 300 pixels wide PNG whose pixel data ends after so many rows."""
    header = struct.pack(">IIBBBBB", 300, height, 8, 0, 0, 0, interlaced)
    data = zlib.compress(b"\0" * 301 * rows)
    return pictures.png_of_chunks([(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")])


@pytest.mark.parametrize("rows", [0, 1, 150, 299])
def test_a_png_that_ends_between_two_rows_is_not_whole(rows: int) -> None:
    assert inspect(grey_rows(300)).whole
    assert not inspect(grey_rows(rows)).whole


@given(st.integers(1, 40), st.integers(1, 40))
def test_rows_of_an_interlaced_png_are_counted_pass_by_pass(width: int, height: int) -> None:
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    passes.append((0, 1, 1, 2))
    rows = b"".join(
        (b"\0" + b"\x55" * len(range(left, width, across))) * len(range(top, height, down))
        for left, top, across, down in passes
        if range(left, width, across)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)

    def png(data: bytes) -> bytes:
        packed = zlib.compress(data)
        return pictures.png_of_chunks([(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")])

    assert inspect(png(rows)).whole
    assert not inspect(png(rows[:-1])).whole


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"tEXt", b"a\0b"), "IHDR", "IDAT", "IEND"],
        ["IHDR", "IHDR", "IDAT", "IEND"],
        ["IHDR", "IDAT", (b"tEXt", b"a\0b"), "IDAT", "IEND"],
        ["IDAT", "IEND"],
        [(b"IHDR", b"\0" * 15), "IDAT", "IEND"],
    ],
)
def test_a_png_in_disorder_is_not_whole(chunks: list[tuple[bytes, bytes] | str]) -> None:
    good = {
        "IHDR": (b"IHDR", struct.pack(">IIBBBBB", 300, 300, 8, 0, 0, 0, 0)),
        "IDAT": (b"IDAT", zlib.compress(b"\0" * 301 * 300)),
        "IEND": (b"IEND", b""),
    }
    data = pictures.png_of_chunks(
        [good[each] if isinstance(each, str) else each for each in chunks]
    )

    assert not inspect(data).whole


def test_a_palette_that_is_not_there_is_damage_and_the_size_is_still_seen() -> None:
    header = struct.pack(">IIBBBBB", 200, 300, 8, 3, 0, 0, 0)
    data = zlib.compress(b"\0" * 201 * 300)
    seen = inspect(pictures.png_of_chunks([(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]))

    assert (seen.whole, seen.width, seen.height) == (False, 200, 300)


def gif_with_frame(width: int, height: int) -> bytes:
    """A GIF of one pixel that is followed by a frame of another size."""
    first = pictures.encode(Image.new("P", (1, 1)), "GIF")
    second = pictures.encode(Image.new("P", (min(width, 300), min(height, 300))), "GIF")
    frame = bytearray(second[second.index(b",", 13) : -1])
    frame[5:9] = struct.pack("<HH", width, height)
    return first[:-1] + bytes(frame) + b";"


def test_a_gif_counts_with_all_its_frames() -> None:
    """Pillow lets the picture grow to them, whatever the header says."""
    assert inspect(gif_with_frame(300, 300)).whole
    assert inspect(gif_with_frame(12_000, 12_000)).oversized
    assert inspect(gif_with_frame(60_000, 60_000)).oversized


def test_trouble_behind_the_last_row_of_a_png_is_damage() -> None:
    packed = bytearray(zlib.compress(b"\0" * 301 * 301))
    packed[-1] ^= 1
    header = struct.pack(">IIBBBBB", 300, 300, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", bytes(packed)), (b"IEND", b"")]

    assert not inspect(pictures.png_of_chunks(chunks)).whole


def test_every_frame_of_a_moving_png_is_decoded() -> None:
    moving = pictures.animated("PNG", frames=2, default_image=True)
    at = moving.index(b"fdAT")
    (length,) = struct.unpack_from(">I", moving, at - 4)
    garbage = pictures.png_chunk(b"fdAT", moving[at + 4 : at + 8] + b"garbage")
    broken = moving[: at - 4] + garbage + moving[at + 8 + length :]

    assert inspect(moving).whole
    assert not inspect(broken).whole


@pytest.mark.parametrize(
    ("depth", "colour", "key", "row"),
    [
        (2, 0, (3,), b"\xff" * 75),
        (4, 0, (9,), b"\x99" * 150),
        (8, 0, (9,), b"\x09" * 300),
        (8, 2, (1, 2, 3), b"\x01\x02\x03" * 300),
        (16, 2, (0x101, 0x202, 0x303), b"\x01\x01\x02\x02\x03\x03" * 300),
    ],
)
def test_one_colour_may_stand_for_nothing_at_every_depth(
    depth: int, colour: int, key: tuple[int, ...], row: bytes
) -> None:
    header = struct.pack(">IIBBBBB", 300, 300, depth, colour, 0, 0, 0)
    nothing = struct.pack(f">{len(key)}H", *key)
    chunks = [(b"IHDR", header), (b"tRNS", nothing)]
    chunks += [(b"IDAT", zlib.compress((b"\0" + row) * 300)), (b"IEND", b"")]
    data = pictures.png_of_chunks(chunks)

    assert inspect(data).whole
    small = pictures.opened(renditions(data)[GALLERY[6]]).convert("RGBA")
    assert small.getchannel("A").getextrema() == (0, 0)


def test_a_jpeg_too_large_to_decode_still_tells_its_size() -> None:
    data = bytearray(pictures.jpeg())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 60_000, 50_000)
    seen = inspect(bytes(data))

    assert (seen.oversized, seen.width, seen.height) == (True, 50_000, 60_000)


def test_formats_that_are_not_accepted_are_not_decoded() -> None:
    seen = inspect(pictures.jpeg(60, 40), decoded={Format.PNG})

    assert (seen.format, seen.width, seen.height, seen.whole) == (Format.JPEG, 60, 40, False)


@pytest.mark.parametrize(
    "chunk",
    [(b"iCCP", b"junk"), (b"iCCP", b"x\0\0" + zlib.compress(b"\1" * 20_000_000))]
    + [(name, b"1") for name in (b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"tIME", b"eXIf", b"zTXt")],
    ids=lambda chunk: chunk[0].decode() + str(len(chunk[1])),
)
def test_broken_descriptions_reject_no_picture(chunk: tuple[bytes, bytes]) -> None:
    plain = pictures.png()
    data = plain[:33] + pictures.png_chunk(*chunk) + plain[33:]

    assert inspect(data) == inspect(plain)
    assert renditions(data) == renditions(plain)


# Publication


@pytest.mark.parametrize("kind", Format)
def test_what_is_clean_is_published_as_it_is(kind: Format) -> None:
    assert strip_metadata(EVERY_FORMAT[kind], kind) == EVERY_FORMAT[kind]


@pytest.mark.parametrize("kind", [Format.PNG, Format.JPEG, Format.GIF, Format.WEBP])
def test_no_metadata_is_published_and_no_pixel_is_touched(kind: Format) -> None:
    data = with_metadata(kind)
    assert SECRET in data

    published = strip_metadata(data, kind)

    assert SECRET not in published
    assert b"xmp" not in published.lower()
    difference = ImageChops.difference(
        pictures.opened(data).convert("RGB"), pictures.opened(published).convert("RGB")
    )
    assert difference.getbbox() is None
    assert strip_metadata(published, kind) == published


@pytest.mark.parametrize("kind", [Format.PNG, Format.JPEG, Format.WEBP])
@pytest.mark.parametrize("turned", range(2, 9))
def test_which_way_up_is_all_that_stays(kind: Format, turned: int) -> None:
    published = strip_metadata(with_metadata(kind, turned), kind)

    assert SECRET not in published
    assert dict(pictures.opened(published).getexif()) == {0x0112: turned}


@pytest.mark.parametrize("kind", [Format.PNG, Format.JPEG, Format.WEBP])
def test_colour_profiles_stay(kind: Format) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = pictures.encode(pictures.gradient(60, 40), kind.name, icc_profile=profile)

    assert pictures.opened(strip_metadata(data, kind)).info["icc_profile"] == profile


@pytest.mark.parametrize("kind", [Format.PNG, Format.JPEG, Format.GIF, Format.WEBP])
def test_what_follows_a_picture_is_not_published(kind: Format) -> None:
    clean = EVERY_FORMAT[kind]

    assert strip_metadata(clean + SECRET, kind) == clean


def test_animations_stay_animated() -> None:
    for kind in (Format.PNG, Format.GIF, Format.WEBP):
        moving = pictures.animated(kind.name, frames=3, loop=0)
        published = pictures.opened(strip_metadata(moving, kind))
        assert (getattr(published, "n_frames", 1), published.info.get("loop")) == (3, 0)


@pytest.mark.parametrize("how", [{"progressive": True}, {"restart_marker_blocks": 1}])
def test_jpegs_of_all_kinds_are_published_whole(how: dict[str, int]) -> None:
    data = pictures.jpeg(200, 150, comment=SECRET, **how)

    assert (
        pictures.opened(strip_metadata(data, Format.JPEG)).tobytes()
        == pictures.opened(data).tobytes()
    )


def test_a_cmyk_jpeg_keeps_what_says_how_its_inks_are_meant() -> None:
    data = pictures.encode(pictures.gradient(60, 40).convert("CMYK"), "JPEG")

    assert b"Adobe" in data
    assert strip_metadata(data, Format.JPEG) == data


def test_a_png_with_an_unknown_critical_chunk_is_damaged() -> None:
    data = pictures.png_of_chunks([(b"IHDR", b"\0" * 13), (b"NEWS", b""), (b"IEND", b"")])

    with pytest.raises(DamagedError):
        strip_metadata(data, Format.PNG)


@given(st.integers(1, 8))
def test_an_orientation_is_read_as_it_was_written(turned: int) -> None:
    assert orientation(orientation_only(turned)) == turned


@given(st.binary(max_size=60))
def test_no_exif_data_is_trusted_or_feared(data: bytes) -> None:
    assert 1 <= orientation(b"MM\0*" + data) <= 8
    assert 1 <= orientation(data) <= 8


# Renditions


def sizes(data: bytes) -> list[tuple[int, int]]:
    return [pictures.opened(each).size for each in renditions(data).values()]


def test_every_rendition_has_its_size_and_is_never_enlarged() -> None:
    expected = [(1024, 683), (640, 427), (480, 320), (320, 213), (240, 160), (100, 67), (50, 33)]
    assert sizes(pictures.jpeg(1200, 800)) == expected
    assert sizes(pictures.png(30, 20)) == [(30, 20)] * 7


def test_a_tall_picture_is_never_enlarged_from_a_smaller_step() -> None:
    """Inside 1024 x 1024 it is narrower than at a width of 640: the box is not the largest."""
    tall = Image.effect_noise((640, 3000), 80)
    resized = renditions(pictures.encode(tall, "PNG"))

    assert pictures.opened(resized[GALLERY[0]]).size == (218, 1024)
    full = pictures.opened(resized[GALLERY[1]])
    assert ImageChops.difference(full, tall).getbbox() is None


def test_one_grey_of_16_bits_may_stand_for_nothing() -> None:
    row = b"\0" + b"".join(struct.pack(">H", column * 200) for column in range(300))
    header = struct.pack(">IIBBBBB", 300, 300, 16, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"tRNS", struct.pack(">H", 200))]
    chunks += [(b"IDAT", zlib.compress(row * 300)), (b"IEND", b"")]

    full = pictures.opened(renditions(pictures.png_of_chunks(chunks))[GALLERY[0]])

    assert full.getpixel((1, 5)) == (0, 0, 0, 0)
    assert full.getpixel((250, 5)) == (195, 195, 195, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_pixels_of_every_kind_of_png_look_the_same_when_small(mode: str) -> None:
    data = pictures.png(400, 400, mode)
    expected = pictures.gradient(400, 400, mode)
    if mode == "I;16":
        expected = expected.point(lambda value: value / 256).convert("L")
    expected = expected.convert("RGBA").resize((100, 100), Image.Resampling.BOX)

    small = pictures.opened(renditions(data)[GALLERY[5]])

    difference = ImageChops.difference(small.convert("RGBA"), expected)
    # A dithered black and white picture is noisy; all others are smooth.
    assert max(ImageStat.Stat(difference).mean) < (20 if mode == "1" else 3)


@pytest.mark.parametrize("kind", [Format.PNG, Format.JPEG, Format.WEBP])
@pytest.mark.parametrize("turned", range(1, 9))
def test_renditions_are_upright(kind: Format, turned: int) -> None:
    """Red is in the top left corner, whichever way the camera was held."""
    upright = Image.new("RGB", (160, 80), "blue")
    upright.paste("red", (0, 0, 40, 40))
    undo = [None, 0, 3, 1, 5, 2, 6, 4][turned - 1]  # Pillow's transpose that stores it so
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    tag = Image.Exif()
    tag[0x0112] = turned
    data = pictures.encode(stored, kind.name, exif=tag)

    small = pictures.opened(renditions(data)[GALLERY[5]]).convert("RGB")

    assert small.size == (100, 50)
    red, blue = small.getpixel((5, 5)), small.getpixel((95, 45))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


def test_what_cannot_be_seen_does_not_bleed_into_what_can() -> None:
    picture = Image.new("RGBA", (400, 400), (0, 255, 0, 0))  # invisible green around a red disc
    picture.paste((255, 0, 0, 255), (101, 101, 299, 299))

    small = pictures.opened(renditions(pictures.encode(picture, "PNG"))[GALLERY[6]])

    assert small.mode == "RGBA"
    visible = [pixel for pixel in small.get_flattened_data() if pixel[3] > 8]  # type: ignore[index]
    assert visible
    assert all(pixel[1] < 30 for pixel in visible)  # type: ignore[index]


def test_other_colour_spaces_become_srgb_and_profiles_do_not_travel() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    data = pictures.encode(Image.new("RGB", (300, 300), "red"), "PNG", icc_profile=swapped)

    for encoded in renditions(data).values():
        small = pictures.opened(encoded)
        assert "icc_profile" not in small.info
        assert small.getpixel((5, 5)) == (0, 255, 0), "red means green in this colour space"


def test_a_broken_profile_is_ignored() -> None:
    plain, broken = pictures.png(300, 300), pictures.png(300, 300, icc_profile=b"no profile")

    assert renditions(broken) == renditions(plain)


def test_cmyk_becomes_rgb() -> None:
    data = pictures.encode(pictures.gradient(200, 200).convert("CMYK"), "JPEG")

    small = pictures.opened(renditions(data)[GALLERY[5]])

    assert small.mode == "RGB"
    difference = ImageChops.difference(small, pictures.gradient(100, 100))
    assert max(ImageStat.Stat(difference).mean) < 4


@pytest.mark.parametrize("kind", Format)
def test_renditions_carry_no_metadata(kind: Format) -> None:
    data = with_metadata(kind, 6)

    for encoded in (strip_metadata(data, kind), *renditions(data).values()):
        assert SECRET not in encoded


@pytest.mark.parametrize(
    "data", [b"", b"no picture", pictures.png()[:-30], pictures.bomb(60_000, 60_000)]
)
def test_what_is_no_picture_has_no_renditions(data: bytes) -> None:
    with pytest.raises(PictureRefusedError):
        resize(data, GALLERY)


def test_the_same_bytes_make_the_same_renditions() -> None:
    data = pictures.jpeg(900, 700)

    assert resize(data, GALLERY) == resize(data, GALLERY)


def test_a_text_chunk_that_unpacks_to_gigabytes_is_never_unpacked() -> None:
    plain = pictures.png()
    text = b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + text))
    data = plain[:33] + chunk + plain[33:]

    assert inspect(data).whole
    assert strip_metadata(data, Format.PNG) == plain
    assert io.BytesIO(data).getvalue() == data
