"""BigCommerce contract §2, Authentication."""

import base64

import pytest
from tests import pictures
from tests.contract.bigcommerce.conftest import (
    BASES,
    EVERYWHERE,
    MUG,
    NO_CREDENTIALS,
    NO_SCOPE,
    NOT_FOUND,
    STORE,
    A,
    BigCommerce,
    Operation,
    P,
    assert_empty,
    assert_refused,
    call,
    every_operation,
    on_both_bases,
    unusable,
)
from tests.gateway import Gateway


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-Token": "all"},
        {"x-auth-token": "all", "X-Auth-Client": "anything"},
        basic("admin", "all"),
        basic("", "all"),
        basic("кто угодно", "all"),
        {"Authorization": basic("admin", "all")["Authorization"].replace("Basic", "bAsIc")},
        {"X-Auth-Token": "all", **basic("admin", "unknown")},
        {"X-Auth-Token": "all", "Authorization": "nonsense"},
    ],
    ids=str,
)
@on_both_bases
def test_tokens_come_in_a_header_or_as_a_password(
    shop: BigCommerce, base: str, headers: dict[str, str]
) -> None:
    answer = Gateway()("GET", f"{base}/products/29/images/count", headers)

    assert (answer.status, answer.json) == (200, {"count": 0})


def test_the_shop_is_known_by_the_credential_and_never_by_the_host(shop: BigCommerce) -> None:
    shop.with_gallery()
    elsewhere = Gateway("https://store-def456.mybigcommerce.com")

    for base in BASES:
        answer = elsewhere("GET", f"{base}/products/29/images/count", {"X-Auth-Token": "all"})
        assert answer.json == {"count": 3}


BAD_CREDENTIALS: list[dict[str, str]] = [
    {},
    {"X-Auth-Client": "all"},
    {"X-Auth-Token": ""},
    {"X-Auth-Token": "unknown"},
    {"X-Auth-Token": "revoked"},
    {"X-Auth-Token": "evotor"},
    {"X-Auth-Token": "Bearer all"},
    {"X-Auth-Token": "unknown", **basic("admin", "all")},
    {"Authorization": "Bearer all"},
    {"Authorization": "all"},
    {"Authorization": "Basic"},
    {"Authorization": "Basic all"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic " + base64.b64encode(b"all").decode()},
    {"Authorization": "Basic " + base64.b64encode(b"admin:\xff\xfe").decode()},
    basic("all", ""),
    basic("admin", "unknown"),
    basic("admin", "revoked"),
    basic("admin", "evotor"),
]


@pytest.mark.parametrize("headers", BAD_CREDENTIALS, ids=str)
@every_operation
def test_without_a_good_token_every_operation_answers_401(
    shop: BigCommerce, operation: Operation, headers: dict[str, str]
) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    for base in BASES:
        answer = call(Gateway(), operation, base, headers=headers)
        assert_refused(answer, NO_CREDENTIALS)
    assert shop.everything == before


@pytest.mark.parametrize("store", ["def456", "unknown", "ABC123", "abc12", "abc1234", "%20abc123"])
@every_operation
def test_a_token_opens_no_store_but_its_own(
    shop: BigCommerce, operation: Operation, store: str
) -> None:
    shop.with_gallery({A: 0})
    shop.world.with_gallery("shop2", "29", {A: 0})
    before = shop.everything
    nobody = call(Gateway(), operation, STORE)

    answer = call(shop.send, operation, f"/stores/{store}/v2")

    assert_refused(answer, NO_CREDENTIALS)
    assert answer == nobody, "a client cannot tell a foreign store from a bad token"
    assert shop.everything == before


@every_operation
def test_read_only_tokens_do_not_write(shop: BigCommerce, operation: Operation) -> None:
    shop.with_gallery({A: 0})
    before = shop.everything

    answer = call(shop.send, operation, headers={"X-Auth-Token": "read"})

    if operation.writes:
        assert_refused(answer, NO_SCOPE)
        assert shop.everything == before
    else:
        assert answer.status == operation.status


@every_operation
def test_tokens_without_a_scope_do_nothing(shop: BigCommerce, operation: Operation) -> None:
    shop.with_gallery({A: 0})

    assert_refused(call(shop.send, operation, headers={"X-Auth-Token": "none"}), NO_SCOPE)


def test_two_shops_see_nothing_of_each_other(shop: BigCommerce) -> None:
    shop.with_gallery({A: 0})
    shop.file("x/a.png", pictures.png())
    before = shop.everything
    theirs = {"X-Auth-Token": "two"}
    images = "/stores/def456/v2/products/29/images"

    for path in (P, images):
        assert_empty(shop.send("GET", path, theirs))
        assert shop.send("GET", f"{path}/count", theirs).json == {"count": 0}
        for method in ("GET", "PUT", "DELETE"):
            assert_refused(shop.send(method, f"{path}/11", theirs), NOT_FOUND)
        assert_empty(shop.send("DELETE", path, theirs))
        copied = shop.send("POST", path, theirs, json={"image_file": "x/a.png"})
        assert_refused(copied, unusable("x/a.png"))
    assert shop.send("GET", EVERYWHERE, theirs).json == {"count": 0}
    assert shop.everything == before
    other = shop.send("POST", images, theirs, json={"image_file": MUG})
    assert other.json["id"] == 1, "ids increase in each shop by itself"
    assert shop.get(EVERYWHERE) == {"count": 1}
