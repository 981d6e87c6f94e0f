"""Working through many things at once, so that the operator can end it at any time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from vitrine_cli.ui.failure import FailureError

Item = TypeVar("Item")


@dataclass
class Workers(Generic[Item]):
    """Threads that work through things.

    Attributes:
        work: what is done with each thing.
        at_once: threads.
        stopping: set when the threads are to end after what is under way; a failure sets it, too.
    """

    work: Callable[[Item], None]
    at_once: int
    stopping: threading.Event
    _failures: list[BaseException] = field(default_factory=list, init=False)

    def work_through(self, items: Iterable[Item]) -> None:
        """Work through all things. Returns early when the threads are to end.

        Raises:
            FailureError: AWS cannot be reached.
            BaseException: what the first thing that failed raised.
        """
        waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
        for item in items:
            waiting.put(item)
        # Daemons: a second interrupt ends the command although a download hangs.
        threads = [
            threading.Thread(target=self._work, args=(waiting,), name=f"worker {n}", daemon=True)
            for n in range(self.at_once)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _work(self, waiting: queue.SimpleQueue[Item]) -> None:
        with suppress(queue.Empty):
            while not self.stopping.is_set():
                item = waiting.get_nowait()
                try:
                    self.work(item)
                except (ClientError, BotoCoreError) as error:
                    self._end(FailureError(f"AWS refuses or cannot be reached: {error}"))
                except BaseException as error:  # noqa: BLE001 - the command raises it again
                    self._end(error)

    def _end(self, failure: BaseException) -> None:
        """End all threads because of a failure."""
        self._failures.append(failure)
        self.stopping.set()
