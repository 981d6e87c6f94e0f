"""Hostile pictures: mutated files and decompression bombs, with limits of memory and time.

Each case runs in a separate process, so that a crash, a hang or excessive memory is reported with
its seed. `VITRINE_FUZZ_CASES` is the number of cases, `VITRINE_FUZZ_SEED` the first seed.
"""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests import mutation, pictures

from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.renditions import SETS
from vitrine.pictures import png
from vitrine.pictures.inspection import inspect
from vitrine.pictures.resizing import resize

CASES = int(os.environ.get("VITRINE_FUZZ_CASES", "2500"))
SEED = int(os.environ.get("VITRINE_FUZZ_SEED", "0"))
ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20
GALLERY = SETS["gallery"]


def test_mutated_pictures_are_refused_or_shown() -> None:
    """Neither looking nor resizing raises anything else, takes long or much memory, or crashes."""
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.mutation", str(SEED), str(CASES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60 + CASES,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout[-2000:]}\n{run.stderr[-4000:]}"


def test_a_mutation_can_be_repeated_by_its_seed() -> None:
    assert [mutation.mutated(seed) for seed in range(40)] == [
        mutation.mutated(seed) for seed in range(40)
    ]
    assert len({mutation.mutated(seed) for seed in range(40)}) > 35


# Cases that once failed


