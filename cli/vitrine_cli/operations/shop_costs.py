"""What a shop costs in a month: counts of its operations by the price list, and storage.

Counts come from the log lines, which CloudWatch searches without charge. A metric for each shop and
operation would cost USD 0.30 a month.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.operations.log_events import group_events
from vitrine_cli.operations.price_list import price_list
from vitrine_cli.operations.request_log import parsed
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vitrine.domain.usage import Usage
    from vitrine_cli.operations.deployed_stack import DeployedStack

BODY_STEP = 512 * 1024  # bytes that API Gateway bills as one request
GIGABYTE = 10**9
LOG_GB = 0.03  # USD a month, of stored logs; us-east-1, as all prices
TABLE_GB = 0.25 + 0.20  # USD a month: storage, and point-in-time recovery
ALARM = 0.10  # USD a month
EMULATOR_LINES = 10_000  # which the emulator returns at most


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, UTC.

    Attributes:
        begin: its first moment.
        end: the first moment of the next one.
    """

    begin: datetime
    end: datetime

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month that a text such as `2026-11` names.

        Raises:
            UsageError: it names none.
        """
        try:
            begin = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
        except ValueError:
            raise UsageError(f"'{text}' is no month: write 2026-11.") from None
        return cls(begin, (begin + timedelta(days=31)).replace(day=1))

    def __str__(self) -> str:
        return f"{self.begin:%Y-%m}"


@dataclass(slots=True)
class Counts:
    """What happened in a month.

    Attributes:
        operations: requests and events by name, as in the price list.
        steps: 512 KB of bodies after the first.
        starts: requests that met a function that had to start.
        lines: log lines that were read.
    """

    operations: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    starts: int = 0
    lines: int = 0

    def add(self, line: Mapping[str, Any]) -> None:
        """Count the line of a request."""
        operation = line["operation"]
        unknown = operation == "unknown_route"
        self.operations[operation if unknown else f"{line['dialect']}.{operation}"] += 1
        self.steps += max(0, line.get("bytes_in", 0) - 1) // BODY_STEP
        self.starts += bool(line.get("cold"))

    @property
    def usd(self) -> float:
        """Their price."""
        prices = price_list()
        counted = sum(count * prices.of(name) for name, count in self.operations.items())
        return (counted + self.steps * prices.body_step + self.starts * prices.start) / 1e6


@dataclass(frozen=True, slots=True)
class Spending:
    """What a shop costs in a month, and what the stack costs beside its shops. US dollars.

    Attributes:
        month: the month.
        since: the moment from which the logs are kept, if that is in the month.
        shop: what the shop's clients and files caused.
        strangers: requests of no shop: unknown credentials and paths.
        storage: a month of the shop's objects as they are now.
        shared: a month of what belongs to no shop, by name.
        complete: whether all log lines were read; the emulator does not return all.
    """

    month: Month
    since: datetime | None
    shop: Counts
    strangers: Counts
    storage: float
    shared: Mapping[str, float]
    complete: bool

    @property
    def usd(self) -> float:
        """What the shop costs."""
        return self.shop.usd + self.storage

    @property
    def shared_usd(self) -> float:
        """What belongs to no shop."""
        return self.strangers.usd + sum(self.shared.values())


def spending(
    stack: DeployedStack,
    shop: str,
    month: Month,
    stored_bytes: int,
    advance: Callable[[], None] = lambda: None,
) -> Spending:
    """What a shop costs in a month.

    Args:
        stack: the stack.
        shop: the shop's id.
        month: the month.
        stored_bytes: bytes of its objects.
        advance: called for each log line that was read.

    Raises:
        FailureError: AWS refuses to tell.
    """
    try:
        groups = _groups(stack)
        kept = _kept_since(groups)
        shared = _shared(stack, groups)
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The stack's storage cannot be read: {error}") from None
    counts, strangers = _requests(stack, shop, month, advance)
    _count_events(stack, shop, month, counts, advance)
    return Spending(
        month=month,
        since=kept if kept and month.begin < kept else None,
        shop=counts,
        strangers=strangers,
        storage=stored_bytes / GIGABYTE * price_list().storage,
        shared=shared,
        complete=stack.endpoint is None or counts.lines < EMULATOR_LINES,
    )


def bytes_of(usage: Usage) -> int:
    """Bytes of a shop's originals, as its counters have them."""
    return usage.live.bytes + usage.kept.bytes + usage.library.bytes


