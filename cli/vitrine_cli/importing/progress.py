"""Progress of an import on standard error: bars on a terminal, else a line every ten seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vitrine_cli.importing.ledger import State
from vitrine_cli.ui.output import size_text
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from vitrine_cli.importing.checking import Forecast
    from vitrine_cli.importing.ledger import Entry
    from vitrine_cli.importing.source import Page

_INTERVAL = 10  # seconds


class ImportProgress:
    """What an import shows while it runs. Threads can share it."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._lock = threading.Lock()
        self._reading = bars.add_task("Reading the catalogue", total=None, told="")
        self._importing = bars.add_task("Importing", total=None, told="", visible=False)
        self._waiting = bars.add_task("Making renditions", total=None, told="", visible=False)
        self._started = self._shown = time.monotonic()
        self._doing = "Importing"
        self._products = self._images = self._done = self._size = self._rejected = 0

    def listed(self, page: Page) -> None:
        """Count a page of the source's list."""
        self._products += len(page.products)
        self._images += sum(len(each.images) for each in page.products)
        told = f"{self._images} images"
        self._bars.update(self._reading, completed=self._products, total=page.total, told=told)
        self._say(f"Reading the catalogue: {self._products} products, {told}")

    def begin(self, images: int, doing: str = "Importing") -> None:
        """Begin to import this number of images, or what `doing` says."""
        self._images, self._doing, self._started = images, doing, time.monotonic()
        self._done = self._size = self._rejected = 0
        self._bars.update(
            self._importing, total=images, completed=0, visible=True, description=doing
        )

    def seen(self, entry: Entry) -> None:
        """Count an image."""
        with self._lock:
            self._done += 1
            self._size += entry.size
            self._rejected += entry.state in (State.REJECTED, State.FAILED)
            rate = self._done / max(time.monotonic() - self._started, 0.001)
            told = f"{size_text(self._size)} · {rate:.1f}/s · {self._rejected} rejected"
            self._bars.update(self._importing, completed=self._done, told=told)
            left = round((self._images - self._done) / rate)
            self._say(f"{self._doing} {self._done}/{self._images} · {told} · {left} s left")

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
        if not console.is_terminal and time.monotonic() - self._shown >= _INTERVAL:
            self._shown = time.monotonic()
            console.print(line)


@contextmanager
def import_progress() -> Iterator[ImportProgress]:
    """Show progress while the block runs."""
    bars = Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bars:
        yield ImportProgress(bars)
