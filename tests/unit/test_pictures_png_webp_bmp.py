"""PNGs, WebPs and BMPs at the edge of their formats: what browsers show is accepted and agrees."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from tests import pictures

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.pictures import bmp, chromaticities
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import resize
from vitrine.pictures.stripping import strip_metadata

DEFECTS = Path(__file__).parents[1] / "defects"
GALLERY = SETS["gallery"]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SWAPPED = SRGB.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


def shown(data: bytes) -> Image.Image:
    return pictures.opened(resize(data, GALLERY).encode(GALLERY[0]))


# PNG


def with_bad_checksum(name: bytes, payload: bytes) -> bytes:
    chunk = bytearray(pictures.png_chunk(name, payload))
    chunk[-1] ^= 1
    return bytes(chunk)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        (b"gAMA", struct.pack(">I", 100_000)),
        (b"cHRM", struct.pack(">8I", 31_270, 32_900, 21_000, 71_000, 64_000, 33_000, 15_000, 6000)),
        (b"iCCP", b"swapped\0\0" + zlib.compress(SWAPPED)),
        (b"tRNS", struct.pack(">3H", 200, 30, 40)),
        (b"eXIf", pictures.oriented(6)[6:]),
        (b"acTL", struct.pack(">II", 2, 0)),
        (b"sRGB", b"\0"),
    ],
    ids=["gAMA", "cHRM", "iCCP", "tRNS", "eXIf", "acTL", "sRGB"],
)
def test_a_description_with_a_bad_checksum_is_neither_obeyed_nor_published(
    name: bytes, payload: bytes
) -> None:
    plain = pictures.encode(Image.new("RGB", (60, 40), (200, 30, 40)), "PNG")
    data = plain[:33] + with_bad_checksum(name, payload) + plain[33:]

    assert inspect(data) == inspect(plain)
    assert strip_metadata(data, Format.PNG) == plain
    assert shown(data).tobytes() == shown(plain).tobytes()


def test_an_end_with_a_bad_checksum_is_accepted_and_published_as_it_should_be() -> None:
    plain = pictures.png(60, 40)
    data = plain[:-1] + b"\0"

    assert inspect(data) == inspect(plain)
    assert strip_metadata(data, Format.PNG) == plain


@pytest.mark.parametrize("name", [b"IDAT", b"PLTE", b"IHDR"])
def test_pixels_with_a_bad_checksum_are_damage(name: bytes) -> None:
    data = bytearray(pictures.png(60, 40, "P"))
    at = data.index(name)
    data[at + 4 + struct.unpack_from(">I", data, at - 4)[0]] ^= 1

    assert not inspect(bytes(data)).whole


@pytest.mark.parametrize(("first", "second"), [(1, 6), (6, 1), (3, 8)])
def test_of_two_orientations_the_first_counts(first: int, second: int) -> None:
    plain = pictures.png(80, 40)
    planted = b"".join(
        pictures.png_chunk(b"eXIf", pictures.oriented(each)[6:]) for each in (first, second)
    )
    data = plain[:33] + planted + plain[33:]

    published = strip_metadata(data, Format.PNG)

    assert published.count(b"eXIf") == (first != 1)
    assert pictures.opened(published).getexif().get(0x0112, 1) == first
    assert shown(data).size == ((40, 80) if first == 6 else (80, 40))


def sixteen_bits(key: tuple[int, int, int], *columns: tuple[int, int, int]) -> bytes:
    row = b"\0" + b"".join(struct.pack(">3H", *colour) for colour in columns) * 10
    header = struct.pack(">IIBBBBB", 10 * len(columns), 20, 16, 2, 0, 0, 0)
    return pictures.png_of_chunks(
        [
            (b"IHDR", header),
            (b"tRNS", struct.pack(">3H", *key)),
            (b"IDAT", zlib.compress(row * 20)),
            (b"IEND", b""),
        ]
    )


def test_all_sixteen_bits_of_a_colour_decide_whether_it_is_transparent() -> None:
    key = (0x1234, 0x5678, 0x9ABC)
    near = [(0x1235, 0x5678, 0x9ABC), (0x1234, 0x5600, 0x9ABC), (0x1234, 0x5678, 0x9AFF)]
    picture = shown(sixteen_bits(key, key, *near))

    assert inspect(sixteen_bits(key, key)).transparent
    for column in range(40):
        pixel = picture.getpixel((column, 5))
        if column % 4:
            assert pixel == (0x12, 0x56, 0x9A, 255)
        else:
            assert pixel[3] == 0  # type: ignore[index]


def test_a_file_with_colours_near_the_transparent_one_is_opaque_there() -> None:
    data = (DEFECTS / "png-rgb16-trns-near-key.png").read_bytes()

    alphas = set(shown(data).convert("RGBA").getchannel("A").tobytes())

    assert inspect(data).whole
    assert 255 in alphas


# WebP


def webp(*, odd: bool) -> bytes:
    for width in range(40, 80):
        data = pictures.encode(pictures.gradient(width, 30), "WEBP", lossless=True)
        if struct.unpack_from("<I", data, 16)[0] % 2 == odd:
            return data
    raise AssertionError("no such picture")


def sized(data: bytes, size: int) -> bytes:
    return data[:4] + struct.pack("<I", size) + data[8:]


def test_sizes_that_are_off_by_padding_refuse_no_webp() -> None:
    data = webp(odd=True)
    assert data[-1] == 0

    without_padding = data[:-1]
    for changed in (
        without_padding,  # the size counts a padding byte that is not there
        sized(without_padding, len(without_padding) - 8),
        sized(data, len(data) - 9),  # the size leaves out the padding
    ):
        assert inspect(changed) == inspect(data)
        assert strip_metadata(changed, Format.WEBP) == data


@pytest.mark.parametrize("off", [2, 9, 30])
def test_a_webp_that_is_cut_short_is_refused(off: int) -> None:
    for odd in (False, True):
        data = webp(odd=odd)
        assert not inspect(data[:-off]).whole
        assert not inspect(sized(data[:-off], len(data) - off - 8)).whole


@pytest.mark.parametrize("how", [{}, {"lossless": True}])
def test_a_webp_whose_data_ends_early_is_refused_though_its_sizes_agree(
    how: dict[str, bool],
) -> None:
    picture = Image.effect_noise((120, 90), 60).convert("RGB")
    data = pictures.encode(picture, "WEBP", **how)
    name, body = data[12:16], data[20:]
    for keep in (len(body) // 3, len(body) // 2, len(body) - 60):
        cut = body[: keep // 2 * 2]
        chunk = name + struct.pack("<I", len(cut)) + cut
        assert not inspect(b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk).whole


@pytest.mark.parametrize(("first", "second"), [(1, 6), (6, 1)])
def test_of_two_exif_chunks_the_first_counts(first: int, second: int) -> None:
    data = pictures.encode(pictures.gradient(80, 40), "WEBP", exif=pictures.oriented(first))
    more = pictures.oriented(second)
    more = b"EXIF" + struct.pack("<I", len(more)) + more + bytes(len(more) & 1)
    both = sized(data + more, len(data) + len(more) - 8)

    assert shown(both).size == ((40, 80) if first == 6 else (80, 40))
    published = strip_metadata(both, Format.WEBP)
    assert pictures.opened(published).getexif().get(0x0112, 1) == first


# BMP


def version_5(pixel: bytes, profile: bytes = b"", *, space: bytes = b"DEBM") -> bytes:
    """A BMP of 60 x 40 pixels of 32 bits with an alpha mask."""
    pixels = pixel * 60 * 40
    header = struct.pack("<IiiHHIIiiII", 124, 60, 40, 1, 32, 3, len(pixels), 2835, 2835, 0, 0)
    header += struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header += (space if profile else b"BGRs") + bytes(48)
    header += struct.pack("<IIII", 4, 124 + len(pixels) if profile else 0, len(profile), 0)
    size = 14 + len(header) + len(pixels) + len(profile)
    file = b"BM" + struct.pack("<IHHI", size, 0, 0, 14 + len(header))
    return file + header + pixels + profile


def test_the_alpha_channel_of_a_bmp_is_kept() -> None:
    data = version_5(bytes((10, 20, 200, 128)))

    picture = shown(data)

    assert inspect(data).transparent
    assert (picture.format, picture.getpixel((5, 5))) == ("PNG", (200, 20, 10, 128))
    assert strip_metadata(data, Format.BMP) == data


def test_the_colour_profile_of_a_bmp_is_kept_and_obeyed() -> None:
    data = version_5(bytes((0, 0, 255, 255)), SWAPPED)

    published = strip_metadata(data, Format.BMP)

    assert published == data
    assert bmp.colour_profile(published) == SWAPPED
    assert shown(data).convert("RGB").getpixel((5, 5)) == (0, 255, 0), "red means green"


def test_a_profile_behind_other_bytes_moves_up() -> None:
    data = version_5(bytes((0, 0, 255, 255)), SWAPPED)
    start = len(data) - len(SWAPPED)
    moved = data[:start] + b"secret" + SWAPPED + b"behind"
    moved = moved[:126] + struct.pack("<I", start + 6 - 14) + moved[130:]

    assert strip_metadata(moved, Format.BMP) == data


@pytest.mark.parametrize("space", [b"DEBM", b"KNIL"])
def test_a_profile_that_is_broken_or_elsewhere_is_replaced_by_srgb(space: bytes) -> None:
    data = bytearray(version_5(bytes((0, 0, 255, 255)), b"c:\\users\\me\\a.icc", space=space))
    if space == b"DEBM":
        data[126:134] = struct.pack("<II", len(data), 1 << 20)

    published = strip_metadata(bytes(data), Format.BMP)

    assert b"users" not in published
    assert b"BGRs" in published[:140]
    assert shown(bytes(data)).convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_grey_profiles_of_the_tests_are_profiles() -> None:
    assert chromaticities.profile(100_000, grey=True)
