"""One rule for paths in every dialect: repeated slashes, and versions that do not exist."""

from typing import Any

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import Gateway

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
TOKEN = {"Authorization": "Bearer t", "X-Auth-Token": "t", "User-Agent": "x"}
PATHS = {
    "evotor": f"/stores/{STORE}/products/8/images",
    "tiendanube": "/v1/555/products/8/images",
    "bigcommerce": "/api/v2/products/8/images",
    "openmage": "/api/rest/products/8/images",
}
SCOPES = ("product.image:read", "read_products", "store_v2_products_read_only", "read", "images")


@pytest.fixture
def send(world: World, request: pytest.FixtureRequest) -> Gateway:
    world.open_shop(
        "s1", evotor_store_id=STORE, tiendanube_store_id="555", bigcommerce_store_hash="abc123"
    )
    world.with_gallery("s1", "8", {1: 0})
    return Gateway(headers=TOKEN)


@pytest.mark.parametrize("name", PATHS)
def test_repeated_slashes_are_one(world: World, send: Gateway, name: str) -> None:
    world.issue("t", "s1", name, *SCOPES)
    path = PATHS[name]
    expected = send("GET", path)

    assert expected.status == 200
    for spelled in (f"{path}//", f"/{path}", path.replace("/", "//"), path.replace("/8/", "//8/")):
        answer = send("GET", spelled)
        assert (answer.status, answer.body) == (200, expected.body), spelled


def test_repeated_slashes_are_one_for_inventorum(world: World, send: Gateway) -> None:
    world.issue("t", "s1", "inventorum", *SCOPES)
    body: dict[str, Any] = {
        "files": {"image": ("a.png", pictures.png())},
        "data": {"type": "product"},
    }

    assert send("POST", "//api//images//", **body).status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/stores/abc123/v3/catalog/products/8/images",
            [{"status": 404, "message": "The requested resource was not found."}],
        ),
        ("/api/v3/products", [{"status": 404, "message": "The requested resource was not found."}]),
        ("/v2/555/products", {"code": 404, "message": "Not Found", "description": None}),
        (
            "/2024-01/555/products/8/images",
            {"code": 404, "message": "Not Found", "description": None},
        ),
    ],
)
def test_a_version_that_does_not_exist_is_answered_in_its_platforms_shape(
    world: World, send: Gateway, path: str, body: Any
) -> None:
    answer = send("GET", path)

    assert (answer.status, answer.json) == (404, body)
