"""BigCommerce contract §1, Routes."""

import re

import pytest
from tests.contract.bigcommerce.conftest import (
    API,
    EVERYWHERE,
    MUG,
    NOT_ACCEPTABLE,
    NOT_ALLOWED,
    NOT_FOUND,
    OPERATIONS,
    READ_AND_WRITE,
    A,
    BigCommerce,
    Operation,
    P,
    assert_empty,
    assert_refused,
    call,
    every_operation,
    name_of,
    on_both_bases,
)
from tests.gateway import Answer, Gateway

from vitrine.domain.shops import ProductMode, product_key


@on_both_bases
def test_an_image_is_created_listed_counted_changed_and_deleted(
    shop: BigCommerce, base: str
) -> None:
    images = f"{base}/products/29/images"

    image = shop.created({"image_file": MUG}, images)
    one = f"{images}/{image['id']}"

    assert shop.get(one) == image
    assert shop.get(images) == [image]
    assert shop.get(f"{images}/count") == {"count": 1}
    assert shop.get(f"{base}/products/images/count") == {"count": 1}
    changed = shop.send("PUT", one, json={"description": "A mug"})
    moment = changed.json["date_modified"]  # a second later, or the same
    expected = {**image, "description": "A mug", "date_modified": moment}
    assert (changed.status, changed.json) == (200, expected)
    assert shop.get(one) == changed.json
    assert_empty(shop.send("DELETE", one))
    assert_refused(shop.send("GET", one), NOT_FOUND)
    assert_empty(shop.send("GET", images))
    assert shop.get(f"{images}/count") == {"count": 0}


@pytest.mark.parametrize("suffix", ["", ".json", "/", ".json/"])
@on_both_bases
@every_operation
def test_every_path_has_its_variants(
    shop: BigCommerce, operation: Operation, base: str, suffix: str
) -> None:
    shop.with_gallery({A: 0})

    answer = call(shop.send, operation, base, suffix)

    assert answer.status == operation.status, answer.body
    if answer.status == 204:
        assert_empty(answer)
    else:
        assert answer.headers["content-type"] == "application/json"
    if answer.status == 201:
        assert answer.headers["location"] == f"{base}/products/29/images/12"
    else:
        assert "location" not in answer.headers


@pytest.mark.parametrize("suffix", [".xml", ".xml/"])
@on_both_bases
@every_operation
def test_xml_is_not_spoken(shop: BigCommerce, operation: Operation, base: str, suffix: str) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    for headers in ({}, {"Accept": "application/json"}, {"Accept": "application/xml"}):
        assert_refused(call(shop.send, operation, base, suffix, headers), NOT_ACCEPTABLE)
    assert shop.everything == before


def test_a_list_without_images_has_no_body(shop: BigCommerce) -> None:
    assert_empty(shop.send("GET", P))


@pytest.mark.parametrize("product", ["29", "1", "123456789012345678"])
def test_deleting_all_images_of_a_product_without_any_is_fine(
    shop: BigCommerce, product: str
) -> None:
    assert_empty(shop.send("DELETE", f"{API}/products/{product}/images"))


@pytest.mark.parametrize("images", [1, 3, 120, 260])
def test_all_images_are_deleted_however_many_there_are(shop: BigCommerce, images: int) -> None:
    shop.with_gallery({A + number: number for number in range(images)})

    assert_empty(shop.send("DELETE", P))

    assert not shop.world.galleries.records["shop1", "29"]
    assert not shop.sorts
    assert not shop.world.blobs.originals
    assert shop.get(EVERYWHERE) == {"count": 0}
    assert_empty(shop.send("DELETE", P))


def test_counts_are_those_of_the_product_and_of_the_shop(shop: BigCommerce) -> None:
    shop.with_gallery()
    shop.world.with_gallery("shop1", "30", {21: 0, 22: 1})
    shop.world.with_gallery("shop2", "29", {5: 0})

    assert shop.send("GET", f"{P}/count").body == '{"count":3}'
    assert shop.get(f"{API}/products/30/images/count") == {"count": 2}
    assert shop.get(f"{API}/products/31/images/count") == {"count": 0}
    assert shop.send("GET", EVERYWHERE).body == '{"count":5}'


METHODS = [
    ("/products/29/images", {"GET", "HEAD", "POST", "DELETE"}),
    ("/products/29/images/count", {"GET", "HEAD"}),
    ("/products/29/images/11", {"GET", "HEAD", "PUT", "DELETE"}),
    ("/products/images/count", {"GET", "HEAD"}),
]


def allow(answer: Answer) -> set[str]:
    return {each.strip() for each in answer.headers["allow"].split(",")}


