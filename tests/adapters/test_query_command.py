"""`vitrine query` over the log groups of a stack. moto takes queries and computes no statistics."""

import json
import time
from typing import Any

import pytest
from tests.adapters.conftest import Account
from tests.adapters.test_imports_command import OUTPUTS
from typer.testing import CliRunner

from vitrine.clock import now
from vitrine_cli.app import app
from vitrine_cli.operations import deployed_stack, log_queries
from vitrine_cli.operations.deployed_stack import DeployedStack
from vitrine_cli.ui.failure import FailureError

GROUP = "/vitrine/shop/api"


@pytest.fixture
def stack(account: Account, monkeypatch: pytest.MonkeyPatch) -> DeployedStack:
    stack = DeployedStack("shop", account, OUTPUTS, "https://api.example", "https://cdn.example")
    monkeypatch.setattr(deployed_stack, "selected", lambda *_: stack)
    logs = account.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    line = {"timestamp": round(time.time() * 1000), "message": "x" * 1_000}
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=[line] * 9)
    return stack


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["query", *arguments])


def queries(stack: DeployedStack) -> list[str]:
    found = stack.logs().describe_queries(logGroupName=GROUP)["queries"]
    return [each["queryString"] for each in found]


def test_without_a_name_all_queries_are_listed() -> None:
    assert "gateway-refusals" in run().stdout
    rows = [json.loads(line) for line in run("--json").stdout.splitlines()]
    assert {"name", "title", "group"} == rows[0].keys()


def test_a_query_is_priced_and_runs_only_with_consent(stack: DeployedStack) -> None:
    unasked = run("slowest")
    assert unasked.exit_code == 2
    assert queries(stack) == []

    asked = run("slowest", "--yes", "--json", "--days", "7")
    assert asked.exit_code == 0, asked.output
    assert "of logs, USD 0.0000." in asked.stderr
    assert queries(stack) == [log_queries.stored_query("slowest").text]


def test_the_price_is_that_of_the_share_of_the_days(account: Account, stack: DeployedStack) -> None:
    query, client = log_queries.stored_query("slowest"), stack.logs()
    stored = client.describe_log_groups()["logGroups"][0]["storedBytes"]
    assert stored >= 9_000

    assert log_queries.estimate(stack, query, 1, now()).bytes == stored
    later = now() + log_queries.timedelta(days=10)
    assert log_queries.estimate(stack, query, 1, later).bytes == pytest.approx(stored / 10, rel=0.1)
    client.put_retention_policy(logGroupName=GROUP, retentionInDays=5)
    assert log_queries.estimate(stack, query, 1, later).bytes == pytest.approx(stored / 5, rel=0.1)
    price = log_queries.Price(10**9, log_queries.USD_PER_GB)
    assert price.usd == 0.005


def test_a_group_that_does_not_exist_is_named(stack: DeployedStack) -> None:
    result = run("gateway-refusals", "--yes")

    assert isinstance(result.exception, FailureError)
    assert str(result.exception) == "There is no log group /vitrine/shop/access."


class Answers:
    """A client whose query is answered step by step."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.stopped: list[str] = []

    def start_query(self, **_: Any) -> dict[str, str]:
        return {"queryId": "q1"}

    def get_query_results(self, **_: Any) -> dict[str, Any]:
        return self.answers.pop(0)

    def stop_query(self, queryId: str) -> None:  # noqa: N803
        self.stopped.append(queryId)


def rows(client: Answers, monkeypatch: pytest.MonkeyPatch, stack: DeployedStack) -> Any:
    monkeypatch.setattr(DeployedStack, "logs", lambda _: client)
    monkeypatch.setattr(log_queries, "_INTERVAL", 0)
    return log_queries.run(stack, log_queries.stored_query("shops"), 1, now())


def test_a_result_has_numbers_and_ids_stay_text(
    monkeypatch: pytest.MonkeyPatch, stack: DeployedStack
) -> None:
    row = {"shop": "1234", "requests": "12", "milliseconds": "840.25", "received": ""}
    fields = [{"field": name, "value": value} for name, value in row.items()]
    done = {"status": "Complete", "results": [[*fields, {"field": "@ptr", "value": "x"}]]}
    client = Answers({"status": "Running"}, {**done, "statistics": {"bytesScanned": 9e6}})

    answer = rows(client, monkeypatch, stack)

    assert answer.rows == [{"shop": "1234", "requests": 12, "milliseconds": 840.2, "received": ""}]
    assert (answer.bytes, client.stopped) == (9_000_000, [])


def test_a_query_that_fails_is_stopped_and_told(
    monkeypatch: pytest.MonkeyPatch, stack: DeployedStack
) -> None:
    client = Answers({"status": "Timeout"})

    with pytest.raises(FailureError, match="CloudWatch ended the query: Timeout"):
        rows(client, monkeypatch, stack)
    assert client.stopped == ["q1"]
