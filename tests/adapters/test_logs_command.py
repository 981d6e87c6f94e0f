"""`vitrine logs` over log groups in moto, which ignores filter patterns for JSON lines."""

import json
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from tests.adapters.conftest import Account
from tests.adapters.test_imports_command import OUTPUTS
from typer.testing import CliRunner

from vitrine.clock import now
from vitrine_cli.app import app
from vitrine_cli.operations import deployed_stack, log_events
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.ui.failure import FailureError

NOW = now().replace(microsecond=0)
KEY = "originals/acme/7/0-0123456789abcdef0123/a.png"
LAMBDA = "8f5a1c1e-8a6b-4a0f-9c1f-0123456789ab"


@pytest.fixture
def stack(account: Account, monkeypatch: pytest.MonkeyPatch) -> DeployedStack:
    """A stack with two requests, one of which failed, a rendition, and a refusal."""
    stack = DeployedStack("shop", account, OUTPUTS, "https://api.example", "https://cdn.example")
    monkeypatch.setattr(deployed_stack, "selected", lambda *_: stack)
    for group in log_events.GROUPS:
        name = f"/vitrine/shop/{group}"
        stack.logs().create_log_group(logGroupName=name)
        stack.logs().create_log_stream(logGroupName=name, logStreamName="s")
    put(
        stack,
        "api",
        (30, request("r1", "create_image", 201, objects=[KEY.replace("/acme", "")[:-6]])),
        (20, request("r2", "list_images", 500, error="ConflictError: lost")),
        (20, {"level": "ERROR", "message": "request failed", "request_id": "r2"}),
        (10, f"START RequestId: {LAMBDA} Version: 4"),
    )
    line = {"level": "INFO", "message": "renditions", "key": KEY, "stored": 15}
    put(stack, "pipeline", (25, line))
    refused = {"requestId": "g1", "method": "POST", "path": "/v1/55", "status": "413"}
    put(stack, "access", (15, {**refused, "integrationStatus": "-", "latency": "1"}))
    return stack


def request(number: str, operation: str, status: int, **facts: Any) -> dict[str, Any]:
    names = {"request_id": number, "shop": "acme", "dialect": "evotor", "operation": operation}
    return {"message": "request", **names, "status": status, "duration_ms": 8.0, **facts}


def put(stack: DeployedStack, group: str, *lines: tuple[int, Any]) -> None:
    """Write lines, each some minutes ago."""
    events = []
    for minutes, line in lines:
        at = NOW - timedelta(minutes=minutes)
        text = line if isinstance(line, str) else json.dumps(line)
        events.append({"timestamp": round(at.timestamp() * 1000), "message": text})
    name = f"/vitrine/shop/{group}"
    stack.logs().put_log_events(logGroupName=name, logStreamName="s", logEvents=events)


def run(*options: str) -> Any:
    return CliRunner().invoke(app, ["logs", *options])


def seen(*options: str) -> list[str]:
    """The operations that the command shows."""
    result = run("--json", "--minutes", "600", *options)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["operation"] for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), ["create_image", "renditions", "list_images", "POST /v1/55"]),
        (("--shop", "acme"), ["create_image", "renditions", "list_images"]),
        (("--shop", "acm"), []),
        (("--dialect", "evotor"), ["create_image", "list_images"]),
        (("--dialect", "gateway"), ["POST /v1/55"]),
        (("--operation", "list_images"), ["list_images"]),
        (("--status", "5xx"), ["list_images"]),
        (("--status", "413"), ["POST /v1/55"]),
        (("--status", "200-499"), ["create_image", "POST /v1/55"]),
        (("--pipeline",), ["renditions"]),
        (("--request", "r1"), ["create_image", "renditions"]),
        (("--request", "r2"), ["list_images"]),
        (("--request", "g1"), ["POST /v1/55"]),
        (("--request", "r1", "--pipeline"), ["renditions"]),
    ],
)
def test_options_choose_lines(
    stack: DeployedStack, options: tuple[str, ...], shown: list[str]
) -> None:
    assert seen(*options) == shown


def test_the_beginning_can_be_some_minutes_ago(stack: DeployedStack) -> None:
    minutes = ceil((now() - NOW) / timedelta(minutes=1)) + 22

    assert seen("--minutes", str(minutes)) == ["list_images", "POST /v1/55"]


def test_the_beginning_can_be_a_time(stack: DeployedStack) -> None:
    moment = NOW - timedelta(minutes=17)
    local = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")

    for text in (local, f"{local}+00:00", moment.isoformat()):
        assert seen("--since", text) == ["POST /v1/55"], text
    assert seen("--since", moment.strftime("%H:%M:%S")) == ["POST /v1/55"]
    assert seen("--since", f"{(now() - moment).seconds}s") == ["POST /v1/55"]
    wrong = run("--since", "some day")
    assert isinstance(wrong.exception, FailureError)
    assert str(wrong.exception) == (
        "'some day' is no time: write 5m, 2h, 18:02, 2026-11-26 or 2026-11-26T03:10."
    )


def test_a_person_reads_one_line_for_each_with_its_cause(stack: DeployedStack) -> None:
    lines = run("--minutes", "600").stdout.splitlines()

    assert len(lines) == 4
    at = datetime.fromtimestamp((NOW - timedelta(minutes=20)).timestamp(), UTC)
    assert lines[2].split() == [
        *(f"{at:%H:%M:%S}.000", "acme", "evotor", "list_images", "500", "8", "ms", "0", "B"),
        *("r2", "ConflictError:", "lost"),
    ]


def test_raw_lines_are_those_that_were_written(stack: DeployedStack) -> None:
    raw = run("--raw", "--minutes", "600").stdout.splitlines()

    assert len(raw) == 6
    assert f"START RequestId: {LAMBDA} Version: 4" in raw
    traced = run("--raw", "--minutes", "600", "--request", "r2").stdout.splitlines()
    assert [json.loads(line)["message"] for line in traced] == ["request", "request failed"]


@pytest.mark.parametrize(
    "option",
    ["--json", "--pipeline", "--shop=a", "--dialect=evotor", "--operation=get", "--status=5xx"],
)
def test_raw_lines_are_not_chosen(stack: DeployedStack, option: str) -> None:
    """They are not read as requests, so such an option would have no effect."""
    assert run("--raw", option).exit_code == 2


def test_too_many_lines_are_told(stack: DeployedStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_events, "MOST", 3)

    result = run("--minutes", "600", "--json")

    assert len(result.stdout.splitlines()) == 3
    assert isinstance(result.exception, log_events.TooManyEventsError)
    assert "There are more than 3 lines." in str(result.exception)


@pytest.mark.parametrize(
    "options", [(), ("--raw",), ("--json",), ("--request", "r9"), ("--status", "5xx")]
)
def test_that_nothing_was_found_is_told(stack: DeployedStack, options: tuple[str, ...]) -> None:
    result = run("--since", (NOW - timedelta(minutes=5)).isoformat(), *options)

    assert (result.exit_code, result.stdout) == (0, "")
    assert f"No such line since {NOW - timedelta(minutes=5):%Y-%m-%d %H:%M}" in result.stderr


def test_a_request_is_not_followed(stack: DeployedStack) -> None:
    assert run("--request", "r1", "--follow").exit_code == 2
