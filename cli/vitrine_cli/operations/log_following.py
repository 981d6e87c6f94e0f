"""Following the logs: reading again and again what is new."""

import time
from collections.abc import Callable, Iterator

from vitrine_cli.operations.log_events import LogEvent

OVERLAP = 30_000
"""Milliseconds that each reading goes back, because CloudWatch Logs shows events late."""
PAUSE = 2.0
"""Seconds between two readings."""


def follow(
    read: Callable[[int], Iterator[LogEvent]],
    since: int,
    pause: Callable[[], None] = lambda: time.sleep(PAUSE),
) -> Iterator[LogEvent]:
    """The events from `since` on, each once, and then new ones as they come, without an end.

    Args:
        read: reads the events from a time on, milliseconds since 1970.
        since: where to start, milliseconds since 1970.
        pause: waits between two readings.
    """
    known: dict[tuple[str, str], int] = {}
    newest = since
    while True:
        for event in read(max(since, newest - OVERLAP)):
            if (event.group, event.id) not in known:
                known[event.group, event.id] = event.at
                newest = max(newest, event.at)
                yield event
        known = {name: at for name, at in known.items() if at >= newest - OVERLAP}
        pause()
