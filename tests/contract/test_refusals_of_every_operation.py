"""What every operation of every dialect refuses alike gets an answer that its file describes.

`Gateway` compares every answer with the file.
"""

import json
from dataclasses import dataclass
from typing import NoReturn

import pytest
from tests.conftest import World
from tests.fakes import FakeShops
from tests.gateway import Answer, Gateway
from tests.generated_requests import headers_of, operations

from gateway.dialects import account_of
from vitrine import environment
from vitrine.domain.errors import ConflictError, ThrottledError, UnavailableError

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
STORES = {"tiendanube": "555", "bigcommerce": "abc123", "evotor": STORE}
VARIABLES = {"product": "7", "image": "11", "upload": "u3k", "take_down": "t3k"}
EVOTOR_IMAGE = "00000000-0000-8000-8000-00000000000b"
Operation = tuple[str, str, str]
with_operation = pytest.mark.parametrize("operation", operations())


@dataclass
class BrokenShops(FakeShops):
    """Shops in a table that cannot be read."""

    error: type[Exception] = RuntimeError

    def shop(self, shop: str) -> NoReturn:
        raise self.error(shop)

    credential = shop
    shop_of_host = shop


def send(operation: Operation, headers: dict[str, str], content: bytes = b"") -> Answer:
    """Send a request of one operation."""
    dialect, path, method = operation
    image = EVOTOR_IMAGE if dialect == "evotor" else VARIABLES["image"]
    named = {**VARIABLES, "store": STORES.get(dialect, "default"), "image": image}
    return Gateway()(method.upper(), path.format_map(named), headers, content=content)


@with_operation
def test_a_client_without_credentials(operation: Operation, world: World) -> None:
    world.open_shop("shop1")

    answer = send(operation, {"user-agent": "test"})

    assert answer.status == (403 if operation[0] == "openmage" else 401)


@with_operation
def test_a_client_without_the_scope(operation: Operation, world: World) -> None:
    dialect, path, _ = operation
    world.open_shop(
        "shop1", tiendanube_store_id="555", bigcommerce_store_hash="abc123", evotor_store_id=STORE
    )
    world.issue("secret", "shop1", dialect)

    sent = {**headers_of(dialect, "secret"), "Content-Type": "application/json"}

    answer = send(operation, sent, b"{}")

    assert answer.status == (401 if path == "/api/auth/token" else 403)


@pytest.mark.parametrize("error", [ThrottledError, UnavailableError, RuntimeError])
@with_operation
def test_a_table_that_cannot_be_read(
    operation: Operation, error: type[Exception], world: World
) -> None:
    world.shops = BrokenShops(error=error)
    sent = {**headers_of(operation[0], "secret")}
    if operation[1] == "/api/auth/token":
        sent["Authorization"] = "Basic YTpi"

    with environment.use(world.environment):
        answer = send(operation, sent)

    assert answer.status in (429, 500, 503)


@pytest.mark.parametrize(
    ("media_type", "body", "status"),
    [
        ("text/plain", "{}", 415),
        ("application/json", json.dumps("x" * 1_000_000), 413),
        ("application/json", "{", 400),
    ],
)
@pytest.mark.parametrize(
    "operation",
    [each for each in operations() if each[0] == "vitrine" and each[2] in ("put", "post", "patch")],
)
def test_bodies_that_vitrines_own_api_does_not_read(
    operation: Operation, media_type: str, body: str, status: int, world: World
) -> None:
    world.open_shop("shop1")
    world.issue("secret", "shop1", "vitrine", *account_of("vitrine").scopes)
    sent = {**headers_of("vitrine", "secret"), "Content-Type": media_type}

    assert send(operation, sent, body.encode()).status == status


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", "/products", ""),
        ("GET", "/products/7/images/11", ""),
        ("PATCH", "/products/7/images/11", '{"alt":"Red lamp"}'),
        ("DELETE", "/products/7/images/11", ""),
        ("POST", "/take-downs", '{"product":"7","image":11}'),
    ],
)
def test_operations_of_vitrines_own_api_that_lose_every_race(
    method: str, path: str, content: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.open_shop("shop1")
    world.issue("secret", "shop1", "vitrine", *account_of("vitrine").scopes)
    world.with_gallery("shop1", "7", {11: 0})

    def lose(*_: object) -> NoReturn:
        raise ConflictError

    for name in ("commit", "heads_of", "gallery_with_image"):
        monkeypatch.setattr(world.galleries, name, lose)
    monkeypatch.setattr("time.sleep", lambda _: None)
    sent = {**headers_of("vitrine", "secret"), "Content-Type": "application/json"}

    answer = Gateway()(method, f"/vitrine/v1{path}", sent, content=content.encode())

    assert answer.status == 409
