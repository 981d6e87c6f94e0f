"""The edge: nothing gets past it, and every request leaves its traces."""

import json
from typing import Any

import pytest
from tests.conftest import World
from tests.gateway import Gateway

from evotor.wire import dialect
from vitrine.edge.dialect import Dialect
from vitrine.edge.request import parse_event

STORE = "20240105-1A2B-40C3-80D4-0123456789AB"
IMAGES = f"/stores/{STORE}/products/8/images"


def test_a_dialect_that_never_looks_at_scopes_cannot_be() -> None:
    with pytest.raises(ValueError, match="does not check scopes"):
        Dialect("lax", {}, dialect.authenticate, (), dialect.refuse)


def test_a_request_leaves_one_line_and_three_metrics(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world.open_shop("s1", evotor_store_id=STORE.lower())
    world.issue("secret", "s1", "evotor", "product.image:read")

    answer = Gateway()("GET", IMAGES, {"Authorization": "secret"})

    assert answer.status == 200
    assert "www-authenticate" not in answer.headers
    (line,) = [record for record in caplog.records if record.message == "request"]
    logged: dict[str, Any] = vars(line)
    assert logged["request_id"]
    assert logged["duration_ms"] >= 0
    wanted = {"shop": "s1", "dialect": "evotor", "operation": "list_images", "status": 200}
    assert {name: logged[name] for name in wanted} == wanted
    emitted = [json.loads(each) for each in capsys.readouterr().out.splitlines() if "_aws" in each]
    (metrics,) = emitted
    assert metrics["dialect"] == "evotor"
    assert (metrics["Requests"], metrics["Failures"]) == ([1.0], [0.0])
    assert metrics["Duration"][0] >= 0


def test_a_request_that_cannot_be_handed_on_is_a_failure_of_ours(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.open_shop("s1", evotor_store_id=STORE)
    world.issue("secret", "s1", "evotor", "product.image:read")

    def fail(dialect: str, operation: str, event: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world.functions, "call", fail)

    answer = Gateway()("GET", f"{IMAGES}/", {"Authorization": "secret"})

    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert "secret detail" not in answer.body


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/v9/x/"])
def test_nobodys_paths_are_logged(caplog: pytest.LogCaptureFixture, path: str) -> None:
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
