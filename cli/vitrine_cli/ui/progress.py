"""Progress on standard error: a spinner while a step runs, and a bar that counts items."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

console = Console(stderr=True, highlight=False)


@contextmanager
def step(description: str) -> Iterator[None]:
    """Show a spinner while the block runs, then one line with the time that it took."""
    started = time.monotonic()
    if not console.is_terminal:
        console.print(f"{description} …")
    with console.status(f"{description} …"):
        yield
    console.print(f"[green]✓[/] {description} [dim]{time.monotonic() - started:.1f} s[/]")


def item_bar() -> Progress:
    """A progress bar that counts items. It is hidden unless standard error is a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
