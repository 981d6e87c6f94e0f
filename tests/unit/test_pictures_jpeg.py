"""JPEGs: which are whole, which are cut or damaged, and what is published of them."""

import random
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests import pictures

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.pictures.errors import DamagedError
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import resize
from vitrine.pictures.stripping import strip_metadata

DEFECTS = Path(__file__).parents[1] / "defects"
GALLERY = SETS["gallery"]
EOI = b"\xff\xd9"
KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "progressive 4:4:4": {"progressive": True, "subsampling": 0},
    "restart markers": {"restart_marker_blocks": 5},
    "progressive with restart markers": {"progressive": True, "restart_marker_rows": 1},
    "RGB": {"keep_rgb": True},
}


def scene(width: int = 320, height: int = 240) -> Image.Image:
    """A picture with texture everywhere, so that every block sends detail."""
    noise = Image.effect_noise((width, height), 40).convert("RGB")
    return Image.blend(pictures.gradient(width, height), noise, 0.3)


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    picture = scene()
    return {name: pictures.encode(picture, "JPEG", **how) for name, how in KINDS.items()}


def entropy_coded(data: bytes) -> list[int]:
    """Positions inside the scans of a JPEG."""
    found = []
    for start in (match.end() for match in re.finditer(rb"\xff\xda", data)):
        begin = start + struct.unpack_from(">H", data, start)[0]
        end = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]").search(data, begin)
        assert end
        found += range(begin, end.start())
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_jpeg_of_every_kind_is_whole_and_published_as_it_is(
    kind: str, whole: dict[str, bytes]
) -> None:
    seen = inspect(whole[kind])

    assert (seen.whole, seen.width, seen.height) == (True, 320, 240)
    assert strip_metadata(whole[kind], Format.JPEG) == whole[kind]


@pytest.mark.parametrize(
    "data",
    [
        (DEFECTS / "rgb-64x48.jpg").read_bytes(),
        pictures.jpeg(64, 48, keep_rgb=True),
        pictures.jpeg(64, 48, keep_rgb=True, progressive=True),
    ],
    ids=["a file", "keep_rgb", "progressive"],
)
def test_jpegs_stored_as_rgb_are_accepted_and_shown(data: bytes) -> None:
    assert inspect(data).whole

    shown = pictures.opened(resize(data, GALLERY).encode(GALLERY[0]))
    stored = pictures.opened(data)
    for place in ((5, 5), (58, 5), (5, 40), (58, 40)):
        pairs = zip(shown.getpixel(place), stored.getpixel(place), strict=True)  # type: ignore
        assert all(abs(a - b) < 12 for a, b in pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_jpeg_is_refused_with_and_without_an_end_marker(
    kind: str, whole: dict[str, bytes]
) -> None:
    data = whole[kind]
    inside = entropy_coded(data)
    for number in range(1, 61):
        cut = data[: inside[len(inside) * number // 61]]
        assert not inspect(cut + EOI).whole, number
        assert not inspect(cut).whole, number


@pytest.mark.parametrize("kind", KINDS)
def test_a_byte_of_a_scan_that_becomes_ff_never_cuts_what_is_published(
    kind: str, whole: dict[str, bytes]
) -> None:
    """FF and the byte behind it look like a marker; most of these pictures are refused."""
    data, chance = whole[kind], random.Random(kind)
    accepted = 0
    for _ in range(120):
        damaged = bytearray(data)
        damaged[chance.choice(entropy_coded(data))] = 0xFF
        if inspect(bytes(damaged)).whole:
            accepted += 1
            assert strip_metadata(bytes(damaged), Format.JPEG) == damaged
    assert accepted < 20


@pytest.mark.parametrize("kind", ["restart markers", "progressive with restart markers"])
def test_restart_markers_are_all_there_and_in_order(kind: str, whole: dict[str, bytes]) -> None:
    data = whole[kind]
    markers = [match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", data)]
    for at in (markers[0], markers[len(markers) // 2]):
        missing = data[:at] + data[at + 2 :]
        other = data[: at + 1] + bytes([0xD0 + (data[at + 1] + 3) % 8]) + data[at + 2 :]
        assert not inspect(missing).whole
        assert not inspect(other).whole


def test_a_restart_interval_that_ends_early_is_damage(whole: dict[str, bytes]) -> None:
    data = whole["restart markers"]
    markers = [match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", data)]
    for at in markers[::7]:
        assert not inspect(data[: at - 20] + data[at:]).whole


def test_a_progressive_jpeg_without_its_last_scans_is_refused(whole: dict[str, bytes]) -> None:
    """A decoder takes it for a whole picture with less detail."""
    data = whole["progressive"]
    scans = [match.start() for match in re.finditer(rb"\xff\xda", data)]
    assert len(scans) > 5
    for at in scans[1:]:
        table = data.rfind(b"\xff\xc4", scans[0], at)  # its Huffman table comes before a scan
        begins = table if data.find(EOI[:1] + b"\xda", table) == at else at
        assert not inspect(data[:begins] + EOI).whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", [b"", b"\xff"])
def test_a_jpeg_without_end_marker_is_whole_and_published_with_one(
    kind: str, ending: bytes, whole: dict[str, bytes]
) -> None:
    data = whole[kind]
    endless = data.removesuffix(EOI) + ending

    assert inspect(endless) == inspect(data)
    published = strip_metadata(endless, Format.JPEG)
    assert published == data[:-2] + ending + EOI
    assert pictures.opened(published).tobytes() == pictures.opened(data).tobytes()


def test_bytes_between_scans_that_no_decoder_expects_are_damage(whole: dict[str, bytes]) -> None:
    data = whole["progressive"]
    at = data.rindex(b"\xff\xda")
    comment = b"\xff\xfe\0\4hi"

    assert inspect(data[:at] + comment + data[at:]).whole
    with pytest.raises(DamagedError):
        strip_metadata(data[:at] + comment + b"bytes" + data[at:], Format.JPEG)


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


@pytest.mark.parametrize(("first", "second"), [(1, 6), (6, 1), (3, 8)])
def test_of_two_exif_segments_the_first_counts(first: int, second: int) -> None:
    plain = pictures.jpeg(80, 40)
    planted = b"".join(segment(0xE1, pictures.oriented(each)) for each in (first, second))
    data = plain[:20] + planted + plain[20:]

    published = strip_metadata(data, Format.JPEG)

    assert pictures.opened(published).getexif().get(0x0112, 1) == first
    turned = pictures.opened(resize(data, GALLERY).encode(GALLERY[0])).size
    assert turned == ((40, 80) if first == 6 else (80, 40))
    assert published.count(b"Exif") == (first != 1)


@pytest.mark.parametrize("size", [(8160, 6144), (8192, 6144), (12_000, 10_000)])
def test_pictures_of_phones_with_fifty_megapixels_and_more_are_accepted(
    size: tuple[int, int],
) -> None:
    data = pictures.encode(Image.new("L", size, 90), "JPEG")

    seen = inspect(data)

    assert (seen.whole, seen.oversized) == (True, False)
    assert (seen.width, seen.height) == size
    assert pictures.opened(resize(data, GALLERY).encode(GALLERY[5])).size[0] == 100
