"""The edge: nothing gets past it, and every request leaves its traces."""

import hashlib
import json
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import Gateway, event_of

from bigcommerce.delete_image import handler as delete_image
from evotor.wire import dialect
from vitrine.domain.errors import (
    ConflictError,
    InternalError,
    OriginalMissingError,
    RecordMissingError,
)
from vitrine.edge.dialect import Dialect
from vitrine.edge.request import parse_event

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
IMAGES = f"/stores/{STORE}/products/8/images"


def test_a_dialect_that_never_looks_at_scopes_cannot_be() -> None:
    with pytest.raises(ValueError, match="does not check scopes"):
        Dialect("lax", {}, dialect.authenticate, (), dialect.refuse)


@pytest.mark.parametrize("counts", ["yes", "no"])
def test_a_request_leaves_one_line_and_three_metrics_if_asked_for(
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    counts: str,
) -> None:
    monkeypatch.setenv("DIALECT_METRICS", counts)
    world.open_shop("s1", evotor_store_id=STORE.lower())
    world.issue("secret", "s1", "evotor", "product.image:read")

    answer = Gateway()("GET", IMAGES, {"Authorization": "secret"})

    assert answer.status == 200
    assert "www-authenticate" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    (line,) = [record for record in caplog.records if record.message == "request"]
    logged: dict[str, Any] = vars(line)
    assert logged["request_id"]
    assert logged["duration_ms"] >= 0
    assert (logged["bytes_in"], logged["bytes_out"]) == (0, len(answer.body))
    assert "error" not in logged
    wanted = {"shop": "s1", "dialect": "evotor", "operation": "list_images", "status": 200}
    assert {name: logged[name] for name in wanted} == wanted
    emitted = [json.loads(each) for each in capsys.readouterr().out.splitlines() if "_aws" in each]
    if counts == "no":
        assert emitted == []
        return
    (metrics,) = emitted
    assert metrics["dialect"] == "evotor"
    assert (metrics["Requests"], metrics["Failures"]) == ([1.0], [0.0])
    assert metrics["Duration"][0] >= 0


