"""OpenMage contract §1, Routes."""

from importlib import import_module
from urllib.parse import quote

import httpx
import pytest
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    API,
    DENIED,
    FILES,
    FR,
    MISSING,
    NO_IMAGE,
    NO_METHOD,
    NO_ROUTE,
    NO_STORE,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    OPERATIONS,
    PNG,
    READS,
    A,
    B,
    C,
    OpenMage,
    Operation,
    P,
    assert_refused,
    assert_written,
    call,
    every_operation,
    every_write,
    in_both_formats,
    many,
    name_of,
    one,
)
from tests.gateway import event_of


@pytest.mark.parametrize("store", ["", FR])
def test_an_image_is_added_listed_read_changed_and_deleted(shop: OpenMage, store: str) -> None:
    image = shop.added(many(store), label="front", types=["image"])
    path = one(image, store)
    shown = {
        "id": str(image),
        "label": "front",
        "position": "1",
        "exclude": "0",
        "url": f"{FILES}/i/m/image.png",
        "types": ["image"],
    }

    assert shop.get(path) == shown
    assert shop.get(many(store)) == [shown]
    shop.put({"label": "back"}, image, store)
    assert shop.get(path) == {**shown, "label": "back"}
    shop.delete(image, store)
    assert shop.get(many(store)) == []
    assert_refused(shop.admin("GET", path), *NO_IMAGE)
    assert_refused(shop.admin("PUT", path, json={"label": "x"}), *NOT_FOUND)
    assert_refused(shop.admin("DELETE", path), *NOT_FOUND)


@in_both_formats
@every_write
def test_writes_answer_200_and_nothing(stocked: OpenMage, operation: Operation, kind: str) -> None:
    answer = call(stocked.admin, operation, **ANSWER_IN[kind])

    assert_written(answer)
    if operation.method == "POST":
        assert answer.headers["location"] == f"{API}/products/8/images/13"
    else:
        assert "location" not in answer.headers


@every_operation
def test_one_trailing_slash_is_tolerated(stocked: OpenMage, operation: Operation) -> None:
    plain = call(stocked.admin, operation) if operation.method == "GET" else None

    answer = call(stocked.admin, operation, "/")

    assert answer.status == 200, answer.body
    if plain:
        assert answer == plain
    else:
        assert_written(answer)
    if operation.method == "POST":
        assert answer.headers["location"] == one(C)


def test_location_is_spelled_so(shop: OpenMage) -> None:
    request = httpx.Request(
        "POST", f"https://api.example{P}", headers={"Authorization": "Bearer admin"}, json=PNG
    )
    route, event = event_of(request)
    module, _, function = route.handler.rpartition(".")

    answer = getattr(import_module(module), function)(event, None)

    assert answer["headers"]["Location"] == f"{API}/products/8/images/1"


@pytest.mark.parametrize(
    "product",
    [
        "8",
        "MUG-1.x_~",
        "Mug%201",
        "caf%C3%A9",
        "%D0%BA%D0%BE%D1%82",
        "a+b",
        "a:b,c@d",
        "a%25b",
        "%2E",
        "%2E%2E",
    ],
)
@pytest.mark.parametrize("store", ["", FR])
def test_location_names_the_product_as_the_client_did(
    shop: OpenMage, product: str, store: str
) -> None:
    answer = shop.admin("POST", many(store, product), json=PNG)

    location = answer.headers["location"]
    assert location == f"{API}/products/{product}/images/1"
    assert shop.get(location)["id"] == "1"


@pytest.mark.parametrize(
    "product", ["x", "1" * 64, quote("é" * 64), quote("東" * 64), "a%20b", "..%20", "images", "-1"]
)
def test_a_product_has_up_to_64_characters(shop: OpenMage, product: str) -> None:
    shop.added(many(product=product))

    assert [each["id"] for each in shop.get(many(product=product))] == ["1"]


@pytest.mark.parametrize(
    "product", ["1" * 65, quote("é" * 65), "a%2Fb", "%00", "a%0Ab", "a%1F", "%7F"]
)
@every_operation
def test_other_products_match_no_route(
    stocked: OpenMage, operation: Operation, product: str
) -> None:
    other = operation._replace(path=operation.path.replace("/8/", f"/{product}/"))

    assert_refused(call(stocked.admin, other), *NO_ROUTE)


def test_products_are_compared_without_case(shop: OpenMage) -> None:
    image = shop.added(many(product="Mug-%C3%89"))

    assert [each["id"] for each in shop.get(many(product="mUG-%C3%A9"))] == [str(image)]
    assert shop.admin("DELETE", one(image, product="MUG-%C3%A9")).status == 200
    assert shop.get(many(product="Mug-%C3%89")) == []


@pytest.mark.parametrize(
    "image",
    [
        "99",
        "0",
        "-11",
        "+11",
        "11.0",
        "1e1",
        "abc",
        "11x",
        "%2011",
        "11%20",
        "store",
        "9" * 40,
        "%D9%A1%D9%A1",
        "11%0A",
        "0x0b",
        "11.json",
    ],
)
@pytest.mark.parametrize("store", ["", FR])
def test_anything_but_the_id_of_an_image_is_an_unknown_image(
    stocked: OpenMage, image: str, store: str
) -> None:
    path = one(image, store)

    assert_refused(stocked.admin("GET", path), *NO_IMAGE)
    assert_refused(stocked.guest("GET", path), *NOT_FOUND)
    assert_refused(stocked.admin("PUT", path, json={"label": "x"}), *NOT_FOUND)
    assert_refused(stocked.admin("DELETE", path), *NOT_FOUND)


