"""Tiendanube contract §1, Routes."""

import re

import pytest
from tests.contract.tiendanube.conftest import (
    AGENT,
    BASES,
    IMAGES,
    JSON_TYPE,
    KEYS,
    LAMP,
    NO_IMAGE,
    NO_METHOD,
    NO_PRODUCT,
    NO_ROUTE,
    OPERATIONS,
    A,
    Tiendanube,
    assert_refused,
    body_of,
    ok,
)
from tests.gateway import Gateway


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
def test_an_image_is_created_read_changed_and_deleted(
    tiendanube: Tiendanube, base: str, slash: str
) -> None:
    send, path = tiendanube.send, f"{base}/555/products/1234/images"

    created = send("POST", path + slash, json={"src": LAMP})
    image = created.json
    one = f"{path}/{image['id']}{slash}"
    listed = send("GET", path + slash)
    read = send("GET", one)
    changed = send("PUT", one, json={"alt": {"es": "Lámpara"}})
    deleted = send("DELETE", one)

    assert (created.status, list(image)) == (201, KEYS)
    assert "location" not in created.headers
    assert (listed.status, listed.json) == (200, [image])
    assert (read.status, read.json) == (200, image)
    assert (changed.status, changed.json) == (200, {**image, "alt": {"es": "Lámpara"}})
    assert list(changed.json) == list(read.json) == KEYS
    assert (deleted.status, deleted.body) == (200, "{}")
    for answer in (created, listed, read, changed, deleted):
        assert answer.headers["content-type"] == JSON_TYPE
        assert answer.headers["x-main-language"] == "es"
    assert_refused(send("GET", one), 404, NO_IMAGE)
    assert_refused(send("PUT", one, json={}), 404, NO_IMAGE)
    assert_refused(send("DELETE", one), 404, NO_IMAGE)
    assert tiendanube.world.galleries.counts["shop1"] == 0
    assert not tiendanube.world.blobs.originals


def test_both_bases_show_the_same_images(abc: Tiendanube) -> None:
    for path in ("", f"/{A}"):
        old, new = (abc.send("GET", f"{base}/555/products/1234/images{path}") for base in BASES)
        assert old == new


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("query", ["", "?since_id=11", "?fields=id&position=2"])
def test_the_seeds_singular_path_lists_images(
    abc: Tiendanube, query: str, base: str, slash: str
) -> None:
    answer = abc.send("GET", f"{base}/555/product/1234/images{slash}{query}")

    assert ok(answer) == abc.send("GET", f"{base}/555/products/1234/images{query}")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path", ["", "?per_page=2", "?fields=id", f"/{A}", "/99", "?page=9", "?position=x"]
)
def test_head_is_get_without_a_body(abc: Tiendanube, path: str, base: str, slash: str) -> None:
    bare, mark, query = path.partition("?")
    path = f"{base}/555/products/1234/images{bare}{slash}{mark}{query}"

    get, head = abc.send("GET", path), abc.send("HEAD", path)

    assert (head.status, head.headers, head.body) == (get.status, get.headers, "")
    assert get.body


NO_IDS = ["0", "01", "-1", "+1", "1.0", "abc", "1a", "0x1", "1" * 19, "11%20", "%D9%A1", "11%0A"]


@pytest.mark.parametrize("product", NO_IDS)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_product_id_of_another_form_is_no_product(
    abc: Tiendanube, method: str, path: str, scope: str, product: str
) -> None:
    answer = abc.send(method, f"/v1/555/products/{product}/images{path}", **body_of(method))

    assert answer.status == 404
    assert method == "HEAD" or answer.json == NO_PRODUCT
    assert not abc.world.remote.fetched


@pytest.mark.parametrize("image", [*NO_IDS, "11.json", "99", "9" * 18])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_an_image_id_of_another_form_is_no_image(abc: Tiendanube, method: str, image: str) -> None:
    answer = abc.send(method, f"{IMAGES}/{image}", **body_of(method))

    assert answer.status == 404
    assert method == "HEAD" or answer.json == NO_IMAGE


def test_ids_have_up_to_18_digits(tiendanube: Tiendanube) -> None:
    path = f"/v1/555/products/{'9' * 18}/images"

    assert tiendanube.post(path, src=LAMP).json["product_id"] == int("9" * 18)
    assert tiendanube.send("GET", path).headers["x-total-count"] == "1"


CALLERS = [
    pytest.param({}, id="nobody"),
    pytest.param({"Authentication": "bearer unknown"}, id="stranger"),
    pytest.param({"Authentication": "bearer all", "User-Agent": AGENT}, id="caller"),
]


@pytest.mark.parametrize("headers", CALLERS)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path",
    [
        "/555",
        "/555/products",
        "/555/products/1234",
        "/555/products/1234/",
        "/555/products/1234/image",
        "/555/products/1234/images.json",
        "/555/products.json",
        "/555/orders/1/images",
        "/555/products/1234/images/11/more",
        "/555/products/1234/images/11/more/",
        "/555/product/1234/images/11",
        "/555/Products/1234/images",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_paths_are_not_found_for_any_caller(
    tiendanube: Tiendanube, method: str, path: str, base: str, headers: dict[str, str]
) -> None:
    assert_refused(Gateway()(method, base + path, headers), 404, NO_ROUTE)


@pytest.mark.parametrize("headers", CALLERS)
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/555/products/1234/images", {"GET", "HEAD", "POST"}),
        ("DELETE", "/555/products/1234/images", {"GET", "HEAD", "POST"}),
        ("PATCH", "/555/products/1234/images", {"GET", "HEAD", "POST"}),
        ("POST", "/555/products/1234/images/11", {"GET", "HEAD", "PUT", "DELETE"}),
        ("PATCH", "/555/products/1234/images/11", {"GET", "HEAD", "PUT", "DELETE"}),
        ("PATCH", "/x/products/y/images/z", {"GET", "HEAD", "PUT", "DELETE"}),
    ],
)
def test_other_methods_are_not_allowed_to_any_caller(
    tiendanube: Tiendanube,
    method: str,
    path: str,
    allowed: set[str],
    base: str,
    slash: str,
    headers: dict[str, str],
) -> None:
    answer = Gateway()(method, base + path + slash, headers)

    assert_refused(answer, 405, NO_METHOD)
    assert set(re.split(r",\s*", answer.headers["allow"])) == allowed


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("base", BASES)
def test_the_singular_path_is_for_listing_only(
    tiendanube: Tiendanube, base: str, method: str
) -> None:
    answer = tiendanube.send(method, f"{base}/555/product/1234/images", **body_of(method))

    assert_refused(answer, 405, NO_METHOD)
    assert "GET" in answer.headers["allow"]
    assert "POST" not in answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", IMAGES, 200),
        ("HEAD", f"{IMAGES}/11/", 200),
        ("DELETE", f"{IMAGES}/11", 200),
        ("GET", f"{IMAGES}/99", 404),
        ("GET", "/v1/555/nothing", 404),
        ("PATCH", IMAGES, 405),
        ("POST", IMAGES, 415),
    ],
)
def test_every_answer_says_that_requests_are_left(
    abc: Tiendanube, method: str, path: str, status: int
) -> None:
    """Throttling clients wait ten seconds where they are missing (contract §1)."""
    answer = abc.send(method, path)

    expected = {
        "x-rate-limit-limit": "40",
        "x-rate-limit-remaining": "40",
        "x-rate-limit-reset": "0",
    }
    assert answer.status == status
    assert expected.items() <= answer.headers.items()
    refused = abc.send(method, path, {"Authentication": "bearer none-such"})
    assert expected.items() <= refused.headers.items()
