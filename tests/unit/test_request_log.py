"""The log for people: one line for each request, with the cause of each failure."""

import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from vitrine_cli.commands.log_lines import log_line
from vitrine_cli.operations.log_events import LogEvent
from vitrine_cli.operations.log_following import OVERLAP, follow
from vitrine_cli.operations.request_log import Wanted, entries, parse_status
from vitrine_cli.ui.failure import FailureError

AT = 1_772_420_047_120  # 2026-03-02T02:54:07.120Z
LAMBDA = "8f5a1c1e-8a6b-4a0f-9c1f-0123456789ab"


def event(group: str, message: object, at: int = AT, number: int = 1) -> LogEvent:
    text = message if isinstance(message, str) else json.dumps(message)
    return LogEvent(at, f"{at}-{number}", group, text)


def request(**facts: Any) -> LogEvent:
    line = {
        "level": "INFO",
        "message": "request",
        "request_id": "r1",
        "shop": "acme",
        "dialect": "bigcommerce",
        "operation": "create_image",
        "status": 201,
        "duration_ms": 84.2,
        "bytes_in": 1_200_000,
        "bytes_out": 400,
    }
    return event("api", {**line, **facts})


def access(**facts: str) -> LogEvent:
    line = {
        "requestId": "g1",
        "method": "POST",
        "path": "/v1/55/products/7/images",
        "status": "413",
        "latency": "1",
        "integrationError": "-",
        "integrationStatus": "-",
    }
    return event("access", {**line, **facts})


def shown(*events: LogEvent) -> list[str]:
    return [log_line(each).plain for each in entries(events)]


def test_a_request_is_one_line() -> None:
    assert shown(request()) == [
        "02:54:07.120  acme      bigcommerce  create_image      201      84 ms    1.2 MB  r1"
    ]


def test_a_failure_names_its_cause() -> None:
    failed = request(status=500, error="ConflictError: other writers won 16 times", bytes_in=0)

    (line,) = shown(failed)
    assert line.endswith(
        "  500      84 ms     400 B  r1  ConflictError: other writers won 16 times"
    )


def test_the_traceback_of_a_request_is_no_line_of_its_own() -> None:
    trace = {"level": "ERROR", "message": "request failed", "request_id": "r1", "exception": "T"}

    assert shown(event("api", trace)) == []


def test_a_failure_without_a_request_is_a_line() -> None:
    trace = {"level": "ERROR", "message": "x", "exception": "Traceback …\nKeyError: 'TABLE'"}

    (line,) = shown(event("api", trace))
    assert line.split() == ["02:54:07.120", "-", "api", "x", "KeyError:", "'TABLE'"]


def test_what_the_gateway_refused_is_a_line_and_what_a_function_answered_is_not() -> None:
    answered = access(status="404", integrationStatus="200")

    (line,) = shown(access(), answered)
    assert line.split() == [
        *("02:54:07.120", "-", "gateway", "POST", "/v1/55/products/7/images"),
        *("413", "1", "ms", "g1", "(no", "function", "was", "asked)"),
    ]


def test_a_path_of_no_dialect_is_a_line() -> None:
    facts = {"request_id": "r1", "method": "GET", "path": "/favicon.ico"}

    (entry,) = entries([event("api", {"message": "path of no dialect", **facts})])

    assert (entry.dialect, entry.operation, entry.status, entry.request, entry.failed) == (
        *("gateway", "GET /favicon.ico", 404, "r1", False),
    )
    assert Wanted(dialect="gateway", status=(404, 404)).includes(entry)


def test_a_function_that_was_killed_is_a_line_with_the_gateways_cause() -> None:
    killed = access(status="503", integrationError="Sandbox.Timedout: after 15 s")

    (entry,) = entries([killed])

    assert (entry.status, entry.failed, entry.text) == (503, True, "Sandbox.Timedout: after 15 s")


@pytest.mark.parametrize(
    "line",
    [
        f"START RequestId: {LAMBDA} Version: 4",
        f"END RequestId: {LAMBDA}",
        f"REPORT RequestId: {LAMBDA}\tDuration: 2.00 ms",
        "INIT_START Runtime Version: python:3.13.v1",
    ],
)
def test_lambdas_own_lines_are_left_out(line: str) -> None:
    assert shown(event("api", line), event("pipeline", line)) == []


def test_a_time_out_is_shown() -> None:
    (entry,) = entries([event("pipeline", f"{AT} RequestId: {LAMBDA} Task timed out after 60 s")])

    assert (entry.failed, entry.request, entry.dialect) == (True, LAMBDA, "pipeline")


def report(status: str, **record: Any) -> LogEvent:
    """What Lambda reports of an invocation in its log format JSON."""
    facts = {"requestId": LAMBDA, "status": status, "metrics": {"durationMs": 15_000.4}, **record}
    line = {"time": "2026-03-02T02:54:07.120Z", "type": "platform.report", "record": facts}
    return event("api", line)