@pytest.mark.parametrize("suffix", ["", ".json", "/", ".json/", ".xml"])
@on_both_bases
@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_other_methods_are_not_allowed_to_any_caller(
    shop: BigCommerce, path: str, allowed: set[str], base: str, suffix: str
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - allowed:
        for send in (shop.send, Gateway()):
            answer = send(method, base + path + suffix)
            assert_refused(answer, NOT_ALLOWED)
            assert allow(answer) == allowed
    assert shop.everything == before


@on_both_bases
@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_head_answers_as_get_without_a_body(
    shop: BigCommerce, path: str, allowed: set[str], base: str
) -> None:
    shop.with_gallery({A: 0})
    assert {"GET", "HEAD"} <= allowed

    for ending in ("", ".json", "/"):
        got = shop.send("GET", base + path + ending)
        head = shop.send("HEAD", base + path + ending)

        assert (head.status, head.headers, head.body) == (got.status, got.headers, "")


NOWHERE = [
    "",
    "/",
    "/products",
    "/products/",
    "/products.json",
    "/products/29",
    "/products/29.json",
    "/products/images",
    "/products/images.json",
    "/products/images/",
    "/products/images/11",
    "/products/29/image",
    "/products/29/videos",
    "/products//images",
    "/products/29/images/11/12",
    "/products/29/images/count/11",
    "/products/29/images/.json",
    "/products/29/images.txt",
    "/products/29/images.json.json",
    "/products/29/images.json.xml",
    "/products/29/imagesjson",
    "/orders",
    "/time.json",
]
NO_IDS = [
    "0",
    "01",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "abc",
    "11x",
    "11.txt",
    "11.json.json",
    "%20",
    "1234567890123456789",
    "%D9%A3",  # an Arabic three
    "11%0A",
]


@on_both_bases
@pytest.mark.parametrize("path", NOWHERE)
def test_other_paths_are_not_found_for_any_caller(shop: BigCommerce, path: str, base: str) -> None:
    shop.with_gallery()

    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        for send in (shop.send, Gateway()):
            assert_refused(send(method, base + path), NOT_FOUND)


@on_both_bases
@pytest.mark.parametrize("no_id", NO_IDS)
@pytest.mark.parametrize("operation", OPERATIONS[:-1], ids=name_of)
def test_ids_of_another_form_are_not_found(
    shop: BigCommerce, operation: Operation, no_id: str, base: str
) -> None:
    shop.with_gallery({1: 0, 11: 1})

    for each in re.findall("29|11", operation.path):
        other = operation._replace(path=operation.path.replace(each, no_id))
        assert_refused(call(shop.send, other, base), NOT_FOUND)
        assert_refused(call(shop.send, other, base, ".json/"), NOT_FOUND)


def test_ids_have_up_to_18_digits(shop: BigCommerce) -> None:
    images = f"{API}/products/{'9' * 18}/images"

    image = shop.created({"image_file": MUG}, images)

    assert image["product_id"] == 999_999_999_999_999_999
    assert shop.get(f"{images}/{image['id']}") == image
    assert_refused(shop.send("GET", f"{images}/{'9' * 18}"), NOT_FOUND)


def test_paths_of_other_dialects_are_not_taken(shop: BigCommerce) -> None:
    answer = Gateway()("GET", "/stores/abc123/products/29/images")

    assert not isinstance(answer.json, list)


def test_products_exist_as_they_are_registered(shop: BigCommerce) -> None:
    world = shop.world
    world.open_shop("shop3", ProductMode.REGISTERED, bigcommerce_store_hash="reg")
    world.issue("three", "shop3", "bigcommerce", READ_AND_WRITE)
    world.shops.register_product("shop3", product_key("28"))
    world.shops.register_product("shop3", product_key("sku-31"), product_key("31"))
    shop.send = Gateway(headers={"X-Auth-Token": "three"})

    known = shop.created({"image_file": MUG}, f"{API}/products/28/images")
    alias = shop.created({"image_file": MUG, "product_id": 31}, f"{API}/products/31/images")

    assert known["product_id"] == 28
    assert alias["product_id"] == 31, "as the caller names the product"
    assert shop.get(f"{API}/products/31/images") == [alias]
    assert set(world.galleries.records["shop3", "sku-31"]) == {alias["id"]}
    world.remote.fetched.clear()
    for operation in OPERATIONS[:-1]:
        assert_refused(call(shop.send, operation), NOT_FOUND)
    assert_refused(shop.send("GET", f"{P}?page=0"), NOT_FOUND)
    assert_refused(shop.send("DELETE", f"{P}?limit=251"), NOT_FOUND)
    assert_refused(shop.post({"zoom": 1}), NOT_FOUND)
    assert not world.remote.fetched


RATE_HEADERS = {
    "x-rate-limit-time-window-ms": "30000",
    "x-rate-limit-time-reset-ms": "30000",
    "x-rate-limit-requests-quota": "150",
    "x-rate-limit-requests-left": "150",
    "x-bc-apilimit-remaining": "150",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{P}/11", 200),
        ("GET", f"{P}.json/", 200),
        ("DELETE", f"{P}/11", 204),
        ("GET", f"{P}/99", 404),
        ("GET", f"{API}/nothing", 404),
        ("PATCH", P, 405),
        ("GET", f"{P}.xml", 406),
    ],
)
def test_every_answer_says_that_requests_are_left(
    shop: BigCommerce, method: str, path: str, status: int
) -> None:
    """Throttling clients wait ten seconds where they are missing (contract §1)."""
    shop.with_gallery({11: 0})

    answer = shop.send(method, path)

    assert answer.status == status
    assert RATE_HEADERS.items() <= answer.headers.items()
    refused = shop.send(method, path, {"X-Auth-Token": "none such"})
    assert RATE_HEADERS.items() <= refused.headers.items()
