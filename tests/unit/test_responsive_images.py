"""All sizes of a picture as `srcset` and `<picture>`, from its record alone."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.images import Image, Original
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS, Alternative
from vitrine.domain.responsive_images import ResponsiveImage, responsive_image_of

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
MEDIA = "https://d1.cloudfront.net/media"
WEBP, BOTH = (Alternative.WEBP,), (Alternative.WEBP, Alternative.AVIF)


def original(kind: Format = Format.JPEG, width: int = 3000, height: int = 2000) -> Original:
    return Original("ab" * 32, kind, 100, 90, width, height, "Red lamp.jpg", turned=False)


def page(
    found: Original, alternatives: tuple[Alternative, ...] = WEBP, media: str = MEDIA
) -> ResponsiveImage:
    record = Image(116, "1234", "7", found, MOMENT, MOMENT)
    return responsive_image_of(media, record, alternatives)


class Tags(HTMLParser):
    """The start tags of a document, with their attributes, as a browser would read them."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        raise AssertionError(f"text outside of tags: {data}")


def image_tag(document: str) -> dict[str, str | None]:
    return next(values for tag, values in Tags(document).seen if tag == "img")


def test_a_photograph_has_every_size_from_the_smallest_to_the_largest() -> None:
    sizes = page(original()).sizes

    assert [(each.name, each.width, each.height) for each in sizes] == [
        ("50-0", 50, 33),
        ("100-0", 100, 67),
        ("240-0", 240, 160),
        ("320-0", 320, 213),
        ("480-0", 480, 320),
        ("640-0", 640, 427),
        ("1024-1024", 1024, 683),
    ]
    stem = "000000007400" + "ab" * 10
    url = f"{MEDIA}/1234/{stem}/red-lamp-{stem}-50-0.jpg"
    assert sizes[0].url == url
    assert sizes[0].formats == {"image/jpeg": url, "image/webp": f"{url}.webp"}


def test_srcset_has_the_negotiated_urls_with_their_widths() -> None:
    found = page(original())

    assert found.srcset == ", ".join(f"{each.url} {each.width}w" for each in found.sizes)


def test_a_small_picture_has_its_width_once_by_the_smallest_size() -> None:
    found = page(original(width=300, height=200))

    widths = [part.split()[-1] for part in (found.srcset or "").split(", ")]
    assert widths == ["50w", "100w", "240w", "300w"]
    assert "-320-0.jpg 300w" in (found.srcset or "")
    assert [each.width for each in found.sizes] == [50, 100, 240, 300, 300, 300, 300]


def test_a_picture_of_one_pixel_is_shown_by_its_smallest_size() -> None:
    found = page(original(width=1, height=1))

    assert found.srcset == f"{found.sizes[0].url} 1w"
    assert image_tag(found.html())["width"] == "1"


def test_a_tall_picture_is_sorted_by_its_pixels_not_by_its_names() -> None:
    found = page(original(width=1000, height=3000))

    assert [(each.name, each.width) for each in found.sizes][3:] == [
        ("320-0", 320),
        ("1024-1024", 341),
        ("480-0", 480),
        ("640-0", 640),
    ]
    assert image_tag(found.html())["src"] == found.sizes[-1].url


@pytest.mark.parametrize("turned", [False, True])
def test_orientation_exchanges_the_pixels(turned: bool) -> None:
    found = page(replace(original(), turned=turned))

    extents = {each.name: (each.width, each.height) for each in found.sizes}
    assert extents["50-0"] == ((50, 75) if turned else (50, 33))
    assert extents["1024-1024"] == ((683, 1024) if turned else (1024, 683))


def test_pixels_that_the_record_does_not_tell_are_left_out() -> None:
    found = page(replace(original(), turned=None), BOTH)

    assert {(each.width, each.height) for each in found.sizes} == {(None, None)}
    assert {len(each.formats) for each in found.sizes} == {1}
    assert found.srcset is None
    assert Tags(found.html()).seen == [
        ("picture", {}),
        (
            "img",
            {"src": found.sizes[-1].url, "alt": "", "loading": "lazy", "decoding": "async"},
        ),
    ]


