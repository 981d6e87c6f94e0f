"""A client of Vitrine's own API, its shop, and the bodies of its errors (contract: vitrine)."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import World
from tests.gateway import Answer, Gateway

from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image

BASE = "/vitrine/v1"
NOW = datetime(2026, 3, 2, 9, 0, 0, 7_000, tzinfo=UTC)
EXPIRES = NOW + timedelta(hours=8)
SCOPES = ("images:read", "images:takedown", "images:write")
A, B, C = 11, 12, 13


@dataclass
class Native:
    """A client of the shop `shop1` with a token for everything."""

    world: World
    send: Gateway

    def __call__(self, method: str, path: str, **more: Any) -> Answer:
        return self.send(method, BASE + path, **more)

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, headers=header_names(headers))

    @property
    def gallery(self) -> Gallery:
        return self.world.galleries.heads["shop1", "7"]

    def record(self, image: int) -> Image:
        return self.world.galleries.records["shop1", "7"][image]

    @property
    def state(self) -> tuple[Any, ...]:
        """All that must not change when a request is refused."""
        return self.world.everything


def header_names(headers: dict[str, str]) -> dict[str, str]:
    """Headers whose names are written as keyword arguments, `if_match` for `if-match`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def native(world: World) -> Native:
    world.open_shop("shop1", tiendanube_language="es")
    world.open_shop("shop2")
    world.issue("all", "shop1", "vitrine", *SCOPES)
    world.issue("read", "shop1", "vitrine", "images:read")
    world.issue("write", "shop1", "vitrine", "images:write")
    world.issue("takedown", "shop1", "vitrine", "images:takedown")
    world.issue("none", "shop1", "vitrine")
    world.issue("revoked", "shop1", "vitrine", *SCOPES, revoked=True)
    world.issue("foreign", "shop1", "evotor", *SCOPES)
    world.issue("other", "shop2", "vitrine", *SCOPES)
    expiring = world.issue("expiring", "shop1", "vitrine", "images:read")
    world.shops.create_credential(replace(expiring, expires_at=EXPIRES))
    world.clock = lambda: NOW
    return Native(world, Gateway(headers=bearer("all")))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def problem(status: int, code: str, title: str, **members: Any) -> dict[str, Any]:
    """A problem without `request_id`, which differs from request to request."""
    return {
        "type": f"urn:vitrine:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        **members,
    }


def assert_refused(answer: Answer, body: dict[str, Any], **headers: str) -> None:
    """The answer is exactly this problem, with the headers that every error has."""
    found = answer.json
    assert found.pop("request_id")
    assert (answer.status, found) == (body["status"], body)
    assert answer.headers == {
        "content-type": "application/problem+json",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        **header_names(headers),
    }


def exact(answer: Answer) -> str:
    """The body as it is, without white space between its parts."""
    assert answer.body == json.dumps(answer.json, separators=(",", ":"), ensure_ascii=False)
    return answer.body


UNAUTHORIZED = problem(401, "unauthorized", "The token is missing or not valid.")
NO_ROUTE = problem(404, "not_found", "The resource does not exist.", what="route")
NO_PRODUCT = problem(404, "not_found", "The resource does not exist.", what="product")
NO_IMAGE = problem(404, "not_found", "The resource does not exist.", what="image")


def forbidden(scope: str) -> dict[str, Any]:
    return problem(
        *(403, "forbidden", "The token does not permit this operation."),
        detail=f"The token lacks the scope {scope}.",
        scope=scope,
    )


@pytest.fixture
def abc(native: Native) -> Native:
    """Product 7 with A, the thumbnail, and B and C at the same sort."""
    native.world.with_gallery("shop1", "7", {A: 0, B: 5, C: 5}, thumbnail=A)
    return native
