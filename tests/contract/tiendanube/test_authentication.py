"""Tiendanube contract §2, Authentication."""

import httpx
import pytest
from tests.contract.tiendanube.conftest import (
    AGENT,
    BAD_TOKEN,
    BASES,
    IMAGES,
    LAMP,
    NO_AGENT,
    NO_IMAGE,
    NO_READING,
    NO_TOKEN,
    NO_WRITING,
    OPERATIONS,
    A,
    Tiendanube,
    assert_refused,
    body_of,
    ok,
)
from tests.gateway import Answer, Gateway


@pytest.mark.parametrize(
    "headers",
    [
        {"Authentication": "bearer all"},
        {"authentication": "Bearer all"},
        {"Authentication": "BEARER all"},
        {"Authentication": "all"},
        {"Authentication": "  bearer   all "},
        {"Authorization": "Bearer all"},
        {"authorization": "bearer all"},
        {"Authorization": "all"},
        {"Authentication": "bearer all", "Authorization": "Bearer unknown"},
    ],
)
@pytest.mark.parametrize("base", BASES)
def test_tokens_are_found_where_the_platforms_clients_put_them(
    abc: Tiendanube, base: str, headers: dict[str, str]
) -> None:
    path = f"{base}/555/products/1234/images/{A}"

    assert Gateway(headers={"User-Agent": AGENT})("GET", path, headers).json == abc.get(A)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authentication": ""},
        {"Authentication": "  "},
        {"Authentication": "bearer"},
        {"Authentication": "Bearer "},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"X-Authorization": "all"},
    ],
)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_a_token_every_operation_answers_401(
    abc: Tiendanube, method: str, path: str, scope: str, headers: dict[str, str]
) -> None:
    before = abc.state

    answer = Gateway(headers={"User-Agent": AGENT})(
        method, IMAGES + path, headers, **body_of(method)
    )

    if method == "HEAD":
        assert (answer.status, answer.body) == (401, "")
    else:
        assert_refused(answer, 401, NO_TOKEN)
    assert abc.state == before


@pytest.mark.parametrize(
    ("headers", "store"),
    [
        ({"Authentication": "bearer unknown"}, "555"),
        ({"Authorization": "Bearer unknown"}, "555"),
        ({"Authentication": "bearer revoked"}, "555"),
        ({"Authentication": "bearer foreign"}, "555"),
        ({"Authentication": "Basic all"}, "555"),
        ({"Authentication": "bearer unknown", "Authorization": "Bearer all"}, "555"),
        ({"Authentication": "bearer two"}, "555"),
        ({"Authentication": "bearer three"}, "555"),
        ({"Authentication": "bearer all"}, "777"),
        ({"Authentication": "bearer all"}, "999"),
        ({"Authentication": "bearer all"}, "0555"),
        ({"Authentication": "bearer all"}, "555.0"),
        ({"Authentication": "bearer all"}, "shop1"),
        ({"Authentication": "bearer three"}, "None"),
    ],
)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_bad_token_and_a_foreign_store_get_one_and_the_same_answer(
    abc: Tiendanube,
    method: str,
    path: str,
    scope: str,
    base: str,
    headers: dict[str, str],
    store: str,
) -> None:
    world = abc.world
    world.open_shop("shop2", tiendanube_store_id="777")
    world.issue("two", "shop2", "tiendanube", "write_products")
    world.open_shop("shop3", evotor_store_id="555")
    world.issue("three", "shop3", "tiendanube", "write_products")
    before = abc.state

    for product in ("1234", "x"):
        answer = Gateway(headers={"User-Agent": AGENT})(
            method, f"{base}/{store}/products/{product}/images{path}", headers, **body_of(method)
        )

        if method == "HEAD":
            assert (answer.status, answer.body) == (401, "")
        else:
            assert_refused(answer, 401, BAD_TOKEN)
    assert abc.state == before


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_token_covers_its_scopes_and_writing_implies_reading(
    abc: Tiendanube, method: str, path: str, scope: str, base: str
) -> None:
    def answer(secret: str) -> Answer:
        path_ = f"{base}/555/products/1234/images{path}"
        return abc.send(method, path_, {"Authentication": secret}, **body_of(method))

    for secret in ("none",) if scope == "read_products" else ("none", "read"):
        if method == "HEAD":
            assert answer(secret).status == 403
        else:
            body = NO_READING if scope == "read_products" else NO_WRITING
            assert_refused(answer(secret), 403, body)
    if scope == "read_products":
        assert answer("read").status == 200
    assert answer("write").status in (200, 201)


@pytest.mark.parametrize("agent", [None, "", "   "])
@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_clients_name_themselves(
    abc: Tiendanube, method: str, path: str, scope: str, agent: str | None
) -> None:
    headers = {"Authentication": "bearer all"}
    request = httpx.Request(
        method, f"https://api.example{IMAGES}{path}", headers=headers, **body_of(method)
    )
    request.headers.pop("user-agent", None)
    if agent is not None:
        request.headers["user-agent"] = agent

    answer = abc.send.send(request)

    if method == "HEAD":
        assert (answer.status, answer.body) == (400, "")
    else:
        assert_refused(answer, 400, NO_AGENT)


@pytest.mark.parametrize("agent", ["x", "curl/8", "-"])
def test_any_name_of_a_client_passes(abc: Tiendanube, agent: str) -> None:
    assert ok(abc.send("GET", IMAGES, {"User-Agent": agent})).json


def test_two_shops_see_nothing_of_each_other(abc: Tiendanube) -> None:
    world = abc.world
    world.open_shop("shop2", tiendanube_store_id="777")
    world.issue("two", "shop2", "tiendanube", "write_products")
    before = abc.listed()
    theirs = Gateway(headers={"Authentication": "bearer two", "User-Agent": AGENT})
    path = "/v1/777/products/1234/images"

    assert theirs("GET", path).json == []
    for method in ("GET", "PUT", "DELETE"):
        answer = theirs(method, f"{path}/{A}", **body_of(method))
        assert_refused(answer, 404, NO_IMAGE)
    other = theirs("POST", path, json={"src": LAMP}).json
    assert (other["position"], other["product_id"]) == (1, 1234)
    assert theirs("GET", path).json == [other]
    assert theirs("DELETE", f"{path}/{other['id']}").status == 200
    assert abc.listed() == before


def test_the_same_picture_in_two_shops_has_two_urls(tiendanube: Tiendanube) -> None:
    tiendanube.world.open_shop("shop2", tiendanube_store_id="777")
    tiendanube.world.issue("two", "shop2", "tiendanube", "write_products")
    theirs = Gateway(headers={"Authentication": "bearer two", "User-Agent": AGENT})

    mine = tiendanube.created()
    other = theirs("POST", "/v1/777/products/1234/images", json={"src": LAMP}).json

    assert other["id"] == mine["id"], "both are image 1 of their shop"
    assert other["src"] != mine["src"]
    assert tiendanube.ids(f"?src={other['src']}") == []
