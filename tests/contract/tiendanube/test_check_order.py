"""Tiendanube contract §4, Requests."""

import json
import re
from typing import Any

import pytest
from tests.conftest import World
from tests.contract.tiendanube.conftest import (
    AGENT,
    BAD_ALT,
    BAD_SRC,
    BAD_TOKEN,
    BASES,
    ENCODED,
    IMAGES,
    JPEG,
    LAMP,
    NO_AGENT,
    NO_IMAGE,
    NO_METHOD,
    NO_PRODUCT,
    NO_READING,
    NO_ROUTE,
    NO_TOKEN,
    NO_WRITING,
    A,
    Tiendanube,
    assert_refused,
    body_of,
    envelope,
    file_name,
    ok,
    raw,
)
from tests.gateway import Gateway

from vitrine.domain.shops import ProductMode, product_key

WRONG_TYPE = envelope(415, "Unsupported Media Type", "Content-Type should be application/json")
TOO_LARGE = envelope(
    413,
    "Request Entity Too Large",
    "Send the picture as src, upload it to S3, or with a form of /vitrine/v1",
)
NO_JSON = {"error": "Problems parsing JSON"}
BIG = b'{"src":"http://example.com/lamp.jpg","pad":"'


def padded(size: int, letter: str = "x") -> bytes:
    """A good JSON body of about `size` bytes, exactly that many if the letter has one."""
    room = size - len(BIG) - 2
    return BIG + letter.encode() * (room // len(letter.encode())) + b'"}'


CHECKS: list[tuple[str, str, dict[str, Any], int, dict[str, Any]]] = [
    # Each request breaks a rule and the one after it in the contract's order; the first answers.
    ("GET", "/v1/555/nowhere", {"headers": {"Authentication": ""}}, 404, NO_ROUTE),
    ("PATCH", IMAGES, {"headers": {"Authentication": ""}}, 405, NO_METHOD),
    ("GET", IMAGES, {"headers": {"Authentication": "", "User-Agent": ""}}, 401, NO_TOKEN),
    ("GET", IMAGES, {"headers": {"Authentication": "bad", "User-Agent": ""}}, 401, BAD_TOKEN),
    ("GET", IMAGES.replace("555", "999"), {"headers": {"User-Agent": ""}}, 401, BAD_TOKEN),
    ("POST", IMAGES, raw(b"{}", "text/plain", **{"User-Agent": ""}), 400, NO_AGENT),
    ("POST", IMAGES, raw(b"x" * 6_000_001, "text/plain"), 415, WRONG_TYPE),
    ("PUT", f"{IMAGES}/11", raw(b"x" * 6_000_001, "text/plain"), 415, WRONG_TYPE),
    ("POST", IMAGES, raw(b"x" * 6_000_001), 413, TOO_LARGE),
    ("PUT", f"{IMAGES}/11", raw(b"x" * 6_000_001), 413, TOO_LARGE),
    ("POST", IMAGES, raw(b"{", Authentication="read"), 400, NO_JSON),
    ("PUT", f"{IMAGES}/11", raw(b"{", Authentication="read"), 400, NO_JSON),
    ("POST", "/v1/555/products/x/images", raw(b"{}", Authentication="read"), 403, NO_WRITING),
    ("PUT", f"{IMAGES}/99", raw(b"{}", Authentication="read"), 403, NO_WRITING),
    ("DELETE", f"{IMAGES}/99", {"headers": {"Authentication": "read"}}, 403, NO_WRITING),
    ("GET", f"{IMAGES}/99", {"headers": {"Authentication": "none"}}, 403, NO_READING),
    ("GET", "/v1/555/products/x/images/y", {}, 404, NO_PRODUCT),
    ("DELETE", "/v1/555/products/x/images/99", {}, 404, NO_PRODUCT),
    ("POST", "/v1/555/products/x/images", raw(b'{"position":"x"}'), 404, NO_PRODUCT),
    ("PUT", f"{IMAGES}/99", raw(b'{"position":"x"}'), 404, NO_IMAGE),
    ("GET", "/v1/555/products/x/images?page=9", {}, 404, NO_PRODUCT),
]


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "body"),
    CHECKS,
    ids=[f"{number}-{check[0]}-{check[3]}" for number, check in enumerate(CHECKS)],
)
def test_checks_come_in_the_contracts_order(
    abc: Tiendanube,
    method: str,
    path: str,
    request_: dict[str, Any],
    status: int,
    body: dict[str, Any],
) -> None:
    before = abc.state

    assert_refused(abc.send(method, path, **request_), status, body)
    assert abc.state == before
    assert not abc.world.remote.fetched


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
    ],
)
def test_json_may_say_its_charset(abc: Tiendanube, content_type: str) -> None:
    body = json.dumps({"src": LAMP, "alt": "Lámpara"}, ensure_ascii=False).encode()

    created = abc.send("POST", IMAGES, **raw(body, content_type))
    changed = abc.send("PUT", f"{IMAGES}/{A}", **raw(body, content_type))

    assert (created.status, created.json["alt"]) == (201, {"es": "Lámpara"})
    assert (changed.status, changed.json["alt"]) == (200, {"es": "Lámpara"})


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/vnd.api+json",
        "*/*",
    ],
)
def test_other_content_types_are_refused(abc: Tiendanube, content_type: str | None) -> None:
    before = abc.state
    body = json.dumps({"src": LAMP}).encode()

    for method, path in (("POST", IMAGES), ("PUT", f"{IMAGES}/{A}")):
        assert_refused(abc.send(method, path, **raw(body, content_type)), 415, WRONG_TYPE)
    assert abc.state == before