def test_an_alternative_longer_than_its_format_allows_is_left_out() -> None:
    found = page(original(width=1000, height=40_000), BOTH)

    formats = {each.name: list(each.formats) for each in found.sizes}
    assert formats["320-0"] == ["image/jpeg", "image/avif", "image/webp"]
    assert formats["640-0"] == ["image/jpeg", "image/avif"]
    types = [values["type"] for tag, values in Tags(found.html()).seen if tag == "source"]
    assert types == ["image/avif"], "a browser would enlarge the WebP"


@pytest.mark.parametrize(
    ("kind", "transparent", "made"),
    [
        (Format.GIF, False, "image/gif"),
        (Format.PNG, False, "image/png"),
        (Format.WEBP, True, "image/png"),
        (Format.WEBP, False, "image/jpeg"),
        (Format.BMP, False, "image/jpeg"),
    ],
)
def test_sizes_have_the_format_that_renditions_have(
    kind: Format,
    transparent: bool,
    made: str,
) -> None:
    found = page(replace(original(kind), transparent=transparent, frames=3))

    assert {tuple(each.formats) for each in found.sizes} == {(made, "image/webp")}


def test_a_library_image_has_the_sizes_of_the_library() -> None:
    record = LibraryImage(5, "1234", "acc", Purpose.USER, original(), MOMENT, MOMENT)

    found = responsive_image_of(MEDIA, record, ())

    assert [each.name for each in found.sizes] == [
        "thumb",
        "thumb_retina",
        "ipad",
        "ipad_retina",
        "ebay",
    ]
    assert found.sizes[0].formats == {
        "image/png": f"{MEDIA}/uploads/acc/user/5-{'ab' * 10}/thumb.png"
    }
    assert [tag for tag, _ in Tags(found.html()).seen] == ["picture", "img"]


def test_a_picture_element_names_each_alternative_with_urls_of_its_own() -> None:
    found = page(original(), BOTH)

    seen = Tags(found.html("Lámpara roja", "#b22a1c")).seen

    assert [tag for tag, _ in seen] == ["picture", "source", "source", "img"]
    assert [values["type"] for _, values in seen[1:3]] == ["image/avif", "image/webp"]
    for (_, values), ending in zip(seen[1:3], (".avif", ".webp"), strict=True):
        urls = [f"{each.url}{ending} {each.width}w" for each in found.sizes]
        assert values["srcset"] == ", ".join(urls)
    assert seen[3][1] == {
        "src": found.sizes[-1].url,
        "srcset": found.srcset,
        "sizes": "100vw",
        "width": "1024",
        "height": "683",
        "alt": "Lámpara roja",
        "loading": "lazy",
        "decoding": "async",
        "style": "background:#b22a1c",
    }


@given(alt=st.text())
def test_texts_stay_texts(alt: str) -> None:
    document = page(original()).html(alt)

    assert image_tag(document)["alt"] == alt
    assert document.count("<") == 3 + 1, "picture, source, img, and the end of picture"


@pytest.mark.parametrize(
    "hostile", ['"><img src=x onerror=alert(1)>', "' onload='", "&quot;&#34;", "</picture><script>"]
)
def test_markup_in_any_value_is_escaped(hostile: str) -> None:
    document = page(original(), media=f"https://example.com/{hostile}").html(hostile, hostile)

    seen = Tags(document).seen
    assert [tag for tag, _ in seen] == ["picture", "source", "img"]
    assert seen[-1][1]["alt"] == hostile
    assert seen[-1][1]["style"] == f"background:{hostile}"


@given(
    width=st.integers(1, 20_000),
    height=st.integers(1, 20_000),
    kind=st.sampled_from(Format),
    turned=st.booleans(),
    alternatives=st.sets(st.sampled_from(Alternative)),
)
def test_no_picture_is_stated_wider_than_it_is(
    width: int, height: int, kind: Format, turned: bool, alternatives: set[Alternative]
) -> None:
    facts = replace(original(kind, width, height), turned=turned)
    shown = (height, width) if turned else (width, height)

    found = page(facts, tuple(alternatives))

    widths = [int(part.split()[-1][:-1]) for part in (found.srcset or "").split(", ")]
    assert widths == sorted(set(widths))
    assert max(widths) <= shown[0]
    assert len(found.sizes) == len(SETS["gallery"])
    assert {each.width for each in found.sizes} == set(widths)