def test_a_request_that_cannot_be_handed_on_is_an_internal_error(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.open_shop("s1", evotor_store_id=STORE)
    world.issue("secret", "s1", "evotor", "product.image:read")

    def fail(dialect: str, operation: str, event: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world.functions, "call", fail)

    answer = Gateway()("GET", f"{IMAGES}/", {"Authorization": "secret"})

    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert "secret detail" not in answer.body
    lines = [vars(each) for each in caplog.records if each.message == "request"]
    assert [(each["status"], each["error"]) for each in lines] == [
        (500, "RuntimeError: secret detail")
    ]


def test_a_caller_who_is_refused_before_the_request_is_handed_on_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.open_shop("s1", evotor_store_id=STORE)

    assert Gateway()("GET", f"{IMAGES}/", {"Authorization": "unknown"}).status == 401

    (line,) = [vars(each) for each in caplog.records if each.message == "request"]
    assert (line["status"], line["operation"]) == (401, "unknown_route")


@pytest.mark.parametrize(
    "error",
    [
        ConflictError(),
        OriginalMissingError("originals/x"),
        RecordMissingError("originals/x"),
        InternalError(),
        ValueError("x"),
    ],
)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/555/products/7/images", "tiendanube"),
        ("/api/v2/products/7/images", "bigcommerce"),
        (IMAGES, "evotor"),
        ("/api/rest/products/7/images", "openmage"),
    ],
)
def test_a_500_leaves_its_cause(
    world: World,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    name: str,
    error: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise error

    world.open_shop(
        "s1", evotor_store_id=STORE, tiendanube_store_id="555", bigcommerce_store_hash="abc"
    )
    scopes = ("product.image:read", "read_products", "store_v2_products", "read")
    world.issue("t", "s1", name, *scopes)
    monkeypatch.setattr(world.galleries, "gallery_with_images", fail)
    token = {"Authorization": "Bearer t", "X-Auth-Token": "t", "User-Agent": "x"}

    assert Gateway()("GET", path, token).status == 500

    (request,) = [each for each in caplog.records if each.message == "request"]
    assert vars(request)["error"] == f"{type(error).__name__}: {error}"
    (line,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert line.exc_info is not None
    assert line.exc_info[1] is error
    assert vars(line)["request_id"]
    assert vars(line)["shop"] == "s1"


def test_a_line_names_the_objects_that_a_request_stored_and_removed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.open_shop("s1", evotor_store_id=STORE)
    world.issue("t", "s1", "evotor", "product.image:read", "product.image:write")
    login = {"Authorization": "t"}
    picture = {"datafile": ("a.png", pictures.png())}

    Gateway()("POST", IMAGES, login, files=picture)
    Gateway()("GET", IMAGES, login)
    Gateway()("POST", IMAGES, login, files=picture)
    Gateway()("POST", IMAGES, {**login, "Idempotency-Key": "1"}, files={"datafile": ("a", b"x")})
    Gateway()("DELETE", IMAGES, login)

    lines = [vars(each) for each in caplog.records if each.message == "request"]
    folder = f"originals/1/0-{hashlib.sha256(pictures.png()).hexdigest()[:20]}"
    named = [each.get("objects") for each in lines]
    assert named == [[folder], None, None, None, [folder]], "Evotor has one image a product"
    assert all("replayed" not in each for each in lines)


class Context:
    """What Lambda tells a function of its time."""

    def __init__(self, *remaining: float) -> None:
        self.remaining = iter(remaining)

    def get_remaining_time_in_millis(self) -> int:
        return round(next(self.remaining) * 1000)


def test_conflicts_are_retried_while_the_function_has_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def lose(*_: object) -> None:
        attempts.append(1)
        raise ConflictError

    world.open_shop("s1", bigcommerce_store_hash="abc")
    world.issue("t", "s1", "bigcommerce", "store_v2_products")
    world.with_gallery("s1", "7", {1: 0})
    monkeypatch.setattr(world.galleries, "commit", lose)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    request = httpx.Request(
        "DELETE", "https://api.example/api/v2/products/7/images/1", headers={"X-Auth-Token": "t"}
    )
    _, event = event_of(request)

    answer = delete_image(event, Context(*[20.0] * 30, 2.0))

    assert answer["statusCode"] == 500
    assert len(attempts) == 1 + 31, "more than any number of attempts, and no longer than the time"


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/v9/x/"])
def test_unknown_paths_are_logged(caplog: pytest.LogCaptureFixture, path: str) -> None:
    answer = Gateway()("GET", path)

    assert (answer.status, answer.json) == (404, {"message": "Not Found"})
    assert caplog.messages == ["path of no dialect"]


def test_stored_ids_are_compared_and_answered_in_upper_case(world: World) -> None:
    world.open_shop("s1", evotor_store_id=STORE.lower())
    world.issue("secret", "s1", "evotor", "product.image:read")

    assert Gateway()("GET", IMAGES, {"Authorization": "secret"}).status == 200


def test_names_of_headers_have_no_case_and_methods_are_capitals() -> None:
    request = parse_event(
        {
            "rawPath": "/",
            "headers": {"X-Authorization": "a"},
            "requestContext": {"requestId": "1", "http": {"method": "get"}},
        }
    )

    assert (request.method, request.headers["x-authorization"]) == ("GET", "a")


@pytest.mark.parametrize(
    ("name", "scope", "path", "body"),
    [
        ("tiendanube", "write_products", "/v1/555/products/7/images", b'{"alt":"caf\xe9"}'),
        ("bigcommerce", "store_v2_products", "/api/v2/products/7/images", b'{"x":"\xff\xfe"}'),
        ("openmage", "write", "/api/rest/products/7/images", b'{"label":"caf\xe9"}'),
    ],
)
def test_json_that_is_not_utf_8_is_refused(
    world: World, name: str, scope: str, path: str, body: bytes
) -> None:
    """The gateway replaces such bytes by U+FFFD, which would be stored."""
    world.open_shop("s1", tiendanube_store_id="555", bigcommerce_store_hash="abc")
    world.issue("t", "s1", name, scope)
    headers = {
        "Authorization": "Bearer t",
        "X-Auth-Token": "t",
        "User-Agent": "x",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }

    answer = Gateway()("POST", path, headers, content=body)
    replaced = Gateway()("POST", path, headers, content='{"alt":"\ufffd"}'.encode())

    assert answer.status == 400
    assert (
        answer.json
        == {
            "tiendanube": {"error": "Problems parsing JSON"},
            "bigcommerce": [{"status": 400, "message": "The request body could not be parsed."}],
            "openmage": {"messages": {"error": [{"code": 400, "message": "Decoding error."}]}},
        }[name]
    )
    assert answer.json != replaced.json, "a replacement character that was sent is text"
