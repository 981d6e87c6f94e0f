"""OpenMage contract §4.2, Order of checks."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from tests.contract.openmage.conftest import (
    API,
    DATA,
    DENIED,
    FR,
    FULL,
    JSON,
    MISSING,
    MULTIPART,
    NO_CHARSET,
    NO_CONTENT_TYPE,
    NO_FORMAT,
    NO_IMAGE,
    NO_METHOD,
    NO_MIME_TYPE,
    NO_PICTURE,
    NO_ROUTE,
    NO_STORE,
    NOT_BASE64,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    NOT_SPECIFIED,
    NOTHING_SENT,
    PNG,
    PRE_VALIDATOR,
    REJECTED,
    TOO_LARGE,
    UNKNOWN,
    UNREADABLE,
    A,
    OpenMage,
    P,
    assert_refused,
    assert_written,
    encoded,
    many,
    one,
    unknown_type,
)

from vitrine.domain.shops import product_key

LIST = {**PNG, "label": [1]}
LATIN = {"Content-Type": "application/json; charset=iso-8859-1"}
HUGE = "{" * 6_000_001


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "refusal"),
    [
        # Accept, credentials, route, method, role, version, kind of the path
        ("GET", P, {"Accept": "text/html", "Authorization": "Bearer no"}, "", NO_FORMAT),
        ("GET", f"{API}/x", {"Authorization": "Bearer no"}, "", REJECTED),
        ("PATCH", f"{API}/x", {"Authorization": ""}, "", NO_ROUTE),
        ("PATCH", P, {"Authorization": ""}, "", NO_METHOD),
        ("DELETE", P, {"Authorization": "", "Version": "x"}, "", DENIED),
        ("PUT", one(MISSING, "9"), {"Authorization": ""}, "", DENIED),
        ("DELETE", one(), {"Authorization": "", "Version": "x"}, "", DENIED),
        ("DELETE", one(product="1" * 65), {"Authorization": ""}, "", NO_ROUTE),
        ("POST", many("9"), {"Version": "x"}, "", (400, 'Invalid version "x" requested.')),
        ("DELETE", P, {"Version": "x"}, "", (400, 'Invalid version "x" requested.')),
        ("PUT", many("9"), {}, "", NOT_IMPLEMENTED),
        ("POST", one(MISSING, "9"), {}, "", NOT_IMPLEMENTED),
        # the body
        ("POST", many("9"), {}, HUGE, NO_CONTENT_TYPE),
        (
            "POST",
            many("9"),
            {"Content-Type": "multipart/form-data; charset=iso-8859-1; boundary=b"},
            HUGE,
            MULTIPART,
        ),
        (
            "POST",
            many("9"),
            {"Content-Type": "text/css; charset=iso-8859-1"},
            HUGE,
            unknown_type("text/css"),
        ),
        ("POST", many("9"), LATIN, HUGE, NO_CHARSET),
        ("POST", many("9"), JSON, HUGE, TOO_LARGE),
        ("POST", many("9"), JSON, "[1", UNREADABLE),
        ("POST", many("9"), JSON, '[{"foo":1}]', NOT_IMPLEMENTED),
        ("POST", many("9"), JSON, '{"foo":1}', NOTHING_SENT),
        ("PUT", one(MISSING, "9"), JSON, '{"foo":1}', NOTHING_SENT),
        ("PUT", one(MISSING, "9"), JSON, "", UNREADABLE),
        # the rest
        ("GET", one(MISSING, "9"), {}, "", NO_STORE),
        ("DELETE", one(MISSING, "9"), {}, "", NO_STORE),
        ("PUT", one(MISSING, "9"), JSON, json.dumps(LIST), NO_STORE),
        ("PUT", one(MISSING, FR), JSON, json.dumps(LIST), NOT_FOUND),
    ],
    ids=lambda each: each if isinstance(each, str) and len(each) < 50 else "",
)
def test_checks_come_in_their_order(
    stocked: OpenMage,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str,
    refusal: tuple[int, str],
) -> None:
    before = stocked.everything

    answer = stocked.admin(method, path, headers, content=body)

    assert_refused(answer, *refusal, kind="xml" if refusal is NO_FORMAT else "json")
    assert stocked.everything == before


class Fix(NamedTuple):
    """The answer to what is wrong still, and what puts the first of it right."""

    refusal: tuple[Any, ...]
    fields: Mapping[str, Any] = {}
    store: str = ""
    product: str = ""


POST_LADDER = [
    Fix(NOT_SPECIFIED, {"file_mime_type": "image/bmp", "file_content": "data:!"}),
    Fix(NOT_BASE64, {"file_content": NO_PICTURE}),
    Fix(NO_MIME_TYPE, {"file_mime_type": "image/png"}),
    Fix(UNKNOWN, {"file_content": encoded(DATA)}),
    Fix(NO_STORE, store=FR),
    Fix(NOT_FOUND, product="28"),
    Fix(FULL, product="29"),
    Fix(UNKNOWN, {"file_name": "ab"}),
    Fix(PRE_VALIDATOR),
]
PUT_LADDER = [
    Fix(NO_STORE, store=FR),
    Fix(NOT_FOUND, product="sku-28"),
    Fix(NOT_FOUND),  # the image, which the test puts right
    Fix(NOT_BASE64, {"file_content": NO_PICTURE}),
    Fix(NO_MIME_TYPE, {"file_mime_type": "image/png"}),
    Fix(UNKNOWN, {"file_content": encoded(DATA)}),
    Fix(UNKNOWN, {"file_name": "ab"}),
    Fix(PRE_VALIDATOR),
]


@pytest.mark.parametrize("bad", [{"label": [1]}, {"position": {}}, {"exclude": []}])
def test_checks_of_a_post_come_in_their_order(registered: OpenMage, bad: dict[str, Any]) -> None:
    world = registered.world
    world.with_gallery("shop3", "28", {number: number for number in range(1, 1001)})
    world.shops.register_product("shop3", product_key("29"))
    fields: dict[str, Any] = {"file_name": "a/b", **bad}
    store, product = "9", "8"

    for step in POST_LADDER:
        before = registered.everything
        answer = registered.admin("POST", many(store, product), json=fields)
        assert_refused(answer, *step.refusal)
        assert registered.everything == before
        fields |= step.fields
        store, product = step.store or store, step.product or product

    fields = {name: value for name, value in fields.items() if name not in bad}
    assert_written(registered.admin("POST", many(store, product), json=fields))


@pytest.mark.parametrize("bad", [{"label": [1]}, {"position": {}}, {"exclude": []}])
def test_checks_of_a_put_come_in_their_order(registered: OpenMage, bad: dict[str, Any]) -> None:
    registered.world.with_gallery("shop3", "28", {A: 0})
    fields: dict[str, Any] = {
        "file_content": "data:!",
        "file_mime_type": "image/bmp",
        "file_name": "a/b",
        **bad,
    }
    store, product, image = "9", "8", MISSING

    for number, step in enumerate(PUT_LADDER):
        before = registered.everything
        answer = registered.admin("PUT", one(image, store, product), json=fields)
        assert_refused(answer, *step.refusal)
        assert registered.everything == before
        fields |= step.fields
        store, product = step.store or store, step.product or product
        image = A if number == 2 else image

    fields = {name: value for name, value in fields.items() if name not in bad}
    assert_written(registered.admin("PUT", one(image, store, product), json=fields))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_store_then_product_then_image(registered: OpenMage, method: str) -> None:
    last = NO_IMAGE if method == "GET" else NOT_FOUND

    assert_refused(registered.admin(method, one(MISSING, "9", "8")), *NO_STORE)
    assert_refused(registered.admin(method, one(MISSING, "2", "8")), *NOT_FOUND)
    assert_refused(registered.admin(method, one(MISSING, "2", "28")), *last)
    assert_refused(registered.admin("GET", many("9", "8")), *NO_STORE)
    assert_refused(registered.admin("GET", many("2", "8")), *NOT_FOUND)
