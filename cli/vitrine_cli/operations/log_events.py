"""Events of a stack's log groups, from CloudWatch Logs or the emulator."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_logs import CloudWatchLogsClient

GROUPS = ("access", "api", "pipeline")
"""The log groups of a stack: the gateway's access log, and the logs of the functions."""
MOST = 10_000
"""The number of events after which reading stops."""


@dataclass(frozen=True, slots=True, order=True)
class LogEvent:
    """One event of a log group. Events are ordered by time.

    Attributes:
        at: time, milliseconds since 1970, UTC.
        id: id of the event, unique in the group.
        group: name of the group without the stack's prefix.
        message: the line, without the end of line.
    """

    at: int
    id: str
    group: str
    message: str


class TooManyEventsError(FailureError):
    """The log groups have more events than one command reads."""


def read_events(
    client: CloudWatchLogsClient, stack: str, groups: Sequence[str], since: int, pattern: str = ""
) -> Iterator[LogEvent]:
    """The events of some of a stack's log groups, oldest first.

    Args:
        client: reads the logs.
        stack: name of the stack.
        groups: names from `GROUPS`. A group that does not exist has no events.
        since: time of the earliest event, milliseconds since 1970.
        pattern: a filter pattern of CloudWatch Logs for JSON events; empty for all events. The
            emulator ignores such patterns.

    Raises:
        TooManyEventsError: there are more than `MOST` events.
        FailureError: the logs cannot be read.
    """
    events = heapq.merge(
        *(group_events(client, stack, group, since, pattern=pattern) for group in groups)
    )
    yield from islice(events, MOST)
    if next(events, None) is not None:
        raise TooManyEventsError(
            f"There are more than {MOST} lines. These are the oldest: ask for less time, or filter."
        )


def group_events(
    client: CloudWatchLogsClient,
    stack: str,
    group: str,
    since: int,
    until: int | None = None,
    pattern: str = "",
) -> Iterator[LogEvent]:
    """All events of one log group, oldest first, however many there are. Reading them is free.

    Args:
        client: reads the logs.
        stack: name of the stack.
        group: a name from `GROUPS`.
        since: time of the earliest event, milliseconds since 1970.
        until: time of the latest event; None for the present.
        pattern: as for `read_events`.

    Raises:
        FailureError: the logs cannot be read.
    """
    asked: dict[str, Any] = {
        "logGroupName": f"/vitrine/{stack}/{group}",
        "startTime": since,
    }
    if until is not None:
        asked["endTime"] = until
    if pattern:
        asked["filterPattern"] = pattern
    try:
        for page in client.get_paginator("filter_log_events").paginate(**asked):
            for event in page["events"]:
                message = event["message"].rstrip()
                if message:
                    # The emulator gives the lines of functions no id; requests differ by theirs.
                    number = event.get("eventId") or message
                    yield LogEvent(event["timestamp"], number, group, message)
    except client.exceptions.ResourceNotFoundException:
        return
    except (ClientError, BotoCoreError) as error:
        raise FailureError(f"The logs cannot be read: {error}") from None
