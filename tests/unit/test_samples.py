"""The sample pictures of the demo shop."""

import base64
import os
from pathlib import Path

import pytest
from PIL import Image as PilImage

from vitrine_cli.operations import demo_pictures

MAX_ARG_STRLEN = 131_072
"""Bytes of one argument of a command on Linux, with its final zero byte."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    demo_pictures.draw_samples(folder)
    return folder


def test_samples_have_the_pixels_that_platforms_require(samples: Path) -> None:
    drawn = {}
    for file in samples.iterdir():
        with PilImage.open(file) as picture:
            drawn[file.name] = picture.format, picture.mode, picture.size

    assert drawn == {
        "lamp.jpg": ("JPEG", "RGB", (1600, 1200)),
        "mug.png": ("PNG", "RGB", (300, 300)),
        "pear.png": ("PNG", "RGBA", (1600, 1200)),
    }


def test_the_lamp_fits_into_an_argument_in_base64(samples: Path) -> None:
    encoded = base64.b64encode((samples / "lamp.jpg").read_bytes())

    assert len(encoded) < MAX_ARG_STRLEN - 1000


def test_the_pear_is_cut_out(samples: Path) -> None:
    with PilImage.open(samples / "pear.png") as picture:
        opacity = picture.getchannel("A")

    assert opacity.getpixel((0, 0)) == 0
    assert opacity.getpixel((800, 800)) == 255


def test_samples_are_drawn_again_when_the_code_is_newer(tmp_path: Path, samples: Path) -> None:
    kept, outdated = tmp_path / "pear.png", tmp_path / "mug.png"
    (tmp_path / "lamp.jpg").write_bytes(b"kept")
    drawn = (samples / "mug.png").read_bytes()
    kept.write_bytes(b"kept")
    outdated.write_bytes(b"outdated")
    os.utime(outdated, (0, 0))

    demo_pictures.draw_samples(tmp_path)

    assert kept.read_bytes() == b"kept"
    assert outdated.read_bytes() == drawn
