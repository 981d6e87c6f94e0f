"""Progress of an import on standard error: bars on a terminal, else a line every ten seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from vitrine_cli.importing.ledger import State
from vitrine_cli.ui.output import size_text
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from vitrine_cli.importing.forecast import Forecast
    from vitrine_cli.importing.ledger import Entry
    from vitrine_cli.importing.source import Page

_INTERVAL = 10  # seconds


class ImportProgress:
    """What an import shows while it runs. Threads can share it.

    Args:
        bars: shows bars on a terminal.
        clock: the time, seconds.
    """

    def __init__(self, bars: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._bars, self._clock = bars, clock
        self._lock = threading.Lock()
        self._reading = bars.add_task("Reading the catalogue", total=None, told="")
        self._importing = bars.add_task("Importing", total=None, told="", visible=False)
        self._waiting = bars.add_task("Making renditions", total=None, told="", visible=False)
        self._started = self._shown = clock()
        self._doing = "Importing"
        self._products = self._images = self._done = self._size = self._rejected = 0
        self._here = self._new = 0

    def listed(self, page: Page) -> None:
        """Count a page of the source's list."""
        self._products += len(page.products)
        self._images += sum(len(each.images) for each in page.products)
        told = f"{self._images} images"
        self._bars.update(self._reading, completed=self._products, total=page.total, told=told)
        self._say(f"Reading the catalogue: {self._products} products, {told}")

    def begin(self, images: int, doing: str = "Importing", here: int = 0) -> None:
        """Begin to import this number of images, or what `doing` says.

        Args:
            images: all images.
            doing: what is done with each, for people.
            here: how many an earlier run has done; they are passed over, or only read again.
        """
        self._images, self._doing, self._here = images, doing, here
        self._done = self._size = self._rejected = self._new = 0
        self._started = self._clock()
        self._bars.update(
            self._importing, total=images, completed=0, visible=True, description=doing
        )

    def seen(self, entry: Entry, *, is_new: bool = True) -> None:
        """Count an image.

        Args:
            entry: the image.
            is_new: whether an earlier run had not done it. Rate and time left are those of such.
        """
        with self._lock:
            self._done += 1
            self._size += entry.size
            self._rejected += entry.state in (State.REJECTED, State.FAILED)
            self._new += is_new
            if not self._new:
                self._started = self._clock()
            told = self._told()
            self._bars.update(self._importing, completed=self._done, told=told)
            self._say(f"{self._doing} {self._done}/{self._images} · {told}")

    def _told(self) -> str:
        """Bytes, rejected images, and, as soon as there is one, the rate and the time left."""
        parts = [size_text(self._size), f"{self._rejected} rejected"]
        if self._new:
            rate = self._new / max(self._clock() - self._started, 0.001)
            left = max(self._images - self._here - self._new, 0) / rate
            parts[1:1] = [f"{rate:.1f}/s"]
            parts += [f"{round(left)} s left"]
        return " · ".join(parts)

    def checked(self, found: Forecast) -> None:
        """Show how far a check has come, which imports nothing."""
        told = f"{size_text(found.bytes)} read · {found.rejected} would be rejected"
        self._bars.update(self._importing, completed=found.images, told=told)
        self._say(f"Checking {found.images}/{self._images} · {told}")

    def pending(self, images: int) -> None:
        """Show how many images wait for their renditions."""
        self._bars.update(self._waiting, total=self._images, visible=True)
        self._bars.update(self._waiting, completed=self._images - images)
        self._say(f"Making renditions: {images} images left")

    def _say(self, line: str) -> None:
        if not console.is_terminal and self._clock() - self._shown >= _INTERVAL:
            self._shown = self._clock()
            console.print(line)


@contextmanager
def import_progress() -> Iterator[ImportProgress]:
    """Show progress while the block runs."""
    bars = Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        console=console,
        disable=not console.is_terminal,
    )
    with bars:
        yield ImportProgress(bars)
