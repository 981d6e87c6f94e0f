"""AWS's list prices of us-east-1 in US dollars, and clients that add up what their calls cost."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tests.gateway import template

from vitrine.edge.telemetry import logger

GATEWAY = 1.00  # a million requests of up to 512 KB to an HTTP API
STEP = 512 * 1024  # bytes of a request that API Gateway bills as one
LAMBDA = 0.20  # a million invocations
GIGABYTE_SECOND = 0.0000166667
READ, WRITE = 0.125, 0.625  # a million request units of DynamoDB, on demand
S3_WRITE, S3_READ = 5.00, 0.40  # a million PUT or LIST requests, a million GET or HEAD requests
LOGS = 0.50  # a gigabyte that CloudWatch Logs ingests
CDN = 1.00  # a million HTTPS requests to CloudFront
ORIGINAL_GB = 0.023  # a gigabyte in S3 for a month
INVALIDATION = 0.005  # a path, beyond the first 1000 of a month
METRIC = 0.30  # a month, each of the first 10 000
EVENT = 26  # bytes that CloudWatch Logs adds to each event
S3_CALLS = {
    "put_object": S3_WRITE,
    "copy_object": S3_WRITE,
    "list_objects_v2": S3_WRITE,
    "get_object": S3_READ,
    "head_object": S3_READ,
    "delete_objects": 0.0,
}
_ACCESS = {
    "$context.requestId": "JKJaXmPLvHcESHA=",
    "$context.requestTime": "26/Nov/2026:10:15:41 +0000",
    "$context.identity.sourceIp": "203.0.113.114",
    "$context.httpMethod": "POST",
    "$context.path": "/stores/20240105-1A2B-40C3-80D4-0123456789AB/products/8/images",
    "$context.status": "200",
    "$context.responseLength": "431",
    "$context.integrationErrorMessage": "-",
    "$context.integrationStatus": "200",
    "$context.responseLatency": "24",
    "$context.integrationLatency": "20",
    "$context.identity.userAgent": "Mozilla/5.0 (compatible; shop/1.0)",
}


@dataclass
class Bill:
    """What AWS calls cost.

    Attributes:
        dollars: for a million times these calls, and what they logged.
        calls: their number.
        log_bytes: bytes of the function's own log lines.
    """

    dollars: float = 0.0
    calls: int = 0
    log_bytes: int = 0
    _lines: logging.Handler = field(init=False)

    def __post_init__(self) -> None:
        self._lines = _Lines(self)
        self._lines.setFormatter(logger.registered_formatter)

    def clear(self) -> None:
        """Set the counts to zero."""
        self.dollars, self.calls, self.log_bytes = 0.0, 0, 0

    def add(self, dollars: float) -> None:
        """Add a call."""
        self.dollars += dollars
        self.calls += 1

    def watch_logs(self) -> None:
        """Count the lines of the functions' logger from now on."""
        logging.getLogger("vitrine").addHandler(self._lines)

    def forget_logs(self) -> None:
        """Count them no more."""
        logging.getLogger("vitrine").removeHandler(self._lines)


class _Lines(logging.Handler):
    def __init__(self, bill: Bill) -> None:
        super().__init__()
        self._bill = bill

    def emit(self, record: logging.LogRecord) -> None:
        self._bill.log_bytes += len(self.format(record).encode()) + EVENT


def log_price(bill: Bill, *, through_gateway: bool) -> float:
    """Dollars for a million times the log lines of one invocation."""
    access = len(access_line()) + EVENT if through_gateway else 0
    own = round(bill.log_bytes, -2)  # lines vary by a few bytes from run to run
    return (own + access) * 1e6 / 1e9 * LOGS


def price_of(
    bill: Bill, gigabytes: float, seconds: float, *, through_gateway: bool, steps: int = 1
) -> float:
    """Dollars for a million invocations that did what is billed.

    Args:
        bill: their AWS calls and log lines.
        gigabytes: memory of the function.
        seconds: how long it ran.
        through_gateway: whether API Gateway invoked it.
        steps: 512 KB steps of the request's body.
    """
    return (
        (GATEWAY * steps if through_gateway else 0.0)
        + LAMBDA
        + gigabytes * seconds * GIGABYTE_SECOND * 1e6
        + bill.dollars
        + log_price(bill, through_gateway=through_gateway)
    )


def access_line() -> str:
    """A usual line of the API's access log, in the template's format."""
    settings = template()["Resources"]["Api"]["Properties"]["AccessLogSettings"]
    line: str = settings["If"][1]["Format"]
    for variable, value in sorted(_ACCESS.items(), key=lambda each: -len(each[0])):
        line = line.replace(variable, value)
    return line


