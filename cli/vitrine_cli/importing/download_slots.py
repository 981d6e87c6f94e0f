"""Slots for downloads from a server that serves its customers meanwhile, such as a shop's own."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from threading import Condition, local
from types import TracebackType

_SAMPLE = 8
"""Downloads whose median duration is compared."""
_SLOWER = 2.0
"""How many times as long the median must be for the server to count as burdened."""
_NOTICED = 0.5
"""Seconds that the median must take besides: below that, a few milliseconds double it."""


class ConsiderateSlots:
    """Bounds downloads at the same time; a server that they slow down gets one at a time.

    The first downloads run alone, and their median duration is what the server needs unburdened.
    When the median of as many downloads is twice that, and half a second at least, the rest run
    alone, too.

    Args:
        most: downloads at the same time, if the server bears them.
        tell: shows a message to the operator.
        clock: the time, seconds.
    """

    def __init__(
        self,
        most: int,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = 1
        self._most, self._tell, self._clock = most, tell, clock
        self._state = Condition()
        self._taken = 0
        self._unburdened: float | None = None
        self._latest = deque[float](maxlen=_SAMPLE)
        self._begun = local()

    def __enter__(self) -> None:
        """Wait until another download is allowed."""
        with self._state:
            self._state.wait_for(lambda: self._taken < self.limit)
            self._taken += 1
        self._begun.at = self._clock()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Note that the download has ended, successfully or not."""
        seconds = self._clock() - self._begun.at
        with self._state:
            self._taken -= 1
            self._note(seconds)
            self._state.notify_all()

    def _note(self, seconds: float) -> None:
        self._latest.append(seconds)
        if len(self._latest) < _SAMPLE:
            return
        median = statistics.median(self._latest)
        if self._unburdened is None:
            self._unburdened, self.limit = median, self._most
            self._latest.clear()
        elif self.limit > 1 and median >= max(_SLOWER * self._unburdened, _NOTICED):
            self.limit = 1
            self._tell(
                f"The server needs {median:.2f} s for a picture instead of "
                f"{self._unburdened:.2f} s: one download at a time from now on"
            )
