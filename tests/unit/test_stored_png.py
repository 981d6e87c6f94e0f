"""PNGs whose pixels are stored show the same pixels, and damage stays damage."""

import io
import random
import zlib

import pytest
from PIL import Image

from vitrine.pictures import png, stored_png
from vitrine.pictures.png import framed
from vitrine.pictures.stored_png import stored

SIZE = (211, 137)


def noisy(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    data = random.Random(1).randbytes(size[0] * size[1] * 4)
    return Image.frombytes("RGBA", size, data).convert("RGB").convert(mode)


def as_png(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", **options)  # type: ignore[arg-type]
    return png.pixels(out.getvalue())


def shown(data: bytes) -> tuple[str, bytes]:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.mode, picture.tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_the_same_pixels_are_stored(mode: str, level: int) -> None:
    picture = noisy("L").convert("I;16") if mode == "I;16" else noisy(mode)
    data = as_png(picture, compress_level=level)

    changed = stored(data)

    assert changed is not data
    assert shown(changed) == shown(data)
    assert b"".join(chunk for _, chunk in png.chunks(changed)), "checksums fit"


def test_rows_that_need_many_blocks_and_reads_are_whole() -> None:
    flat = as_png(Image.new("RGB", (2000, 3000), (1, 2, 3)))
    large = as_png(noisy("RGB", (400, 400)))

    for data in (flat, large):
        assert shown(stored(data)) == shown(data)


def test_a_moving_png_keeps_its_frames() -> None:
    frames = [noisy("RGB"), Image.new("RGB", SIZE)]
    data = as_png(frames[0], save_all=True, append_images=frames[1:])

    with Image.open(io.BytesIO(stored(data))) as moving:
        assert getattr(moving, "n_frames", 1) == 2
        moving.seek(1)
        assert moving.convert("RGB").tobytes() == frames[1].tobytes()


def with_pixels(change: bytes | None, cut: int = 0) -> bytes:
    data = as_png(noisy("RGB", (40, 40)))
    chunks = dict(png.chunks(data))
    pixels = chunks[b"IDAT"][8:-4] if change is None else change
    chunks[b"IDAT"] = framed(b"IDAT", pixels[: len(pixels) - cut])
    return png.SIGNATURE + b"".join(chunks.values())


@pytest.mark.parametrize(
    "data",
    [
        with_pixels(b""),
        with_pixels(b"no stream"),
        with_pixels(None, cut=2),
        with_pixels(None, cut=1000),
        with_pixels(zlib.compress(b"x" * 10)[:-1] + b"!"),
    ],
    ids=["empty", "no stream", "cut checksum", "cut rows", "wrong checksum"],
)
def test_what_is_damaged_stays_as_it_is(data: bytes) -> None:
    assert stored(data) is data


def test_rows_of_too_many_bytes_stay_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_png(noisy("RGB"))
    monkeypatch.setattr(stored_png, "_LIMIT", 1000)

    assert stored(data) is data