@pytest.mark.parametrize("content_type", ["text/plain", "", "image/png"])
def test_a_content_type_without_a_body_is_ignored(abc: Tiendanube, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    for method, path in (
        ("GET", IMAGES),
        ("HEAD", IMAGES),
        ("GET", f"{IMAGES}/{A}"),
        ("HEAD", f"{IMAGES}/{A}"),
        ("DELETE", f"{IMAGES}/{A}"),
    ):
        assert abc.send(method, path, headers).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (padded(6_000_000), 201),
        (padded(6_000_001), 413),
        (padded(6_000_100, "é"), 413),
        (b'{"src":"http://example.com/lamp.jpg"}' + b" " * 6_000_000, 413),
    ],
    ids=["6000000-bytes", "6000001-bytes", "fewer-letters", "blanks"],
)
def test_a_body_has_up_to_6_000_000_bytes(tiendanube: Tiendanube, body: bytes, status: int) -> None:
    answer = tiendanube.send("POST", IMAGES, **raw(body))

    assert answer.status == status, answer.body
    if status == 413:
        assert_refused(answer, 413, TOO_LARGE)
        assert not tiendanube.world.remote.fetched


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"null",
        b"[]",
        b'[{"src":"http://example.com/lamp.jpg"}]',
        b"1",
        b"true",
        b'"src"',
        b"src=http://example.com/lamp.jpg",
        b'{"position":1,}',
        b"{'position':1}",
        b"{position:1}",
        b'{"position":01}',
        b'{"position":NaN}',
        b'{"position":-Infinity}',
        b'{"position":1} {}',
        b'{"alt":"\\x"}',
        b'{"a":' + b"[" * 200_000,
    ],
    ids=lambda body: body[:30].decode(),
)
def test_a_body_that_is_no_json_object_is_refused(abc: Tiendanube, body: bytes) -> None:
    before = abc.state

    for method, path in (("POST", IMAGES), ("PUT", f"{IMAGES}/{A}")):
        assert_refused(abc.send(method, path, **raw(body)), 400, NO_JSON)
    assert abc.state == before


def test_a_body_that_is_no_utf_8_is_no_json(abc: Tiendanube) -> None:
    """With this content type, the gateway forwards the body as base64."""
    answer = abc.send("PUT", f"{IMAGES}/{A}", **raw(b'{"alt":"\xff"}', "Application/JSON"))

    assert_refused(answer, 400, NO_JSON)


def test_raw_control_characters_inside_strings_are_accepted(abc: Tiendanube) -> None:
    body = b'{\r\n\t"alt": {"es": "one\ntwo\tthree"},\n"foo": "\x01\r\n"}\n'

    answer = abc.send("PUT", f"{IMAGES}/{A}", **raw(body))

    assert ok(answer).json["alt"] == {"es": "one\ntwo\tthree"}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (rb'{"src":"http://example.com/\ud800.jpg"}', BAD_SRC),
        (rb'{"src":"http://example.com/lamp.jpg","alt":"\ud800"}', BAD_ALT),
        (rb'{"src":"http://example.com/lamp.jpg","alt":{"pt":"a\udc00"}}', BAD_ALT),
    ],
)
def test_half_a_letter_is_no_text(abc: Tiendanube, body: bytes, refusal: dict[str, Any]) -> None:
    """JSON can spell one; no table can hold it, and no answer could show it."""
    for method, path in (("POST", IMAGES), ("PUT", f"{IMAGES}/{A}")):
        assert_refused(abc.send(method, path, **raw(body)), 422, refusal)


def test_half_a_letter_in_a_filename_is_no_failure(abc: Tiendanube) -> None:
    body = json.dumps({"attachment": ENCODED, "filename": "lamp\ud800.gif"}).encode()

    src = abc.send("POST", IMAGES, **raw(body)).json["src"]

    assert re.fullmatch(r"lamp-[0-9a-f]{32}-1024-1024\.gif", file_name(src))


def test_an_image_belongs_to_the_product_of_the_path(abc: Tiendanube) -> None:
    before = abc.state

    for method in ("GET", "PUT", "DELETE"):
        answer = abc.send(method, f"/v1/555/products/1235/images/{A}", **body_of(method))
        assert_refused(answer, 404, NO_IMAGE)
    assert abc.state == before


@pytest.mark.parametrize("base", BASES)
def test_products_exist_as_they_are_registered(world: World, base: str) -> None:
    world.open_shop("shop2", ProductMode.REGISTERED, tiendanube_store_id="777")
    world.issue("two", "shop2", "tiendanube", "write_products")
    world.shops.register_product("shop2", product_key("28"), product_key("Lamp-28"))
    world.remote.pages[LAMP] = JPEG
    send = Gateway(headers={"Authentication": "two", "User-Agent": AGENT})
    path = f"{base}/777/products"

    assert send("GET", f"{path}/28/images").json == []
    created = send("POST", f"{path}/28/images", json={"src": LAMP})
    assert (created.status, created.json["product_id"]) == (201, 28)
    for method, one in (("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1")):
        answer = send(method, f"{path}/29/images{one}", **body_of(method))
        assert_refused(answer, 404, NO_PRODUCT)
    invalid = send("POST", f"{path}/29/images", json={"position": "x"})
    assert_refused(invalid, 404, NO_PRODUCT)
    assert send("HEAD", f"{path}/29/images").status == 404
    assert world.remote.fetched == [LAMP]
