"""GET /shop (contract: vitrine §4.1)."""

import pytest
from tests.contract.vitrine.conftest import Native, bearer, exact

from vitrine.domain.shops import ProductMode


def test_the_shop_is_described_to_its_client(native: Native) -> None:
    answer = native.get("/shop", **bearer("write"))

    assert answer.status == 200
    assert exact(answer) == (
        '{"id":"shop1","language":"es","products":"open","media_url":"https://cdn.example/media",'
        '"limits":{"bytes":20971520,"pixels":50000000,"images":1000,"files":250,'
        '"formats":["image/jpeg","image/png","image/gif","image/webp","image/bmp"]},'
        '"token":{"scopes":["images:read","images:write"],"expires_at":null}}'
    )


@pytest.mark.parametrize(
    ("token", "scopes"),
    [
        ("all", ["images:read", "images:takedown", "images:write"]),
        ("read", ["images:read"]),
        ("write", ["images:read", "images:write"]),
    ],
)
def test_a_token_knows_what_it_permits(native: Native, token: str, scopes: list[str]) -> None:
    assert native.get("/shop", **bearer(token)).json["token"]["scopes"] == scopes


def test_a_token_knows_when_it_expires(native: Native) -> None:
    token = native.get("/shop", **bearer("expiring")).json["token"]

    assert token == {"scopes": ["images:read"], "expires_at": "2026-03-02T17:00:00.007Z"}


def test_language_and_products_are_the_shops(native: Native) -> None:
    native.world.open_shop("shop3", ProductMode.REGISTERED, tiendanube_language="pt_BR")
    native.world.open_shop("shop4")
    for shop in ("shop3", "shop4"):
        native.world.issue(f"of {shop}", shop, "vitrine", "images:read")

    registered = native.get("/shop", **bearer("of shop3")).json
    assert (registered["language"], registered["products"]) == ("pt_BR", "registered")
    assert native.get("/shop", **bearer("of shop4")).json["language"] == "es"