class BilledS3:
    """A client of S3 that bills its calls."""

    def __init__(self, client: Any, bill: Bill) -> None:
        self._client = client
        self._bill = bill

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in S3_CALLS:
            return found

        def billed(**arguments: Any) -> Any:
            self._bill.add(S3_CALLS[name])
            return found(**arguments)

        return billed

    def get_paginator(self, name: str) -> Any:
        """A call for each page."""
        return _Pages(self._client.get_paginator(name), lambda _: self._bill.add(S3_CALLS[name]))


class _Pages:
    def __init__(self, paginator: Any, note: Any) -> None:
        self._paginator = paginator
        self._note = note

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        for page in self._paginator.paginate(**arguments):
            self._note(page)
            yield page


class BilledCdn:
    """A client of CloudFront that bills the paths of invalidations."""

    def __init__(self, client: Any, bill: Bill) -> None:
        self._client = client
        self._bill = bill

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def create_invalidation(self, **arguments: Any) -> Any:
        """An invalidation of some paths."""
        self._bill.add(1e6 * INVALIDATION * arguments["InvalidationBatch"]["Paths"]["Quantity"])
        return self._client.create_invalidation(**arguments)


class BilledTable:
    """A client of DynamoDB that bills request units by the sizes of items.

    A strongly consistent read is a unit for each 4 KB; a write is a unit for each KB of the larger
    of the item before and after; a write in a transaction is two. An item that enters or leaves the
    index `Listed` costs one write more.
    """

    def __init__(self, client: Any, bill: Bill) -> None:
        self._client = client
        self._bill = bill

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_item(self, **arguments: Any) -> Any:
        """A read of one item."""
        answer = self._client.get_item(**arguments)
        self._bill.add(READ * _reads([answer.get("Item", {})]))
        return answer

    def batch_get_item(self, **arguments: Any) -> Any:
        """A read of several items, each rounded up."""
        answer = self._client.batch_get_item(**arguments)
        ((name, wanted),) = arguments["RequestItems"].items()
        found = answer["Responses"][name]
        missing = len(wanted["Keys"]) - len(found)
        units = sum(_reads([item]) for item in found) + missing
        self._bill.add(READ * units * _share(wanted))
        return answer

    def query(self, **arguments: Any) -> Any:
        """One page of a query."""
        page = self._client.query(**arguments)
        self._bill.add(READ * _reads(page["Items"]) * _share(arguments))
        return page

    def get_paginator(self, name: str) -> Any:
        """Pages of a query, whose items are added before rounding up."""
        return _Pages(
            self._client.get_paginator(name),
            lambda page: self._bill.add(READ * _reads(page["Items"])),
        )

    def put_item(self, **arguments: Any) -> Any:
        """A write."""
        return self._written("put_item", [arguments], 1, arguments)

    def update_item(self, **arguments: Any) -> Any:
        """A write."""
        return self._written("update_item", [arguments], 1, arguments)

    def delete_item(self, **arguments: Any) -> Any:
        """A write."""
        return self._written("delete_item", [arguments], 1, arguments)

    def transact_write_items(self, **arguments: Any) -> Any:
        """Writes, each twice as expensive."""
        actions = [action for each in arguments["TransactItems"] for action in each.values()]
        return self._written("transact_write_items", actions, 2, arguments)

    def _written(
        self, name: str, actions: list[Any], factor: int, arguments: dict[str, Any]
    ) -> Any:
        before = [self._stored(each) for each in actions]
        try:
            return getattr(self._client, name)(**arguments)
        finally:  # a write whose condition fails is billed, too
            after = [self._stored(each) for each in actions]
            changed = list(zip(before, after, strict=True))
            sizes = [max(_size(old), _size(new)) for old, new in changed]
            units = factor * sum(max(1, ceil(size / 1024)) for size in sizes)
            indexed = sum(old.get("listed") != new.get("listed") for old, new in changed)
            self._bill.add(WRITE * (units + indexed))

    def _stored(self, action: Mapping[str, Any]) -> dict[str, Any]:
        item = action.get("Key") or action["Item"]
        key = {name: item[name] for name in ("pk", "sk")}
        answer = self._client.get_item(TableName=action["TableName"], Key=key, ConsistentRead=True)
        stored: dict[str, Any] = answer.get("Item", {})
        return stored


def _share(arguments: Mapping[str, Any]) -> float:
    """Eventually consistent reads cost half."""
    return 1.0 if arguments.get("ConsistentRead") else 0.5


def _reads(items: Iterable[Mapping[str, Any]]) -> int:
    return max(1, ceil(sum(map(_size, items)) / 4096))


def _size(item: Mapping[str, Any]) -> int:
    """Bytes of an item: names and values; three for a map or list, and one for each member."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return ceil(len(content.strip("-0.") or "0") / 2) + 1
    if kind == "M":
        return 3 + len(content) + _size(content)
    if kind == "L":
        return 3 + len(content) + sum(map(_value, content))
    return 1
