"""Stored queries of CloudWatch Logs Insights, and running them on a stack's log groups."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.local.workspace import ROOT
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine_cli.operations.deployed_stack import DeployedStack

FOLDER = ROOT / "docs/queries"
USD_PER_GB = 0.005  # us-east-1, of the log data that a query reads
_GROUP = re.compile(r"# Log group: /vitrine/<stack>/(\w+)")
_NAME = re.compile(r"\bas ((?:\w+, )*\w+)")
_INTERVAL = 0.5  # seconds between two looks
_SECONDS = 900  # after which CloudWatch has ended each of these queries


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A query in `docs/queries`.

    Attributes:
        name: its name.
        title: what it shows.
        group: name of the log group that it reads, without the stack's prefix.
        text: the query, with its comments.
    """

    name: str
    title: str
    group: str
    text: str

    @property
    def computed(self) -> set[str]:
        """The names that the query gives to what it computes."""
        return {name for found in _NAME.findall(self.text) for name in found.split(", ")}


@dataclass(frozen=True, slots=True)
class Price:
    """What a query is going to read.

    Attributes:
        bytes: bytes of log data, estimated.
        usd: their price.
    """

    bytes: int
    usd: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a query.

    Attributes:
        rows: its rows, each by name of column.
        bytes: bytes of log data that it has read; None if CloudWatch did not say.
    """

    rows: list[dict[str, Any]]
    bytes: int | None


def stored_queries() -> dict[str, StoredQuery]:
    """All stored queries by name."""
    return {file.stem: _parse(file.stem, file.read_text()) for file in sorted(FOLDER.glob("*.txt"))}


def stored_query(name: str) -> StoredQuery:
    """The stored query of a name.

    Raises:
        UsageError: there is none.
    """
    queries = stored_queries()
    if name not in queries:
        raise UsageError(f"There is no query '{name}'; there are: {', '.join(queries)}.")
    return queries[name]


def _parse(name: str, text: str) -> StoredQuery:
    title, group, *_ = text.splitlines()
    found = _GROUP.fullmatch(group)
    if found is None:
        raise FailureError(f"{FOLDER / name}.txt does not name its log group.")
    return StoredQuery(name, title.removeprefix("# "), found[1], text)


def estimate(stack: DeployedStack, query: StoredQuery, days: int, now: datetime) -> Price:
    """What a query reads, if the log group's data came evenly since the oldest was stored.

    Raises:
        FailureError: the log group does not exist, or cannot be read.
    """
    group = _log_group(stack, query)
    age = now - datetime.fromtimestamp(group["creationTime"] / 1000, UTC)
    kept = min(age, timedelta(days=group.get("retentionInDays", age.days + 1)))
    share = min(1.0, timedelta(days=days) / max(kept, timedelta(hours=1)))
    size = round(group.get("storedBytes", 0) * share)
    return Price(size, size / 1e9 * USD_PER_GB)


def _log_group(stack: DeployedStack, query: StoredQuery) -> Mapping[str, Any]:
    name = group_name(stack, query)
    try:
        found = stack.logs().describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The log groups cannot be read: {error}") from None
    for group in found:
        if group["logGroupName"] == name:
            return group
    raise FailureError(f"There is no log group {name}.")


def group_name(stack: DeployedStack, query: StoredQuery) -> str:
    """The full name of the log group that a query reads."""
    return f"/vitrine/{stack.name}/{query.group}"


def run(stack: DeployedStack, query: StoredQuery, days: int, now: datetime) -> Answer:
    """Run a query over the last days, and wait for its result.

    A query that is interrupted is stopped, so that it reads no more.

    Raises:
        FailureError: CloudWatch refuses it, or it failed.
    """
    client = stack.logs()
    try:
        started = client.start_query(
            logGroupName=group_name(stack, query),
            startTime=round((now - timedelta(days=days)).timestamp()),
            endTime=round(now.timestamp()),
            queryString=query.text,
        )["queryId"]
        try:
            answer = _wait(client, started)
        except BaseException:
            client.stop_query(queryId=started)
            raise
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The query '{query.name}' failed: {error}") from None
    read = answer.get("statistics", {}).get("bytesScanned")
    rows = [_row(query, each) for each in answer["results"]]
    return Answer(rows, None if read is None else round(read))


def _wait(client: Any, query_id: str) -> Mapping[str, Any]:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        answer: Mapping[str, Any] = client.get_query_results(queryId=query_id)
        if answer["status"] == "Complete":
            return answer
        if answer["status"] not in ("Scheduled", "Running"):
            raise FailureError(f"CloudWatch ended the query: {answer['status']}.")
        time.sleep(_INTERVAL)
    raise FailureError("The query takes longer than 15 minutes; it was stopped.")


def _row(query: StoredQuery, fields: list[dict[str, str]]) -> dict[str, Any]:
    """A row of a result, in which computed numbers are numbers; names of shops stay text."""
    row: dict[str, Any] = {}
    for each in fields:
        name, value = each["field"], each.get("value", "")
        if name != "@ptr":
            row[name] = _number(value) if name in query.computed else value
    return row


def _number(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else round(value, 1)
