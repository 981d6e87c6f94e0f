"""GET /products (contract: vitrine §3.2, §4.3)."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from urllib.parse import quote

import pytest
from tests.contract.vitrine.conftest import (
    Native,
    assert_refused,
    bearer,
    exact,
    forbidden,
    problem,
)
from tests.fakes import APPEARANCE
from tests.gateway import Answer

from vitrine.domain.images import Texts
from vitrine.domain.locations import original_address

PRODUCTS = ("7", "71", "702", "10", "9")


def malformed(detail: str) -> dict[str, object]:
    return problem(400, "malformed", "The request cannot be read.", detail=detail)


BAD_LIMIT = malformed("limit is not a number from 1 to 100.")
BAD_CURSOR = malformed("cursor is not one of this list's.")


def made(items: str, last: str) -> str:
    """A cursor, as answers contain it."""
    return urlsafe_b64encode(json.dumps([items, last]).encode()).decode().rstrip("=")


def names(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [each["product"] for each in answer.json["items"]]


def test_a_product_comes_with_its_cover(native: Native) -> None:
    (_, image, _) = native.world.with_gallery("shop1", "7", {1: 0, 2: 1, 3: 2}, thumbnail=2)
    original = replace(image.original, width=60, height=300, turned=True)
    texts = Texts('Lámpara "roja"', {"en": "Red lamp"})
    shown = replace(image, original=original, texts=texts, appearance=APPEARANCE)
    native.world.galleries.records["shop1", "7"][2] = shown
    native.world.with_gallery("shop2", "8", {1: 0})
    stem = original_address(shown).stem
    base = f"https://cdn.example/media/shop1/{stem}/image-2-{stem}"

    answer = native.get("/products", **bearer("read"))

    assert answer.status == 200
    assert exact(answer) == (
        '{"items":[{"product":"7","images":3,"cover":{"id":2,"alt":"Lámpara \\"roja\\"",'
        '"colour":"#a0b0c0","thumbhash":"1QcSHQRnh493V4dIh4eXh1h4kJUI","width":300,"height":60,'
        f'"srcset":"{base}-50-0.png 50w, {base}-100-0.png 100w, {base}-240-0.png 240w, '
        f'{base}-320-0.png 300w","url":"{base}-320-0.png"}}}}],"next":null}}'
    )


def test_without_a_thumbnail_the_first_image_is_the_cover(native: Native) -> None:
    native.world.with_gallery("shop1", "7", {1: 5, 2: 1})

    (item,) = native.get("/products").json["items"]

    assert item["cover"]["id"] == 2
    assert item["cover"]["alt"] == ""
    pending = ("colour", "thumbhash", "width", "height", "srcset")
    assert [item["cover"][each] for each in pending] == [None] * 5


def test_products_are_in_the_order_of_text_and_found_by_their_beginning(native: Native) -> None:
    for product in PRODUCTS:
        native.world.with_gallery("shop1", product, {1: 0})

    assert names(native.get("/products")) == ["10", "7", "702", "71", "9"]
    assert names(native.get("/products?prefix=7")) == ["7", "702", "71"]
    assert names(native.get("/products?prefix=8")) == []
    assert names(native.get("/products?prefix=a%2Fb")) == []
    assert names(native.get("/products?prefix=" + "7" * 65)) == []


def test_upper_and_lower_case_are_the_same(native: Native) -> None:
    native.world.with_gallery("shop1", "lamp é", {1: 0})

    assert names(native.get("/products?prefix=" + quote("LAMP É"))) == ["lamp é"]


def test_pages_lead_to_the_end(native: Native) -> None:
    for product in PRODUCTS:
        native.world.with_gallery("shop1", product, {1: 0})

    first = native.get("/products?limit=2&prefix=7")
    assert names(first) == ["7", "702"]
    cursor = made("products 7", "702")
    following = f"/vitrine/v1/products?limit=2&prefix=7&cursor={cursor}"
    assert first.json["next"] == following
    second = native.send("GET", following)
    assert (names(second), second.json["next"]) == (["71"], None)


def test_an_emptied_gallery_is_left_out_although_the_index_is_late(native: Native) -> None:
    galleries = native.world.galleries
    native.world.with_gallery("shop1", "7", {1: 0})
    native.world.with_gallery("shop1", "8", {2: 0})
    heads_of = galleries.heads_of
    galleries.heads_of = lambda shop, products: {  # type: ignore[method-assign]
        product: replace(head, sorts={}, roles={}) if product == "7" else head
        for product, head in heads_of(shop, products).items()
    }
    del galleries.records["shop1", "8"][2]

    answer = native.get("/products")

    assert answer.json == {"items": [{"product": "8", "images": 1, "cover": None}], "next": None}


@pytest.mark.parametrize("limit", ["0", "101", "1000", "-1", "", "1.5", "x", "+5", "٣"])
def test_a_limit_out_of_bounds_is_refused(native: Native, limit: str) -> None:
    assert_refused(native.get(f"/products?limit={quote(limit)}"), BAD_LIMIT)


@pytest.mark.parametrize(
    "cursor", ["", "!", "7", "é", made("products 8", "8"), made("products ", "7"), made("x", "7")]
)
def test_a_cursor_of_no_answer_is_refused(native: Native, cursor: str) -> None:
    assert_refused(native.get(f"/products?prefix=7&cursor={quote(cursor)}"), BAD_CURSOR)


def test_the_list_needs_the_scope_and_has_a_tag(native: Native) -> None:
    native.world.with_gallery("shop1", "7", {1: 0})
    tag = native.get("/products").headers["etag"]

    assert native.get("/products", If_None_Match=tag).status == 304
    assert_refused(native.get("/products", **bearer("takedown")), forbidden("images:read"))