def _lines(
    stack: DeployedStack, group: str, month: Month, pattern: str, advance: Callable[[], None]
) -> Iterator[dict[str, Any]]:
    begin, end = (round(each.timestamp() * 1000) for each in (month.begin, month.end))
    for event in group_events(stack.logs(), stack.name, group, begin, end - 1, pattern):
        advance()
        yield parsed(event) or {}


def _requests(
    stack: DeployedStack, shop: str, month: Month, advance: Callable[[], None]
) -> tuple[Counts, Counts]:
    """Requests of a shop, and those of none."""
    own, strangers = Counts(), Counts()
    owner = f"($.shop = {json.dumps(shop)}) || ($.shop NOT EXISTS)"
    pattern = f'{{ ($.message = "request") && ({owner}) }}'
    for line in _lines(stack, "api", month, pattern, advance):
        own.lines += 1
        if line.get("message") == "request":
            if line.get("shop") == shop:
                own.add(line)
            elif not line.get("shop"):
                strangers.add(line)
    return own, strangers


def _count_events(
    stack: DeployedStack, shop: str, month: Month, counts: Counts, advance: Callable[[], None]
) -> None:
    """Count the events of a shop's objects, which functions of the pipeline handled."""
    folders = tuple(f"{each}/{shop}/" for each in ("originals", "import", "uploads", "media"))
    terms = " || ".join(f"($.key = {json.dumps(folder + '*')})" for folder in folders)
    read = 0
    for line in _lines(stack, "pipeline", month, f"{{ {terms} }}", advance):
        read += 1
        function = _function(line)
        if function and str(line.get("key", "")).startswith(folders):
            counts.operations[f"pipeline.{function}"] += 1
    counts.lines = max(counts.lines, read)


def _function(line: Mapping[str, Any]) -> str | None:
    """The function of the pipeline that wrote a line."""
    match line.get("message"):
        case "renditions":
            return "generate_renditions" if "stored" in line else "remove_renditions"
        case "import":
            return "import_file"
        case "missing":
            return "render_missing" if "made" in line else None
        case "taken down":
            return "take_down"
        case "originals left behind":
            return "remove_originals"
        case _:
            return None


def _groups(stack: DeployedStack) -> list[Mapping[str, Any]]:
    pages = stack.logs().get_paginator("describe_log_groups")
    prefix = f"/vitrine/{stack.name}/"
    found = pages.paginate(logGroupNamePrefix=prefix)
    return [group for page in found for group in page["logGroups"]]


def _kept_since(groups: list[Mapping[str, Any]]) -> datetime | None:
    """The moment from which all log groups have their lines; None without groups."""
    if not groups:
        return None
    now, moments = datetime.now(UTC), []
    for group in groups:
        moments.append(datetime.fromtimestamp(group["creationTime"] / 1000, UTC))
        if days := group.get("retentionInDays"):
            moments.append(now - timedelta(days=days))
    return max(moments)


def _shared(stack: DeployedStack, groups: list[Mapping[str, Any]]) -> dict[str, float]:
    """A month of what belongs to no shop, as it is now."""
    logs = sum(group.get("storedBytes", 0) for group in groups)
    table = stack.dynamodb().describe_table(TableName=stack.outputs["Table"])["Table"]
    pages = stack.client("cloudformation").get_paginator("list_stack_resources")
    kinds = Counter(
        each["ResourceType"]
        for page in pages.paginate(StackName=stack.name)
        for each in page["StackResourceSummaries"]
    )
    return {
        "logs": logs / GIGABYTE * LOG_GB,
        "table": table.get("TableSizeBytes", 0) / GIGABYTE * TABLE_GB,
        "alarms": kinds["AWS::CloudWatch::Alarm"] * ALARM,
    }
