"""The table of renditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, rendition_format

edges = st.integers(1, 30_000)


def test_the_seven_sizes_of_a_gallery_image() -> None:
    assert [rendition.name for rendition in SETS["gallery"]] == [
        "-1024-1024",
        "-640-0",
        "-480-0",
        "-320-0",
        "-240-0",
        "-100-0",
        "-50-0",
    ]


def test_the_five_boxes_of_a_library_image() -> None:
    assert {each.name: (each.width, each.height) for each in SETS["library"]} == {
        "ebay": (1600, 1600),
        "ipad_retina": (1024, 1024),
        "ipad": (512, 512),
        "thumb_retina": (300, 300),
        "thumb": (150, 150),
    }


@pytest.mark.parametrize("kind", SETS)
def test_renditions_stand_from_the_largest_to_the_smallest(kind: str) -> None:
    fitted = [each.fit(30_000, 20_000) for each in SETS[kind]]

    assert fitted == sorted(fitted, reverse=True)


@given(edges, edges)
def test_a_rendition_fits_keeps_the_ratio_and_is_never_enlarged(width: int, height: int) -> None:
    for rendition in (*SETS["gallery"], *SETS["library"]):
        across, down = rendition.fit(width, height)
        assert 1 <= across <= min(width, rendition.width)
        assert 1 <= down <= min(height, rendition.height or height)
        if min(across, down) > 1:
            assert abs(across / down - width / height) / (width / height) < 1 / min(across, down)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((2725, 2225), (1024, 836)),
        ((300, 300), (300, 300)),
        ((1000, 4000), (256, 1024)),
        ((1, 1), (1, 1)),
        ((20_000, 1), (1024, 1)),
    ],
)
def test_the_largest_is_inside_its_box(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert SETS["gallery"][0].fit(*size) == fitted


def test_height_is_free_below_the_largest() -> None:
    assert SETS["gallery"][1].fit(1000, 4000) == (640, 2560)


@pytest.mark.parametrize(
    ("original", "transparent", "made"),
    [
        (Format.PNG, True, Format.PNG),
        (Format.JPEG, False, Format.JPEG),
        (Format.GIF, True, Format.GIF),
        (Format.WEBP, False, Format.JPEG),
        (Format.WEBP, True, Format.PNG),
        (Format.BMP, False, Format.JPEG),
    ],
)
def test_formats_are_kept_where_everyone_shows_them(
    original: Format, made: Format, *, transparent: bool
) -> None:
    assert rendition_format(original, transparent=transparent) is made
