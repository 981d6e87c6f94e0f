"""The identity of objects that POSTs create (contract: vitrine §3.3)."""

import re
from typing import Any

import httpx
import pytest
from tests.contract.vitrine.conftest import BASE, Native, assert_refused, bearer, problem
from tests.gateway import Answer, event_of

from native.wire import WRITE, created, dialect
from vitrine.domain.errors import IdempotencyKeyReusedError
from vitrine.domain.idempotency import ObjectIdentity
from vitrine.edge.endpoint import endpoint
from vitrine.edge.idempotency import identify
from vitrine.edge.request import Call
from vitrine.edge.response import Response

PATH = "/products/7/order"  # any path of the dialect: the operation below is the test's own


@pytest.fixture
def create(native: Native) -> Any:
    """Sends a PUT that creates one object for each identity, as the dialect's POSTs do."""
    stored: dict[str, ObjectIdentity] = {}

    @endpoint(dialect, scope=WRITE)
    def handler(call: Call) -> Response:
        identity = identify(call, "u")
        first = stored.setdefault(identity.id, identity)
        identity.check(first.fingerprint)
        replayed = first is not identity
        return created({"id": identity.id}, f"/uploads/{identity.id}", replayed=replayed)

    def send(key: str | None = "k", path: str = PATH, caller: str = "all", **body: Any) -> Answer:
        headers = {**bearer(caller), **({} if key is None else {"Idempotency-Key": key})}
        request = httpx.Request(
            "PUT", f"https://api.example{BASE}{path}", headers=headers, json=body or {"a": 1}
        )
        _, event = event_of(request)
        answer = handler(event, None)
        lower = {name.lower(): value for name, value in answer["headers"].items()}
        return Answer(answer["statusCode"], answer["body"], lower)

    return send


def test_the_same_request_gets_the_same_object(create: Any) -> None:
    first, again = create(), create()

    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert re.fullmatch("u[a-z2-7]{26}", first.json["id"])
    assert first.headers["location"] == f"/vitrine/v1/uploads/{first.json['id']}"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("more", [{"a": 2}, {"path": "/products/8/order"}, {"path": PATH + "?x"}])
def test_another_request_with_the_key_is_refused(create: Any, more: dict[str, Any]) -> None:
    create()

    title = "The idempotency key was used with another request."
    assert_refused(create(**more), problem(422, "idempotency_mismatch", title))


def test_another_key_or_credential_is_another_object(create: Any) -> None:
    ids = {
        answer.json["id"]
        for answer in (create(), create("k2"), create(caller="write"), create(None), create(None))
    }

    assert len(ids) == 5


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\x7f"])
def test_a_key_is_visible_ascii(create: Any, key: str) -> None:
    detail = "Idempotency-Key is not 1 to 255 visible ASCII characters."

    refused = problem(400, "malformed", "The request cannot be read.", detail=detail)
    assert_refused(create(key), refused)
    assert create("x" * 255).status == 201


def test_a_fingerprint_is_checked() -> None:
    identity = ObjectIdentity("u1", "a")

    identity.check("a")
    with pytest.raises(IdempotencyKeyReusedError):
        identity.check("b")
