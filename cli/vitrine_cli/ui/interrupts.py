"""Signals that end a command: SIGINT (Ctrl-C), SIGTERM and SIGHUP."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from types import FrameType
from typing import NoReturn


def listen() -> None:
    """Make SIGTERM and SIGHUP end this command as Ctrl-C does; `nohup` keeps SIGHUP ignored."""
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)


@contextmanager
def deferred() -> Iterator[None]:
    """Delay SIGINT, SIGTERM and SIGHUP until the block has ended.

    Raises:
        KeyboardInterrupt: a signal arrived during the block, and the block raised nothing itself.
    """
    pending = _Pending()
    with _handled(pending.note):
        yield
    if pending.received:
        raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[Event]:
    """An event that the first SIGINT, SIGTERM or SIGHUP sets, so that the block can end in order.

    Raises:
        KeyboardInterrupt: a second signal arrived, in the midst of the block.
    """
    asked = _Asked()
    with _handled(asked.note):
        yield asked.event


@contextmanager
def remembered() -> Iterator[Event]:
    """An event that SIGINT, SIGTERM and SIGHUP set when they raise KeyboardInterrupt.

    Python ignores an exception in a finalizer, so that an interrupt which arrives while one runs
    is lost: a block without an end asks the event, or waits for it.

    Raises:
        KeyboardInterrupt: a signal arrived during the block.
    """
    seen = Event()

    def note(_signal: int, _frame: FrameType | None) -> NoReturn:
        seen.set()
        raise KeyboardInterrupt

    with _handled(note):
        yield seen
    if seen.is_set():
        raise KeyboardInterrupt


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the three signals during the block, except those that the command's parent ignores."""
    previous = {
        number: signal.signal(number, handler)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


@dataclass(slots=True)
class _Asked:
    """A signal handler that asks once and insists the second time."""

    event: Event = field(default_factory=Event)
    signals: int = 0

    def note(self, _signal: int, _frame: FrameType | None) -> None:
        self.signals += 1
        if self.signals > 1:
            raise KeyboardInterrupt
        self.event.set()


@dataclass(slots=True)
class _Pending:
    """A signal handler that only remembers that a signal arrived."""

    received: bool = False

    def note(self, _signal: int, _frame: FrameType | None) -> None:
        self.received = True


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
