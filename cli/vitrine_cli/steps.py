"""Progress that a person can follow: a spinner while a step runs, a line when it is done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(stderr=True, highlight=False)


@contextmanager
def step(doing: str) -> Iterator[None]:
    """Show that something is being done, and how long it took."""
    started = time.monotonic()
    if not console.is_terminal:
        console.print(f"{doing} …")
    with console.status(f"{doing} …"):
        yield
    console.print(f"[green]✓[/] {doing} [dim]{time.monotonic() - started:.1f} s[/]")
