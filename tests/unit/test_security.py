"""SECURITY.md, row by row, and what no other test of pictures shows."""

import ast
import re
import tempfile
import threading
from pathlib import Path

import pytest
from PIL import Image, ImageFile, PngImagePlugin
from tests import pictures

from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.pictures import PIXEL_LIMITS, Format
from vitrine.domain.renditions import SETS
from vitrine.pictures.inspection import inspect, sniff
from vitrine.pictures.opening import DECODER_ERRORS, decoder
from vitrine.pictures.resizing import resize

ROOT = Path(__file__).parents[2]
GALLERY = SETS["gallery"]
OURS = ROOT / "layers/vitrine/python/vitrine"


def test_every_threat_has_a_test() -> None:
    lines = (ROOT / "SECURITY.md").read_text().splitlines()
    rows = [each for each in lines if each.startswith("| ") and not each.startswith("| Threat |")]
    assert len(rows) > 40
    for row in rows:
        named = re.findall(r"\[(test_\w+)\]\(([\w/.]+)\)", row.split("|")[3])
        assert named, row
        for name, file in named:
            assert f"def {name}(" in (ROOT / file).read_text(), name


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "TGA", "EPS", "PCX", "JPEG2000", "AVIF"])
def test_only_formats_of_the_list_are_opened(kind: str) -> None:
    """Under its own first bytes it is unknown; behind another format's, only that one is tried."""
    data = pictures.encode(pictures.gradient(64, 64), kind)

    assert sniff(data) is None
    assert inspect(data).format is None
    for allowed in Format:
        with pytest.raises(DECODER_ERRORS), decoder(data, allowed):
            pytest.fail("it was opened")
    with pytest.raises(PictureRefusedError):
        resize(data, GALLERY)


def test_layers_are_built_from_hashes() -> None:
    build = (ROOT / "layers/build_layer.py").read_text()
    lock = (ROOT / "uv.lock").read_text()

    assert {"--require-hashes", "--only-binary", "--frozen"} <= set(re.findall(r"--[\w-]+", build))
    pillow = lock[lock.index('name = "pillow"\nversion') :].split("[[package]]")[0]
    assert len(re.findall(r"hash = \"sha256:", pillow)) == pillow.count("url = ")


def test_no_file_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for kind in Format:
        data = pictures.encode(pictures.gradient(80, 60), kind.name)
        assert inspect(data).whole
        assert resize(data, GALLERY).encode(GALLERY[6])
    assert list(tmp_path.iterdir()) == []


def claiming(kind: Format, width: int, height: int) -> bytes:
    """A picture that says it is larger than it is."""
    data = bytearray(pictures.encode(Image.new("RGB", (64, 64)), kind.name))
    wide, high = width.to_bytes(4, "little"), height.to_bytes(4, "little")
    if kind is Format.PNG:
        return pictures.bomb(width, height)
    if kind is Format.JPEG:
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = high[1::-1] + wide[1::-1]
    elif kind is Format.GIF:
        data[6:10] = wide[:2] + high[:2]
    elif kind is Format.WEBP:
        at = data.index(b"VP8 ") + 14
        data[at : at + 4] = wide[:2] + high[:2]
    else:
        data[18:26] = wide + high
        data[30:38] = b"\1\0\0\0" + (len(data) - 54).to_bytes(4, "little")  # run lengths
    return bytes(data)


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize("size", [(7100, 7100), (11_000, 11_000), (16_000, 16_000)])
def test_a_bomb_never_gets_to_a_decoder(
    kind: Format, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below Pillow's warning, between it and its error, and above both, as far as a limit goes."""
    if size[0] * size[1] <= PIXEL_LIMITS[kind]:
        size = (12_000, 10_001)
    data = claiming(kind, *size)
    opened: list[object] = []
    monkeypatch.setattr(Image, "open", lambda *_, **__: opened.append(1))

    seen = inspect(data)
    assert (seen.oversized, seen.width, seen.height) == (True, *size)
    with pytest.raises(PictureRefusedError):
        resize(data, GALLERY)
    assert not opened


@pytest.mark.parametrize("size", [(12_000, 10_001), (13_000, 13_000), (16_000, 16_000)])
def test_a_bomb_is_an_error_where_it_is_opened(size: tuple[int, int]) -> None:
    """Also if the header was not inspected before."""
    bomb = claiming(Format.PNG, *size)
    with pytest.raises(Image.DecompressionBombError), decoder(bomb, Format.PNG):
        pytest.fail("it was opened")
    assert Image.DecompressionBombError in DECODER_ERRORS


def test_pillows_own_limits_are_on() -> None:
    for data in (pictures.bomb(60_000, 60_000), pictures.png(), pictures.jpeg()):
        inspect(data)
    assert Image.MAX_IMAGE_PIXELS is not None
    assert max(PIXEL_LIMITS.values()) < 2 * Image.MAX_IMAGE_PIXELS  # where its error begins
    assert PngImagePlugin.MAX_TEXT_CHUNK <= 1 << 20
    assert PngImagePlugin.MAX_TEXT_MEMORY <= 1 << 26


def test_looking_at_pictures_in_threads_switches_nothing_off() -> None:
    """A limit that one thread lifts for a moment is lifted for all, and may stay so."""
    limit, seen = Image.MAX_IMAGE_PIXELS, list[bool]()

    def look() -> None:
        for _ in range(30):
            seen.append(inspect(pictures.bomb(60_000, 60_000)).oversized)
            seen.append(limit == Image.MAX_IMAGE_PIXELS)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 480
    assert all(seen)


def test_truncated_pictures_are_never_loaded() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    for kind in Format:
        data = pictures.encode(pictures.gradient(120, 90), kind.name)
        half = data[: len(data) // 2]
        assert not inspect(half).whole
        if kind is not Format.JPEG:  # whose decoder fills in what is missing, and gives no error
            with pytest.raises(PictureRefusedError):
                resize(half, GALLERY)


def test_nothing_dangerous_of_pillow_is_used() -> None:
    forbidden = {"unsafe_eval", "ImageFont", "ImageShow", "MAX_IMAGE_PIXELS", "MAX_TEXT_CHUNK"}
    forbidden |= {"LOAD_TRUNCATED_IMAGES", "EpsImagePlugin", "MAX_TEXT_MEMORY"}
    for file in sorted(OURS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute | ast.Name):
                name = node.attr if isinstance(node, ast.Attribute) else node.id
                assert name not in forbidden, file
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                opens = node.func.attr == "open" and "PilImage" in ast.unparse(node.func)
                told = {keyword.arg for keyword in node.keywords}
                assert not opens or "formats" in told, f"{file} opens whatever comes"


def test_an_open_picture_is_what_it_was_told_to_be() -> None:
    for kind in Format:
        data = pictures.encode(pictures.gradient(20, 20), kind.name)
        with decoder(data, kind) as picture:
            assert picture.format == kind.name
        for other in set(Format) - {kind}:
            with pytest.raises(Image.UnidentifiedImageError), decoder(data, other):
                pytest.fail("it was opened")
