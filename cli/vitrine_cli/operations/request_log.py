"""What log events say about requests and pipeline functions, one entry per event."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from vitrine_cli.operations.log_events import LogEvent
from vitrine_cli.ui.failure import UsageError

GATEWAY = "gateway"
"""The dialect of a request that API Gateway answered itself, or whose path has no dialect."""
PIPELINE = "pipeline"
"""The dialect of an entry that a pipeline function logged."""
_STATUS = re.compile(r"([1-5])xx|([1-5]\d\d)(?:-([1-5]\d\d))?")
_PLATFORM = re.compile(r"(START|END|REPORT|INIT_START|EXTENSION|TELEMETRY|XRAY) ")
_REPORTS = frozenset({"platform.report", "platform.initReport"})
_TIMED_OUT = re.compile(r"Task timed out after|Status: timeout|Status: error")
_LAMBDA_ID = re.compile(r"RequestId: ([0-9a-f-]{36})")
_NONE = "-"  # API Gateway's word for a missing value
_KNOWN = frozenset(
    {"level", "location", "message", "timestamp", "service", "request_id", "shop", "key"}
    | {"logger", "requestId"}
    | {"exception", "exception_name", "stack_trace", "xray_trace_id", "sampling_rate"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log for people.

    Attributes:
        at: time, UTC.
        shop: id of the shop; empty if unknown.
        dialect: name of the dialect, `gateway` or `pipeline`.
        operation: the operation, or method and path of a request that no function answered.
        status: HTTP status; None for entries that are no request.
        milliseconds: how long the request took.
        size: bytes of the request's and the answer's bodies.
        request: id of the request; empty if unknown.
        text: the cause of a failure, or what a pipeline function did.
        failed: whether the entry reports a failure.
        event: the event.
    """

    at: datetime
    shop: str = ""
    dialect: str = ""
    operation: str = ""
    status: int | None = None
    milliseconds: float | None = None
    size: int | None = None
    request: str = ""
    text: str = ""
    failed: bool = False
    event: LogEvent | None = field(default=None, compare=False)

    def as_json(self) -> dict[str, Any]:
        """The entry's facts for programs; what is unknown is left out."""
        facts = asdict(self)
        del facts["event"]
        facts["at"] = self.at.isoformat(timespec="milliseconds")
        return {name: value for name, value in facts.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show.

    Attributes:
        shop, dialect, operation: the only ones to show; empty for all.
        status: the first and the last status to show; None for all entries.
        pipeline: whether to show only the pipeline's entries.
    """

    shop: str = ""
    dialect: str = ""
    operation: str = ""
    status: tuple[int, int] | None = None
    pipeline: bool = False

    def includes(self, entry: Entry) -> bool:
        """Whether to show an entry."""
        if self.pipeline and entry.dialect != PIPELINE:
            return False
        if self.status and not (
            entry.status is not None and self.status[0] <= entry.status <= self.status[1]
        ):
            return False
        pairs = (
            (self.shop, entry.shop),
            (self.dialect, entry.dialect),
            (self.operation, entry.operation),
        )
        return all(not wanted or wanted == found for wanted, found in pairs)

    @property
    def groups(self) -> tuple[str, ...]:
        """The log groups that can contain such entries."""
        if self.pipeline or self.dialect == PIPELINE:
            return (PIPELINE,)
        if self.dialect == GATEWAY:
            return ("access", "api")
        if self.dialect or self.operation or (self.shop and self.status):
            return ("api",)
        if self.shop:
            return ("api", PIPELINE)
        return ("access", "api") if self.status else ("access", "api", PIPELINE)

    @property
    def pattern(self) -> str:
        """A filter pattern for the functions' groups, which leaves out what is not wanted."""
        terms = {"shop": self.shop, "dialect": self.dialect, "operation": self.operation}
        if self.groups != ("api",):
            return ""  # access log and pipeline name these facts otherwise, or not at all
        named = [f"$.{name} = {json.dumps(value)}" for name, value in terms.items() if value]
        if self.status:
            named += [f"$.status >= {self.status[0]}", f"$.status <= {self.status[1]}"]
        return "{ " + " && ".join(named) + " }" if named else ""


def parse_status(given: str) -> tuple[int, int] | None:
    """First and last status of `404`, `5xx` or `400-499`; None if nothing is given.

    Raises:
        UsageError: it has another form.
    """
    if not given:
        return None
    found = _STATUS.fullmatch(given.lower())
    if found is None:
        raise UsageError(f"'{given}' is no status: write 404, 5xx or 400-499.")
    if found[1]:
        return int(found[1]) * 100, int(found[1]) * 100 + 99
    return int(found[2]), int(found[3] or found[2])


def entries(events: Iterable[LogEvent]) -> Iterator[Entry]:
    """The entries of log events, in their order.

    Lambda's own lines (START, END, REPORT) are left out unless they report a time-out. A request
    that a function answered appears once: with the function's line, not the access log's.
    """
    for event in events:
        entry = _READERS[event.group](event)
        if entry is not None:
            yield entry


def _moment(event: LogEvent) -> datetime:
    return datetime.fromtimestamp(event.at / 1000, UTC)


def parsed(event: LogEvent) -> dict[str, Any] | None:
    """The JSON object of an event; None if it is none."""
    try:
        found = json.loads(event.message)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _of_gateway(event: LogEvent) -> Entry | None:
    line = parsed(event)
    if line is None:
        return None
    answered = _known(line, "integrationStatus") == "200" and not _known(line, "integrationError")
    if answered:
        return None
    status = _known(line, "status")
    latency = _known(line, "latency")
    return Entry(
        _moment(event),
        dialect=GATEWAY,
        operation=f"{_known(line, 'method')} {_known(line, 'path')}",
        status=int(status) if status.isdecimal() else None,
        milliseconds=float(latency) if latency.isdecimal() else None,
        request=_known(line, "requestId"),
        text=_known(line, "integrationError") or "(no function was asked)",
        failed=status.startswith("5"),
        event=event,
    )


def _known(line: Mapping[str, Any], name: str) -> str:
    value = str(line.get(name, _NONE))
    return "" if value == _NONE else value


def _of_request(event: LogEvent) -> Entry | None:
    line = parsed(event)
    if line is None or "message" not in line:
        return _of_platform(event, line, "")
    if line["message"] == "path of no dialect":
        return _of_unknown_path(event, line)
    if line["message"] != "request":
        return _of_line(event, line, "")
    status = int(line["status"])
    return Entry(
        _moment(event),
        shop=line.get("shop") or "",
        dialect=line["dialect"],
        operation=line["operation"],
        status=status,
        milliseconds=line["duration_ms"],
        size=line.get("bytes_in", 0) + line.get("bytes_out", 0),
        request=line["request_id"],
        text=line.get("error", ""),
        failed=status >= 500,
        event=event,
    )


def _of_unknown_path(event: LogEvent, line: Mapping[str, Any]) -> Entry:
    """A request that the function of unknown routes answered as the gateway does."""
    return Entry(
        _moment(event),
        dialect=GATEWAY,
        operation=f"{line['method']} {line['path']}",
        status=404,
        request=line.get("request_id") or "",
        text="(a path of no dialect)",
        event=event,
    )


def _of_pipeline(event: LogEvent) -> Entry | None:
    line = parsed(event)
    if line is None or "message" not in line:
        return _of_platform(event, line, PIPELINE)
    return _of_line(event, line, PIPELINE)


def _of_line(event: LogEvent, line: Mapping[str, Any], dialect: str) -> Entry | None:
    """A line that is no request's: a failure's traceback, or a step of the pipeline."""
    level, key = line.get("level"), str(line.get("key") or "")
    failed = level in ("ERROR", "CRITICAL")
    if not dialect and (not failed or line.get("request_id")):
        return None  # the line of the request says it all, the cause of its failure included
    facts = [f"{name}={value}" for name, value in line.items() if name not in _KNOWN and value]
    cause = line.get("exception", "").strip().rpartition("\n")[2] if failed else ""
    return Entry(
        _moment(event),
        shop=line.get("shop") or _shop_of(key),
        dialect=dialect or "api",
        operation=str(line["message"]),
        request=line.get("request_id") or "",
        text=" ".join(each for each in (key, *facts, cause) if each),
        failed=failed,
        event=event,
    )


def _shop_of(key: str) -> str:
    folder, _, rest = key.partition("/")
    return rest.partition("/")[0] if folder in ("originals", "import", "uploads") else ""


def _of_platform(event: LogEvent, line: Mapping[str, Any] | None, dialect: str) -> Entry | None:
    """A line that no function's code wrote: interesting only if a function failed."""
    if line is None:
        return _of_text(event, dialect)
    record = line.get("record", {})
    if line.get("type") in _REPORTS:
        if record.get("status") == "success" or not _is_of_lambda(record):
            return None
        request, text = record.get("requestId"), _report(record)
    elif "errorType" in line:  # what a function raised, or why it could not start
        request = line.get("requestId")
        text = f"{line['errorType']}: {line.get('errorMessage', '')}"
    else:  # metrics, and other events of Lambda's
        return None
    return Entry(
        _moment(event),
        dialect=dialect or "api",
        operation="function",
        request=request or "",
        text=text,
        failed=True,
        event=event,
    )


def _is_of_lambda(record: Mapping[str, Any]) -> bool:
    """Whether Lambda ended a function; what functions raise has a line of its own."""
    return record.get("status") != "error" or record.get("errorType", "").startswith("Runtime.")


def _report(record: Mapping[str, Any]) -> str:
    """Why Lambda ended a function, after how long."""
    spent = record.get("metrics", {}).get("durationMs")
    after = "" if spent is None else f" after {spent:.0f} ms"
    return " ".join(filter(None, (record.get("status"), record.get("errorType")))) + after


def _of_text(event: LogEvent, dialect: str) -> Entry | None:
    """A line that is no JSON, of a stack without the log format JSON."""
    ended = _TIMED_OUT.search(event.message)
    if _PLATFORM.match(event.message) and not ended:
        return None
    found = _LAMBDA_ID.search(event.message)
    return Entry(
        _moment(event),
        dialect=dialect or "api",
        operation="function",
        request=found[1] if found else "",
        text=event.message.partition("\n")[0],
        failed=bool(ended) or "[ERROR]" in event.message,
        event=event,
    )


_READERS: Mapping[str, Callable[[LogEvent], Entry | None]] = {
    "access": _of_gateway,
    "api": _of_request,
    "pipeline": _of_pipeline,
}
