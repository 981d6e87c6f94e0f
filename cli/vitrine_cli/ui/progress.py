"""Progress on standard error: a spinner while a step runs, and a bar that counts items."""

import time
from collections.abc import Callable, Iterator
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
_LINE_SECONDS = 10


@contextmanager
def step(description: str) -> Iterator[None]:
    """Show a spinner while the block runs, then one line with the time that it took."""
    started = time.monotonic()
    if not console.is_terminal:
        console.print(f"{description} …")
    with console.status(f"{description} …"):
        yield
    console.print(f"[green]✓[/] {description} [dim]{time.monotonic() - started:.1f} s[/]")


def _item_bar() -> Progress:
    """A progress bar that counts items. It is hidden unless standard error is a terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


@contextmanager
def counted(description: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Count items while the block runs: a bar on a terminal, elsewhere a line every ten seconds.

    Args:
        description: what is done, such as `Exporting`.
        total: number of items; None if it is unknown.

    Returns:
        A function to call after each item.
    """
    done, printed = 0, time.monotonic()
    with _item_bar() as progress:
        task = progress.add_task(description, total=total)

        def advance() -> None:
            nonlocal done, printed
            done += 1
            progress.update(task, advance=1)
            if not console.is_terminal and time.monotonic() - printed >= _LINE_SECONDS:
                console.print(f"{description}: {done}{f' of {total}' if total else ''}")
                printed = time.monotonic()

        yield advance
