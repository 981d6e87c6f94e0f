"""Reading galleries and images (contract: vitrine §5.1, §5.2)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.contract.vitrine.conftest import (
    NO_IMAGE,
    NO_PRODUCT,
    A,
    B,
    C,
    Native,
    assert_refused,
    bearer,
    exact,
    problem,
)

from vitrine import environment
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Appearance, RenditionState, Texts
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import Alternative
from vitrine.domain.shops import ProductMode

FOLDER = "https://cdn.example/media/shop1/"


def change(native: Native, image: int, **facts: object) -> None:
    """Change an image's record directly, without a request."""
    changed = replace(native.record(image), **facts)  # type: ignore[arg-type]
    native.world.galleries.records["shop1", "7"][image] = changed


@pytest.fixture
def lamp(native: Native) -> Native:
    """One image of 300 x 200 pixels with everything that an image can have."""
    native.world.with_gallery("shop1", "7", {A: 3}, thumbnail=A)
    original = replace(
        native.record(A).original,
        digest="0123456789abcdef" * 4,
        format=Format.JPEG,
        file_name="Red lamp.jpg",
        width=200,
        height=300,
        size=2000,
        published_size=1900,
        turned=True,
    )
    change(
        native,
        A,
        original=original,
        texts=Texts('Lámpara "roja"', {"pt": "Luminária", "en": "Red lamp", "es": "old"}),
        renditions=RenditionState.COMPLETE,
        appearance=Appearance("#b22a1c", "b8cNFwT3"),
        version=3,
        excluded=True,
    )
    heads = native.world.galleries.heads
    heads["shop1", "7"] = replace(heads["shop1", "7"], roles={"image": A, "thumbnail": A})
    return native


def with_alternatives(native: Native, path: str) -> str:
    world = replace(native.world.environment, alternatives=(Alternative.WEBP,))
    with environment.use(world):
        return exact(native.get(path))


def test_an_image_has_everything_that_a_page_needs(lamp: Native) -> None:
    found = with_alternatives(lamp, "/products/7/images/11")

    stem = f"{A:010x}00" + ("0123456789abcdef" * 2)[:20]
    name = f"{FOLDER}{stem}/red-lamp-{stem}"
    pixels = [
        ("50-0", 50, 33),
        ("100-0", 100, 67),
        ("240-0", 240, 160),
        *((size, 300, 200) for size in ("320-0", "480-0", "640-0", "1024-1024")),
    ]
    sizes = ",".join(
        f'{{"name":"{size}","width":{width},"height":{height},"url":"{name}-{size}.jpg",'
        f'"formats":{{"image/jpeg":"{name}-{size}.jpg","image/webp":"{name}-{size}.jpg.webp"}}}}'
        for size, width, height in pixels
    )
    widths = [*pixels[:4]]
    srcset = ", ".join(f"{name}-{size}.jpg {width}w" for size, width, _ in widths)
    webp = ", ".join(f"{name}-{size}.jpg.webp {width}w" for size, width, _ in widths)
    html = (
        f'<picture><source type="image/webp" srcset="{webp}" sizes="100vw">'
        f'<img src="{name}-1024-1024.jpg" srcset="{srcset}" sizes="100vw" width="300" height="200"'
        ' alt="Lámpara &quot;roja&quot;" loading="lazy" decoding="async"'
        ' style="background:#b22a1c"></picture>'
    ).replace('"', '\\"')
    full_size = f"{FOLDER}product_images/f/355/red-lamp__01100.jpg"
    expected = (
        '{"id":11,"product":"7","position":1,"thumbnail":true,"roles":["thumbnail","image"],'
        '"hidden":true,"etag":"\\"3-complete\\"","alt":"Lámpara \\"roja\\"",'
        '"translations":{"en":"Red lamp","pt":"Luminária"},"file_name":"Red lamp.jpg",'
        '"format":"image/jpeg","bytes":1900,"width":300,"height":200,"moves":false,'
        '"transparent":false,"colour":"#b22a1c","thumbhash":"b8cNFwT3","state":"complete",'
        '"created_at":"2024-01-01T00:00:00.000Z","updated_at":"2024-01-01T00:00:00.000Z",'
        f'"url":"{full_size}","manifest":"{full_size}.json","sizes":[{sizes}],'
        f'"srcset":"{srcset}","html":"{html}"}}'
    )
    assert found == expected


def test_a_record_that_does_not_know_its_orientation_has_no_pixels(lamp: Native) -> None:
    change(lamp, A, original=replace(lamp.record(A).original, turned=None))

    image = lamp.get("/products/7/images/11").json

    assert (image["width"], image["height"], image["srcset"]) == (None, None, None)
    assert {(each["width"], each["height"]) for each in image["sizes"]} == {(None, None)}
    assert all([*each["formats"]] == ["image/jpeg"] for each in image["sizes"])


def test_a_pending_image_has_urls_and_no_placeholder(abc: Native) -> None:
    image = abc.get(f"/products/7/images/{B}").json

    assert (image["state"], image["etag"]) == ("pending", '"0-pending"')
    assert (image["colour"], image["thumbhash"]) == (None, None)
    assert (image["position"], image["thumbnail"], image["roles"]) == (2, False, [])
    assert len(image["sizes"]) == 7


@pytest.mark.parametrize("image", ["14", "0", "x", "011", "11.json", "9" * 19])
def test_another_image_is_not_found(abc: Native, image: str) -> None:
    assert_refused(abc.get(f"/products/7/images/{image}"), NO_IMAGE)
    assert_refused(abc.get(f"/products/8/images/{A}"), NO_IMAGE)


