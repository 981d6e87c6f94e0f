"""Lines that functions log in a test, as events of the stack's log groups."""

import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from vitrine.edge.telemetry import logger
from vitrine_cli.operations.log_events import LogEvent

START = 1_772_420_047_000  # 2026-03-02T02:54:07Z


@dataclass
class Logged:
    """Log events of groups, in the order in which they were written.

    Attributes:
        events: all of them.
        group: the group of the functions that run now.
    """

    events: list[LogEvent] = field(default_factory=list)
    group: str = "api"
    _moments: Iterator[int] = field(default_factory=lambda: itertools.count(START))

    def write(self, message: str, group: str = "") -> None:
        """Add an event."""
        at = next(self._moments)
        self.events.append(LogEvent(at, str(at), group or self.group, message))

    @property
    def lines(self) -> list[str]:
        """The lines of all events."""
        return [each.message for each in self.events]


@contextmanager
def logged() -> Iterator[Logged]:
    """What functions log inside the block."""
    found = Logged()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.write(self.format(record))

    handler = Handler()
    handler.setFormatter(logger.registered_formatter)
    logging.getLogger("vitrine").addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger("vitrine").removeHandler(handler)
