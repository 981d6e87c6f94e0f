"""What a picture looks like in a few bytes."""

from base64 import b64decode, b64encode

import pytest
from PIL import Image

from vitrine.pictures.appearance import describe

# Of `painted` pictures, by the format's own implementation in JavaScript (npm: thumbhash 0.1.1).
THUMBHASHES = {
    (20, 20, "opaque"): "HwgGFwJEZXYCJRdTZHmIWmdU58+oSJ8L",
    (20, 20, "hole"): "XgiCFQIMREQCFFKUR/6MS/qqeHiX94iIfw==",
    (20, 20, "veil"): "H/iBDQIXjeAGVmaWmfxZ/ZDJB4cnqGiLdw==",
    (20, 9, "opaque"): "nvgFI4QwcnNjZnhm/HaV+Gg=",
    (20, 9, "hole"): "nQiGGoQMIHJjZ2f7hnX5aXp7R0jHiHA=",
    (20, 9, "veil"): "X+iBCoInI/OCW176ZbX3NSBKSGp3eHg=",
    (7, 20, "opaque"): "3QgGIgZkECa2mGeDT1+f5rA=",
    (7, 20, "hole"): "3viFGgYMciA3hXhvXq/VoHh4hwh4eHg=",
    (7, 20, "veil"): "X/iBEgImmQI1uLxfO977snN3gIiIeIc=",
    (20, 3, "opaque"): "GygKOYwwdbNyeIiI+YOn9og=",
    (20, 3, "hole"): "WiiKKYoMIHV0mJf5gaj1d3p7GAcXiHc=",
    (20, 3, "veil"): "3heGGYY3ZLiweIf2g6f2dHB3d3iHh4g=",
    (3, 20, "opaque"): "mwkOGQh2YFh4eIaGVkpPBCI=",
    (3, 20, "hole"): "mxmKGQgMl3BIiWeJWA8SM3h4GnGHt3A=",
    (3, 20, "veil"): "oBmGCQIlZ3B5y2VYV59SAnZ4cHiHeHg=",
}


def painted(width: int, height: int, opacity: str) -> Image.Image:
    picture = Image.new("RGBA", (width, height))
    for y in range(height):
        for x in range(width):
            alpha = {
                "opaque": 255,
                "hole": 0 if (x + y) % 5 == 0 else 255,
                "veil": (x * 13 + y * 7) % 256,
            }[opacity]
            colour = (x * 37 + y * 11) % 256, (x * 5 + y * 53) % 256, (x * x * 3 + y * y) % 256
            picture.putpixel((x, y), (*colour, alpha))
    return picture


@pytest.mark.parametrize(("width", "height", "opacity"), THUMBHASHES)
def test_it_is_the_thumbhash_that_others_compute(width: int, height: int, opacity: str) -> None:
    ours = b64decode(describe(painted(width, height, opacity)).thumbhash)

    theirs = b64decode(THUMBHASHES[width, height, opacity])
    assert steps_apart(ours, theirs) <= 1  # where a half is rounded up or down
    if opacity == "opaque":  # behind transparent pixels we see the average in whole steps
        assert ours[:5] == theirs[:5]


def steps_apart(one: bytes, other: bytes) -> int:
    """How far the fours of bits of two hashes lie apart, where they lie farthest apart."""
    return max(
        abs((left >> shift & 15) - (right >> shift & 15))
        for left, right in zip(one[5:], other[5:], strict=True)
        for shift in (0, 4)
    )


def test_a_large_picture_has_the_hash_of_a_small_one_of_it() -> None:
    small = painted(20, 9, "opaque")
    large = small.resize((400, 180), Image.Resampling.BOX)

    ours = b64decode(describe(large).thumbhash)

    assert steps_apart(ours, b64decode(THUMBHASHES[20, 9, "opaque"])) <= 1


@pytest.mark.parametrize("colour", [(255, 0, 0), (12, 34, 56), (255, 255, 255), (0, 0, 0)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_one_colour_is_the_dominant_one(mode: str, colour: tuple[int, int, int]) -> None:
    picture = Image.new("RGB", (50, 30), colour).convert(mode)

    seen = describe(picture)

    assert seen.colour == "#" + picture.convert("RGB").tobytes()[:3].hex()
    bright = b64decode(seen.thumbhash)[0] & 63
    assert bright == pytest.approx(sum(picture.convert("RGB").tobytes()[:3]) / 765 * 63, abs=1)


@pytest.mark.parametrize("size", [(1, 1), (1, 100), (100, 1), (50, 200)])
def test_every_shape_has_an_appearance(size: tuple[int, int]) -> None:
    seen = describe(Image.new("RGB", size, (200, 30, 40)))

    assert seen.colour == "#c81e28"
    assert b64encode(b64decode(seen.thumbhash)).decode() == seen.thumbhash
    assert len(b64decode(seen.thumbhash)) <= 25


def test_the_dominant_colour_is_the_commonest_and_not_a_mixture() -> None:
    picture = Image.new("RGB", (90, 90), (200, 30, 40))
    picture.paste((20, 90, 160), (0, 0, 90, 30))

    assert describe(picture).colour == "#c81e28"


def test_what_is_transparent_has_no_colour() -> None:
    picture = Image.new("RGBA", (90, 90), (255, 0, 0, 0))
    picture.paste((20, 90, 160, 255), (0, 0, 20, 20))

    assert describe(picture).colour == "#145aa0"
    assert describe(Image.new("RGBA", (9, 9), (255, 0, 0, 0))).colour == "#ffffff"