def test_an_image_of_another_product_is_unknown(stocked: OpenMage) -> None:
    for store in ("", FR):
        path = one(A, store, product="9")
        assert_refused(stocked.admin("GET", path), *NO_IMAGE)
        assert_refused(stocked.guest("GET", path), *NOT_FOUND)
        assert_refused(stocked.admin("PUT", path, json={"label": "x"}), *NOT_FOUND)
        assert_refused(stocked.admin("DELETE", path), *NOT_FOUND)
    assert stocked.get(one())["label"] == ""


@pytest.mark.parametrize("spelled", ["2", "fr"])
def test_stores_are_named_by_number_or_code(stocked: OpenMage, spelled: str) -> None:
    stocked.put({"label": "avant"}, store=spelled)

    for each in ("2", "fr"):
        assert stocked.get(one(store=each))["label"] == "avant"
        assert [item["label"] for item in stocked.get(many(each))] == ["avant", ""]
    for each in ("", "0", "admin", "1", "default", "3", "de"):
        assert stocked.get(one(store=each))["label"] == ""


@pytest.mark.parametrize("store", ["0", "admin"])
def test_store_0_and_admin_are_global(stocked: OpenMage, store: str) -> None:
    stocked.put({"label": "front"}, store=store)
    assert stocked.get(one())["label"] == "front"
    assert stocked.get(one(store=FR))["label"] == "front"
    image = stocked.added(many(store), label="back", types=["image"])
    assert stocked.get(one(image)) == stocked.get(one(image, FR))
    assert stocked.get(one(image))["label"] == "back"
    stocked.delete(store=store)
    assert [each["id"] for each in stocked.get(many(FR))] == [str(B), str(image)]
    assert_refused(stocked.admin("GET", one()), *NO_IMAGE)


@pytest.mark.parametrize("store", ["4", "-1", "en", "FR", "Admin", "fr%20", "1.0", "1:default"])
@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if f"/store/{FR}" in each.path], ids=name_of
)
def test_other_stores_are_invalid(stocked: OpenMage, operation: Operation, store: str) -> None:
    before = stocked.everything
    other = operation._replace(path=operation.path.replace("/store/2", f"/store/{store}"))

    assert_refused(call(stocked.admin, other), *NO_STORE)
    if not operation.writes:
        assert_refused(call(stocked.guest, other), *NO_STORE)
    assert stocked.everything == before


NOWHERE = [
    API,
    f"{API}/",
    f"{API}/products",
    f"{API}/products/8",
    f"{API}/products/8/",
    f"{API}/products//images",
    f"{API}/products/8/image",
    f"{API}/products/8/Images",
    f"{API}/Products/8/images",
    f"{API}/products/8/images/11/Store/2",
    f"{API}/products/8/images/11/stores/2",
    f"{API}/products/8/images/11/12",
    f"{API}/products/8/images/11/store",
    f"{API}/products/8/images/store/2/11",
    f"{API}/products/8/images/11/store/2/3",
    f"{API}/products/8/categories",
    f"{API}/stockitems",
    f"{API}/v1/products/8/images",
]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_other_paths_match_no_route_for_any_caller(
    stocked: OpenMage, method: str, path: str
) -> None:
    for send in (stocked.admin, stocked.guest):
        assert_refused(send(method, path), *NO_ROUTE)
    answer = stocked.guest(method, path, ANSWER_IN["xml"])
    assert_refused(answer, *NO_ROUTE, kind="xml")


KINDS_OF_PATH = [
    (many(), {"GET", "POST"}),
    (many(FR), {"GET", "POST"}),
    (one(), {"GET", "PUT", "DELETE"}),
    (one(store=FR), {"GET", "PUT", "DELETE"}),
]


@in_both_formats
@pytest.mark.parametrize(("path", "allowed"), KINDS_OF_PATH)
def test_some_methods_are_not_implemented_for_a_path(
    stocked: OpenMage, path: str, allowed: set[str], kind: str
) -> None:
    before = stocked.everything

    for method in {"GET", "POST", "PUT", "DELETE"} - allowed:
        for suffix in ("", "/"):
            answer = stocked.admin(method, path + suffix, ANSWER_IN[kind])
            assert_refused(answer, *NOT_IMPLEMENTED, kind=kind)
            assert_refused(stocked.guest(method, path + suffix), *DENIED)
    assert stocked.everything == before


@in_both_formats
@pytest.mark.parametrize("method", ["PATCH", "PROPFIND", "TRACE"])
@pytest.mark.parametrize(("path", "allowed"), KINDS_OF_PATH)
def test_other_methods_are_invalid_for_any_caller(
    stocked: OpenMage, path: str, allowed: set[str], method: str, kind: str
) -> None:
    for send in (stocked.admin, stocked.guest):
        for suffix in ("", "/"):
            answer = send(method, path + suffix, ANSWER_IN[kind])
            assert_refused(answer, *NO_METHOD, kind=kind)


@in_both_formats
@pytest.mark.parametrize(
    "path", [each.path for each in READS] + [one(MISSING), many("9"), f"{API}/orders", f"{P}/"]
)
def test_head_answers_as_get_without_body(stocked: OpenMage, path: str, kind: str) -> None:
    for send in (stocked.admin, stocked.guest):
        got = send("GET", path, ANSWER_IN[kind])
        head = send("HEAD", path, ANSWER_IN[kind])
        assert got.body
        assert head.body == ""
        assert head.status == got.status
        assert head.headers["content-type"] == got.headers["content-type"]