def png_of(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return pictures.png_of_chunks([(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")])


@pytest.mark.parametrize("size", [(20, 65_501), (65_501, 20), (1, 70_000)])
def test_a_side_that_no_jpeg_can_have_is_too_long(size: tuple[int, int]) -> None:
    """Case 609: a narrow BMP is never enlarged nor shrunk, and would have become such a JPEG."""
    data = pictures.encode(Image.new("RGB", size), "BMP")

    assert inspect(data).oversized
    with pytest.raises(PictureRefusedError):
        resize(data, GALLERY)


def test_a_jpeg_whose_scan_ends_early_is_refused() -> None:
    """Decoders make the rest grey and do not say so."""
    data = pictures.encode(Image.effect_noise((400, 400), 60).convert("RGB"), "JPEG")
    progressive = pictures.encode(pictures.opened(data), "JPEG", progressive=True)
    one_by_one = progressive.index(b"\xff\xda")

    assert inspect(data).whole
    assert inspect(progressive).whole
    for cut in (len(data) // 3, len(data) // 2, len(data) - 1000):
        assert not inspect(data[:cut].rstrip(b"\xff") + b"\xff\xd9").whole
    assert not inspect(progressive[: one_by_one + 900].rstrip(b"\xff") + b"\xff\xd9").whole


@pytest.mark.parametrize("colour", [128, 127, (128, 128, 128), (200, 200, 200), (255, 255, 255)])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_ends_in_grey_is_whole(
    colour: int | tuple[int, int, int], *, progressive: bool
) -> None:
    mode = "L" if isinstance(colour, int) else "RGB"
    picture = Image.new(mode, (333, 222), colour)

    assert inspect(pictures.encode(picture, "JPEG", progressive=progressive)).whole
    restarted = pictures.encode(picture, "JPEG", restart_marker_blocks=3)
    assert inspect(restarted).whole


def test_rows_told_in_a_way_that_there_is_not_are_damage() -> None:
    good, bad = (b"\0" + b"\x40" * 30) * 20, (b"\0" + b"\x40" * 30) * 19 + b"\5" + bytes(30)

    assert inspect(png_of(30, 20, zlib.compress(good))).whole
    assert not inspect(png_of(30, 20, zlib.compress(bad))).whole


def test_more_rows_than_there_are_is_what_a_decoder_says_it_is() -> None:
    """Case 206268: one more row may be overlooked, or stumbled over: then it is not accepted."""
    row = b"\0" + b"\x40" * 30
    for packed in (zlib.compress(row * 21), zlib.compress(row * 200), zlib.compress(row * 20)[:-2]):
        data = png_of(30, 20, packed)
        if inspect(data).whole:
            assert resize(data, GALLERY).encode(GALLERY[0])
    assert mutation.trouble(mutation.mutated(206_268)) is None


# Bombs


def spent(what: str, data: bytes, tmp_path: Path) -> tuple[int, float, str]:
    """Megabytes reached and seconds of processor taken by a process that does this, and its word.

    The process is new: what this one reached does not count.
    """
    (tmp_path / "bomb").write_bytes(data)
    run = subprocess.run(
        [sys.executable, "-m", "tests.spending", what, str(tmp_path / "bomb")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    megabytes, seconds, said = run.stdout.split()
    return int(megabytes), float(seconds), said


SIZE = (12_000, 10_000)
"""120 megapixels, the limit of JPEGs and PNGs."""


def noise(mode: str = "RGB") -> Image.Image:
    """The largest picture that is accepted, with texture everywhere."""
    tile = Image.effect_noise((500, 500), 50).convert("RGB").convert(mode)
    picture = Image.new(mode, SIZE)
    for column in range(0, SIZE[0], 500):
        for row in range(0, SIZE[1], 500):
            picture.paste(tile, (column, row))
    return picture


@pytest.mark.parametrize(
    ("mode", "how", "most"),
    [
        ("RGB", {"quality": 20}, 200),
        ("CMYK", {"quality": 3, "progressive": True}, 1200),
    ],
    ids=["baseline", "CMYK, progressive"],
)
def test_the_largest_jpegs_fit_the_functions(
    mode: str, how: dict[str, object], most: int, tmp_path: Path
) -> None:
    """A progressive decoder keeps every coefficient; functions have 1536 and 1769 MB."""
    data = pictures.encode(noise(mode), "JPEG", **how)
    for what in ("inspect", "resize"):
        megabytes, seconds, said = spent(what, data, tmp_path)

        assert said not in ("damaged", "oversized", "refused")
        assert megabytes < most
        assert seconds < 20


@pytest.mark.parametrize(
    ("depth", "colour", "bands", "most"),
    [(8, 2, 3, 650), (16, 2, 3, 1400)],
    ids=["RGB", "RGB of 16 bits with a transparent colour"],
)
def test_the_largest_pngs_fit_the_functions(
    depth: int, colour: int, bands: int, most: int, tmp_path: Path
) -> None:
    header = struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, 0)
    packer = zlib.compressobj(1)
    width = SIZE[0] * bands * depth // 8
    row = b"\0" + (bytes(range(250)) * (width // 250 + 1))[:width]
    packed = b"".join(packer.compress(row) for _ in range(SIZE[1])) + packer.flush()
    key = [(b"tRNS", bytes(6))] if (depth, colour) == (16, 2) else []
    chunks = [(b"IHDR", header), *key, (b"IDAT", packed), (b"IEND", b"")]
    data = pictures.png_of_chunks(chunks)

    for what, limit in (("inspect", 100), ("resize", most)):
        megabytes, seconds, said = spent(what, data, tmp_path)

        assert said not in ("damaged", "oversized", "refused")
        assert megabytes < limit
        assert seconds < 12


def test_a_jpeg_of_hundreds_of_scans_is_refused_without_going_through_them() -> None:
    plain = pictures.encode(Image.new("L", (6000, 6000)), "JPEG", progressive=True)
    at = plain.rindex(b"\xff\xda")
    scan = plain[at:-2]

    assert inspect(plain).whole
    assert not inspect(plain[:-2] + scan * 300 + b"\xff\xd9").whole
    with pytest.raises(PictureRefusedError):
        resize(plain[:-2] + scan * 300 + b"\xff\xd9", GALLERY)


def zeros(megabytes: int) -> bytes:
    """So many of zeros, packed; without the checksum at the end."""
    packer = zlib.compressobj(9)
    start = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    one = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + one * megabytes


def bomb_of_rows() -> bytes:
    """A PNG of one pixel, and twenty gigabytes of rows behind it."""
    return png_of(1, 1, zeros(20_000))


def bomb_of_text() -> bytes:
    packed = zeros(2_000)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"iCCP", b"profile\0\0" + packed),
        (b"zTXt", b"Comment\0\0" + packed),
        (b"iTXt", b"Comment\0\1\0\0\0" + packed),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return pictures.png_of_chunks(chunks)


def gif_of_frames(count: int, width: int, height: int) -> bytes:
    """A GIF of this screen, and frames of one pixel."""
    frame = b"\x21\xf9\4\0\1\0\0\0," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + screen + frame * count + b";"


def webp_of_frames(count: int, side: int) -> bytes:
    """A WebP that plays one frame again and again, each on all of its screen."""
    still = pictures.encode(Image.new("RGB", (side, side)), "WEBP", lossless=True)[12:]
    place = bytes(6) + (side - 1).to_bytes(3, "little") * 2 + b"\1\0\0\0"

    def chunk(name: bytes, payload: bytes) -> bytes:
        return name + struct.pack("<I", len(payload)) + payload + bytes(len(payload) & 1)

    header = b"\2\0\0\0" + (side - 1).to_bytes(3, "little") * 2
    body = chunk(b"VP8X", header) + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", place + still) * count
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def png_of_chunks_without_end() -> bytes:
    header = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    chunks = [header, *[(b"teSt", b"")] * 200_000, (b"IDAT", zlib.compress(b"\0\0"))]
    return pictures.png_of_chunks([*chunks, (b"IEND", b"")])


def jpeg_of_comments() -> bytes:
    plain = pictures.jpeg(8, 8)
    return plain[:2] + b"\xff\xfe\0\2" * 1_000_000 + plain[2:]


def packed_bmp() -> bytes:
    """A BMP of single pixels by run length."""
    plain = pictures.encode(Image.new("P", (7000, 7000)), "BMP")
    start = struct.unpack_from("<I", plain, 10)[0]
    rows = b"\1\7" * 2_000_000 + b"\0\1"
    head = bytearray(plain[:start])
    head[30:38] = struct.pack("<II", 1, len(rows))
    return bytes(head) + rows


@pytest.mark.parametrize("what", ["inspect", "resize"])
@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (bomb_of_rows, {"whole"}),  # decoders stop at the last row, and so do we
        (bomb_of_text, {"whole"}),
        (lambda: gif_of_frames(20_000, 1, 1), {"whole"}),
        (lambda: gif_of_frames(3_000, 10_000, 10_000), {"oversized"}),
        (lambda: gif_of_frames(4_900, 100, 100), {"whole"}),
        (lambda: webp_of_frames(4_000, 300), {"whole"}),
        (lambda: webp_of_frames(500, 300), {"whole"}),
        (png_of_chunks_without_end, {"damaged"}),
        (jpeg_of_comments, {"damaged"}),
        (packed_bmp, {"damaged"}),
    ],
    ids=[
        *("rows", "texts", "many frames", "frames on a huge screen", "small frames"),
        *("webp frames", "some webp frames", "chunks", "comments", "packed bmp"),
    ],
)
def test_bombs_cost_neither_time_nor_memory(
    make: Callable[[], bytes], saying: set[str], what: str, tmp_path: Path
) -> None:
    megabytes, seconds, said = spent(what, make(), tmp_path)

    assert megabytes < 200
    assert seconds < 8
    if what == "inspect":
        assert said in saying


def excessive(name: bytes, payload: bytes, before: bytes = b"IDAT") -> bytes:
    """A PNG of a palette with one chunk more, or another one."""
    parts = [png.SIGNATURE]
    for each, chunk in png.chunks(pictures.png(32, 32, "P")):
        if each == before:
            parts.append(png.framed(name, payload))
        if each != name:
            parts.append(chunk)
    return b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [
        excessive(b"tRNS", bytes(300)),
        excessive(b"PLTE", bytes(range(250)) * 4),
        excessive(b"PLTE", bytes(range(250)) * 12),
        excessive(b"fcTL", bytes(26)),
        excessive(b"fdAT", bytes(40), before=b"IEND"),
    ],
    ids=["tRNS", "PLTE of 1000", "PLTE of 3000", "fcTL", "fdAT"],
)
def test_a_png_with_more_than_it_needs_is_accepted_and_shown(data: bytes) -> None:
    assert inspect(data).whole

    resized = resize(data, SETS["gallery"])

    for rendition in SETS["gallery"]:
        assert resized.encode(rendition)