def test_images_of_other_shops_are_not_found(abc: Native) -> None:
    for path in (f"/products/7/images/{A}",):
        assert_refused(abc.get(path, **bearer("other")), NO_IMAGE)
    assert abc.get("/products/7", **bearer("other")).json["images"] == []


def test_a_product_has_its_images_in_order(abc: Native) -> None:
    answer = abc.get("/products/7")

    images = [abc.get(f"/products/7/images/{image}").json for image in (A, B, C)]
    assert answer.json == {
        "product": "7",
        "order": {"images": [A, B, C], "etag": '"1"'},
        "images": images,
    }
    assert [each["position"] for each in images] == [1, 2, 3]


@pytest.mark.parametrize("name", ["unknown", "a%20b", "%D1%82%D0%B5%D1%81%D1%82", "x" * 64])
def test_an_unknown_product_of_an_open_shop_is_an_empty_gallery(native: Native, name: str) -> None:
    answer = native.get(f"/products/{name}")

    assert answer.status == 200
    assert answer.json["order"] == {"images": [], "etag": '"0"'}
    assert answer.json["images"] == []


def test_the_case_of_a_product_does_not_matter(native: Native) -> None:
    native.world.with_gallery("shop1", "lamp-1", {A: 0})

    answer = native.get("/products/LAMP-1").json
    assert (answer["product"], answer["order"]["images"]) == ("lamp-1", [A])


@pytest.mark.parametrize("name", ["x" * 65, "a%00b", "a%0Ab"])
def test_a_text_that_names_no_product_is_not_found(native: Native, name: str) -> None:
    assert_refused(native.get(f"/products/{name}"), NO_PRODUCT)
    assert_refused(native.get(f"/products/{name}/images/{A}"), NO_PRODUCT)


def test_registered_products_have_aliases_and_others_do_not_exist(native: Native) -> None:
    native.world.open_shop("shop3", ProductMode.REGISTERED)
    native.world.issue("of shop3", "shop3", "vitrine", "images:write")
    native.world.shops.registered["shop3", "sku-7"] = "7"
    native.world.with_gallery("shop3", "7", {A: 0})

    found = native.get("/products/SKU-7", **bearer("of shop3")).json
    assert (found["product"], found["order"]["images"]) == ("7", [A])
    image = native.get(f"/products/sku-7/images/{A}", **bearer("of shop3")).json
    assert image["product"] == "7"
    assert_refused(native.get("/products/8", **bearer("of shop3")), NO_PRODUCT)
    assert_refused(native.get(f"/products/8/images/{A}", **bearer("of shop3")), NO_PRODUCT)


def test_tags_follow_what_a_reader_sees(abc: Native) -> None:
    """An image's state is what If-Match compares; its place is in the rest of the tag."""
    image, gallery = f"/products/7/images/{B}", "/products/7"
    before = [abc.get(path).headers["etag"] for path in (image, gallery)]
    head = abc.gallery
    abc.world.galleries.heads["shop1", "7"] = replace(head.arrange([B, A, C]), version=2)

    after = [abc.get(path).headers["etag"] for path in (image, gallery)]

    assert before[0].startswith('"0-pending.')
    assert after[0].startswith('"0-pending.')
    assert not {*before} & {*after}
    assert abc.get(image, If_None_Match=after[0]).status == 304
    assert abc.get(image, If_None_Match=before[0]).status == 200
    assert abc.get(gallery, If_None_Match=f"W/{after[1]}").status == 304


@pytest.fixture
def thousand(native: Native) -> Iterator[Native]:
    """As many images as a product can have, with all sizes and formats."""
    native.world.with_gallery("shop1", "7", {image: image for image in range(1, 1001)})
    for image in range(1, 1001):
        original = native.record(image).original
        shown = replace(original, width=3000, height=2000, turned=False)
        change(native, image, original=shown)
    with environment.use(replace(native.world.environment, alternatives=tuple(Alternative))):
        yield native


def test_a_large_gallery_is_compressed(thousand: Native) -> None:
    """Lambda returns at most 6 MB; a thousand images have more."""
    packed = thousand.get("/products/7", Accept_Encoding="br;q=1, gzip")
    plain = thousand.get("/products/7", Accept_Encoding="identity")

    assert (packed.headers["content-encoding"], packed.headers["vary"]) == (
        *("gzip", "Accept-Encoding"),
    )
    assert len(packed.json["images"]) == 1000
    refused = problem(406, "not_acceptable", "The answer is too large without compression.")
    detail = "Accept-Encoding must include gzip."
    assert_refused(plain, {**refused, "detail": detail})
    assert packed.headers["etag"]


def test_a_small_gallery_is_left_to_the_cdn(abc: Native) -> None:
    answer = abc.get("/products/7", Accept_Encoding="gzip")

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accept", "status"),
    [("gzip;q=0", 406), ("*", 200), ("gzip;q=0.5", 200), ("x-gzip", 406), ("br", 406), ("", 406)],
)
def test_compression_is_negotiated(thousand: Native, accept: str, status: int) -> None:
    assert thousand.get("/products/7", Accept_Encoding=accept).status == status


def test_an_empty_head_means_no_images(native: Native) -> None:
    native.world.galleries.heads["shop1", "7"] = Gallery(version=4)

    assert native.get("/products/7").json["order"] == {"images": [], "etag": '"4"'}
