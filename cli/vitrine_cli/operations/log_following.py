"""Following the logs: reading again and again what is new."""

from collections.abc import Callable, Iterator
from threading import Event

from vitrine_cli.operations.log_events import LogEvent

OVERLAP = 30_000
"""Milliseconds that each reading goes back, because CloudWatch Logs shows events late."""
PAUSE = 2.0
"""Seconds between two readings."""


def follow(
    read: Callable[[int], Iterator[LogEvent]],
    since: int,
    ended: Event,
    pause: float = PAUSE,
) -> Iterator[LogEvent]:
    """The events from `since` on, each once, and then new ones as they come.

    Args:
        read: reads the events from a time on, milliseconds since 1970.
        since: where to start, milliseconds since 1970.
        ended: ends the iteration when it is set.
        pause: seconds between two readings.
    """
    known: dict[tuple[str, str], int] = {}
    newest = since
    while not ended.is_set():
        for event in read(max(since, newest - OVERLAP)):
            if (event.group, event.id) not in known:
                known[event.group, event.id] = event.at
                newest = max(newest, event.at)
                yield event
            if ended.is_set():
                return
        known = {name: at for name, at in known.items() if at >= newest - OVERLAP}
        ended.wait(pause)
