"""Which format a request gets: the CDN's own function, run on Node, out of the template."""

import atexit
import functools

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway import template

from vitrine.domain.renditions import SETS
from vitrine_cli.local.cdn_function import CdnFunction, viewer_request
from vitrine_cli.local.node import install_node

CODE: str = template()["Resources"]["ChooseFormat"]["Properties"]["FunctionCode"]["Sub"]
WITH_AVIF = CODE.replace("${Avif}", "yes")
WITHOUT_AVIF = CODE.replace("${Avif}", "no")
STEM = "000000002b00" + "9f2c" * 5
FOLDER = f"/media/1234/{STEM}/mug-{STEM}"
JPEG = f"{FOLDER}-640-0.jpg"
LIBRARY = f"/media/uploads/1627/product/43-{'9f2c' * 5}"
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI_13 = "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"


@functools.cache
def function(code: str) -> CdnFunction:
    """The function in one process for all tests of this module."""
    made = CdnFunction(code, install_node())
    atexit.register(made.close)
    return made


def all_chosen(requests: list[tuple[str, ...]], code: str = WITH_AVIF) -> list[str]:
    """What the function puts behind the path of each request, which is a path and its headers."""
    paths = function(code).rewritten_paths(
        [viewer_request(uri, accept) for uri, *accept in requests]
    )
    assert all(path.startswith(uri) for path, (uri, *_) in zip(paths, requests, strict=True))
    return [path.removeprefix(uri) for path, (uri, *_) in zip(paths, requests, strict=True)]


TABLE = [  # accepted; chosen where AVIF is made, and where it is not
    (CHROME, ".avif", ".webp"),
    (SAFARI_13, "", ""),
    ("image/webp,*/*", ".webp", ".webp"),
    ("image/avif", ".avif", ""),
    # Who names no alternative may be older than all of them.
    ("*/*", "", ""),
    ("image/*", "", ""),
    ("text/html", "", ""),
    ("", "", ""),
    # No is no, however it is written.
    ("image/avif;q=0,image/webp", ".webp", ".webp"),
    ("image/avif;q=0.000, image/webp;q=0", "", ""),
    ("image/webp;q=0, */*", "", ""),
    # An alternative is to be liked as much as the original, which is looked up exactly first.
    ("image/webp;q=0.5,*/*;q=0.8", "", ""),
    ("image/webp;q=0.8,*/*;q=0.8", ".webp", ".webp"),
    ("image/webp;q=0.5,image/*;q=0.3,*/*;q=0.8", ".webp", ".webp"),
    ("image/webp;q=0.5,image/jpeg;q=0.6,image/*;q=0.3", "", ""),
    ("image/webp;q=0.5,image/jpeg;q=0.1,image/*;q=0.9", ".webp", ".webp"),
    ("image/webp;q=0.5,image/png,image/*;q=0.3", ".webp", ".webp"),
    ("image/webp;q=0.001", ".webp", ".webp"),
    ("image/jpeg;q=0,image/webp;q=0.001", ".webp", ".webp"),
    # Of two alternatives the one that is liked more, and AVIF when they tie.
    ("image/avif;q=0.5,image/webp;q=0.9", ".webp", ".webp"),
    ("image/webp;q=0.5,image/avif;q=0.9", ".avif", ".webp"),
    ("image/webp;q=1.000,image/avif;q=1", ".avif", ".webp"),
    # Case and white space mean nothing.
    ("IMAGE/WebP ; Q=0.9\t,\t*/* ;\tq=0.1", ".webp", ".webp"),
    (" ,, image/webp , ", ".webp", ".webp"),
    ("image/webp;", ".webp", ".webp"),
    # What is ill-formed is passed over.
    ("image/webp;q=", "", ""),
    ("image/webp;q=1.1", "", ""),
    ("image/webp;q=-1", "", ""),
    ("image/webp;q=.5", "", ""),
    ("image/webp;q=0.1234", "", ""),
    ("image/webp;q=high", "", ""),
    ("image/webp;q = 1", "", ""),
    ("image/webp q=1", "", ""),
    ("image/webp;q=x,image/avif;q=0.9,image/jpeg;q=x", ".avif", ""),
    # Parameters before a weight belong to the media type, which ours have none of; extensions
    # behind it do not.
    ("image/webp;level=1", "", ""),
    ("image/webp;level=1;q=0.9,*/*;q=0.1", "", ""),
    ("image/webp;q=0.9;level=1,*/*;q=0.1", ".webp", ".webp"),
    ('text/html;a=",image/webp,",image/jpeg', "", ""),
    ('text/html;a="\\",image/webp,",image/webp;q=0.9', ".webp", ".webp"),
    # Other names are other formats.
    ("image/webpx,ximage/webp,webp,image/web", "", ""),
    ("__proto__;q=1,constructor,image/webp", ".webp", ".webp"),
]


