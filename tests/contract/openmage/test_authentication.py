"""OpenMage contract §2, Authentication.

Signature checks are tested in `tests/unit/test_oauth.py`.
"""

import pytest
from tests.conftest import MEDIA_URL
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    DENIED,
    FR,
    NO_IMAGE,
    NOT_FOUND,
    PNG,
    REJECTED,
    WRITES,
    A,
    OpenMage,
    Operation,
    P,
    assert_refused,
    call,
    encoded,
    every_operation,
    in_both_formats,
    many,
    one,
)
from tests.gateway import Gateway

BAD_BEARERS = ["Bearer unknown", "Bearer revoked", "Bearer foreign", "Bearer admin x", "Bearer "]


@in_both_formats
@pytest.mark.parametrize("value", BAD_BEARERS)
@every_operation
def test_a_bad_bearer_token_is_no_guest(
    stocked: OpenMage, operation: Operation, value: str, kind: str
) -> None:
    stocked.world.issue("revoked", "shop1", "openmage", "read", "write", revoked=True)
    stocked.world.issue("foreign", "shop1", "bigcommerce", "read", "write", "store_v2_products")
    before = stocked.everything

    answer = call(stocked.guest, operation, Authorization=value, **ANSWER_IN[kind])

    assert_refused(answer, *REJECTED, kind=kind)
    assert answer.headers["www-authenticate"] == "OAuth"
    assert stocked.everything == before


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_scheme_is_compared_without_case(stocked: OpenMage, scheme: str) -> None:
    answer = stocked.guest("GET", one(), {"Authorization": f"{scheme} admin"})

    assert answer.json["exclude"] == "0"


GUESTS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("", {"Authorization": ""}),
    ("", {"Authorization": f"Basic {encoded(b'admin:admin')}"}),
    ("", {"Authorization": "Digest username=admin"}),
    ("", {"Authorization": "nonsense"}),
    ("", {"X-Auth-Token": "admin"}),
    (
        "?oauth_consumer_key=k&oauth_token=t&oauth_signature_method=PLAINTEXT&oauth_signature=s%26s",
        {},
    ),
    ("?access_token=admin", {}),
]


@pytest.mark.parametrize(("query", "headers"), GUESTS)
def test_a_caller_without_a_name_is_a_guest(
    stocked: OpenMage, query: str, headers: dict[str, str]
) -> None:
    assert stocked.guest("GET", one() + query, headers).json == {
        key: value for key, value in stocked.get(one()).items() if key != "exclude"
    }
    for operation in WRITES:
        answer = stocked.guest(operation.method, operation.path + query, headers, **operation.body)
        assert_refused(answer, *DENIED)
        assert "www-authenticate" not in answer.headers


def test_the_shop_of_a_guest_is_the_hosts_or_the_default_one(stocked: OpenMage) -> None:
    stocked.world.open_shop("shop2")
    stocked.world.with_gallery("shop2", "8", {A: 0}, alt="two")
    two = Gateway("https://two.example", headers=ANSWER_IN["json"])
    assert_refused(two("GET", one()), *DENIED)

    stocked.world.shops.hosts["*"] = "shop2"
    assert two("GET", one()).json["label"] == "two"
    assert stocked.get_as_guest(one())["label"] == "", "the host's own shop comes first"
    stocked.world.shops.hosts["one.example"] = "shop1"
    one_too = Gateway("https://one.example", headers=ANSWER_IN["json"])
    assert one_too("GET", one()).json["label"] == ""


@in_both_formats
@every_operation
def test_a_guest_without_a_shop_is_denied(
    stocked: OpenMage, operation: Operation, kind: str
) -> None:
    stocked.world.shops.hosts.clear()

    answer = call(stocked.guest, operation, **ANSWER_IN[kind])

    assert_refused(answer, *DENIED, kind=kind)


def test_the_shop_of_an_admin_is_the_tokens_on_every_host(stocked: OpenMage) -> None:
    stocked.world.open_shop("shop2")
    stocked.world.shops.hosts["api.example"] = "shop2"

    assert len(stocked.get(P)) == 2
    elsewhere = Gateway("https://nobody.example", headers=stocked.admin.headers)
    assert len(elsewhere("GET", P).json) == 2


def test_two_shops_see_nothing_of_each_other(stocked: OpenMage) -> None:
    stocked.world.open_shop("shop2", openmage_store_views="1:default,2:fr")
    stocked.world.issue("two", "shop2", "openmage", "read", "write")
    named = stocked.added(file_name="front")
    before = stocked.everything
    two = Gateway(headers={"Authorization": "Bearer two", **ANSWER_IN["json"]})

    for store in ("", FR):
        assert two("GET", many(store)).json == []
        for image in (A, named):
            assert_refused(two("GET", one(image, store)), *NO_IMAGE)
            answer = two("PUT", one(image, store), json={"label": "x", "types": ["image"]})
            assert_refused(answer, *NOT_FOUND)
            assert_refused(two("DELETE", one(image, store)), *NOT_FOUND)
    assert stocked.everything == before
    created = two("POST", P, json={**PNG, "file_name": "front"})
    assert created.headers["location"] == one(1), "ids increase in each shop by itself"
    url = two("GET", one(1)).json["url"]
    assert url == f"{MEDIA_URL}/shop2/catalog/product/f/r/front.png", "and names are its own"
    assert len(stocked.get(P)) == 3