@pytest.mark.parametrize(
    ("status", "record", "text"),
    [
        ("timeout", {}, "timeout after 15000 ms"),
        ("failure", {}, "failure after 15000 ms"),
        ("error", {"errorType": "Runtime.ExitError"}, "error Runtime.ExitError after 15000 ms"),
        ("timeout", {"metrics": {}}, "timeout"),
    ],
)
def test_a_function_that_lambda_ended_is_shown(
    status: str, record: dict[str, Any], text: str
) -> None:
    (entry,) = entries([report(status, **record)])

    assert (entry.operation, entry.request, entry.text) == ("function", LAMBDA, text)
    assert entry.failed


def test_what_a_function_raised_is_one_line() -> None:
    raised = {
        "timestamp": "2026-03-02T02:54:07Z",
        "log_level": "ERROR",
        "errorType": "RecordMissingError",
        "errorMessage": "originals/acme/1/0-a/x.png",
        "requestId": LAMBDA,
        "stackTrace": ["…"],
    }
    both = [event("pipeline", raised), report("error", errorType="RecordMissingError")]

    (entry,) = entries(both)

    assert (entry.dialect, entry.request, entry.failed) == ("pipeline", LAMBDA, True)
    assert entry.text == "RecordMissingError: originals/acme/1/0-a/x.png"


@pytest.mark.parametrize(
    "line",
    [
        {"time": "2026-03-02T02:54:07Z", "type": "platform.runtimeDone", "record": {}},
        {"type": "platform.report", "record": {"requestId": LAMBDA, "status": "success"}},
        {"_aws": {"Timestamp": AT}, "dialect": "evotor", "Requests": [1.0]},
    ],
)
def test_metrics_and_lambdas_events_of_success_are_left_out(line: dict[str, Any]) -> None:
    assert shown(event("api", line), event("pipeline", line)) == []


def test_a_step_of_the_pipeline_is_a_line_of_its_shop() -> None:
    line = {"level": "INFO", "message": "renditions", "key": "originals/acme/0/7", "stored": 14}

    (entry,) = entries([event("pipeline", line)])

    assert (entry.shop, entry.operation) == ("acme", "renditions")
    assert entry.text == "originals/acme/0/7 stored=14"


@pytest.mark.parametrize(
    ("wanted", "included"),
    [
        (Wanted(), True),
        (Wanted(shop="acme"), True),
        (Wanted(shop="other"), False),
        (Wanted(dialect="bigcommerce", operation="create_image"), True),
        (Wanted(dialect="evotor"), False),
        (Wanted(status=(200, 299)), True),
        (Wanted(status=(202, 299)), False),
        (Wanted(pipeline=True), False),
    ],
)
def test_filters(wanted: Wanted, included: bool) -> None:
    (entry,) = entries([request()])

    assert wanted.includes(entry) is included


def test_the_server_filters_what_it_can() -> None:
    wanted = Wanted(shop="acme", dialect="openmage", status=(500, 599))

    assert wanted.groups == ("api",)
    assert wanted.pattern == (
        '{ $.shop = "acme" && $.dialect = "openmage" && $.status >= 500 && $.status <= 599 }'
    )
    assert Wanted().pattern == ""
    assert Wanted(pipeline=True).groups == ("pipeline",)
    assert Wanted(dialect="gateway").groups == ("access", "api")


@pytest.mark.parametrize(
    ("given", "bounds"),
    [("", None), ("404", (404, 404)), ("5xx", (500, 599)), ("400-499", (400, 499))],
)
def test_statuses(given: str, bounds: tuple[int, int] | None) -> None:
    assert parse_status(given) == bounds


@pytest.mark.parametrize("given", ["x", "6xx", "40", "400-", "4004"])
def test_other_statuses_are_refused(given: str) -> None:
    with pytest.raises(FailureError, match="write 404, 5xx or 400-499"):
        parse_status(given)


def test_json_names_what_is_known() -> None:
    (entry,) = entries([request()])

    assert entry.as_json() == {
        "at": "2026-03-02T02:54:07.120+00:00",
        "shop": "acme",
        "dialect": "bigcommerce",
        "operation": "create_image",
        "status": 201,
        "milliseconds": 84.2,
        "size": 1_200_400,
        "request": "r1",
        "failed": False,
    }


def test_following_shows_each_event_once_even_if_it_comes_late() -> None:
    """Of three readings, the second brings an event that is older than the newest known one."""
    first, late, newest = (event("api", "x", AT + ms, ms) for ms in (1000, 500, 40_000))
    readings = iter([[first], [late, first], [first, newest], [newest]])
    asked: list[int] = []

    class EndedError(Exception):
        pass

    def read(since: int) -> Iterator[LogEvent]:
        asked.append(since)
        found = next(readings, None)
        if found is None:
            raise EndedError
        return iter(found)

    seen: list[LogEvent] = []
    following = follow(read, AT, Event(), pause=0)
    seen += (next(following), next(following), next(following))
    with pytest.raises(EndedError):
        next(following)

    assert seen == [first, late, newest]
    assert asked == [AT, AT, AT, AT + 40_000 - OVERLAP, AT + 40_000 - OVERLAP]


def test_following_ends_between_two_events() -> None:
    ended = Event()
    first, second = (event("api", "x", AT, number) for number in (1, 2))
    following = follow(lambda _: iter([first, second]), AT, ended)

    assert next(following) == first
    ended.set()

    assert list(following) == []