def test_a_request_gets_the_format_that_it_likes_best() -> None:
    """One process for all: starting it takes longer than what it does."""
    requests = [(JPEG, accept) for accept, _, _ in TABLE]
    found = zip(TABLE, all_chosen(requests), all_chosen(requests, WITHOUT_AVIF), strict=True)

    assert [(row[0], *both) for row, *both in found] == TABLE


def test_no_header_is_no_wish_and_several_are_one() -> None:
    several = [(JPEG,), (JPEG, "text/html", "image/webp"), (JPEG, "image/webp", "image/webp;q=0")]

    assert all_chosen(several) == ["", ".webp", ""]


def test_every_rendition_has_a_media_type_of_its_own() -> None:
    liked = [
        (f"{FOLDER}-1024-1024.png", "image/png;q=0.9,image/webp;q=0.8"),
        (f"{FOLDER}-50-0.gif", "image/gif;q=0.9,image/webp;q=0.8"),
        (f"{FOLDER}-50-0.jpeg", "image/jpeg;q=0.9,image/webp;q=0.8"),
        (JPEG, "image/jpeg;q=0.9,image/webp;q=0.8"),
        (f"{LIBRARY}/ebay.png", "image/png;q=0.9,image/webp;q=0.8"),
    ]

    assert set(all_chosen(list(liked))) == {""}
    assert set(all_chosen([(uri, "image/webp") for uri, _ in liked])) == {".webp"}


def test_a_librarys_renditions_have_alternatives() -> None:
    names = [rendition.name for rendition in SETS["library"]]

    assert set(all_chosen([(f"{LIBRARY}/{name}.png", CHROME) for name in names])) == {".avif"}


def test_full_sizes_and_what_names_its_format_stay_as_they_are() -> None:
    others = [
        f"{LIBRARY}/original.png",
        f"{LIBRARY}/original.jpg",
        "/media/1234/product_images/p/022/mug__11600.jpg",
        "/media/1234/catalog/product/m/u/mug.jpg",
        f"{JPEG}.webp",
        f"{JPEG}.avif",
        f"{FOLDER}-640-0.webp",
        f"{JPEG}.json",
        f"{JPEG}.webp.json",
        f"{LIBRARY}/ebay.png.json",
        f"/media/1234/{STEM}/",
        f"/elsewhere{JPEG}",
        "/media/",
        "/",
    ]

    assert set(all_chosen([(uri, CHROME) for uri in others])) == {""}


ranges = st.sampled_from(
    ["image/avif", "image/webp", "image/jpeg", "image/*", "*/*", "text/html", "IMAGE/WEBP"]
)
qualities = st.sampled_from(["", ";q=0", ";q=0.5", "; q=1", ";q=1.0", ";q=2", ";q=", ";x=y;q=0.9"])
lines = st.lists(st.tuples(ranges, qualities).map("".join)).map(",".join)


@settings(max_examples=8)
@given(st.lists(lines | st.text(st.characters(codec="utf-8"), max_size=40), max_size=200))
def test_only_formats_that_a_header_names_are_chosen(accepts: list[str]) -> None:
    paths = function(WITH_AVIF).rewritten_paths([viewer_request(JPEG, [each]) for each in accepts])

    for accept, path in zip(accepts, paths, strict=True):
        assert path in (JPEG, f"{JPEG}.webp", f"{JPEG}.avif")
        if path != JPEG:
            assert f"image/{path.rpartition('.')[2]}" in accept.lower()


def test_it_is_small_enough_for_the_cdn() -> None:
    assert len(CODE.encode()) < 10 * 1024
    assert CODE.count("${") == 1, "nothing of it is CloudFormation's but the parameter"
