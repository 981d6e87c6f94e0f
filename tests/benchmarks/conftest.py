"""Figures are printed, never asserted: machines are shared, and a busy one is no defect."""

from collections.abc import Callable, Iterable, Sequence

import pytest
from rich.console import Console
from rich.table import Table
from tests.stack.conftest import running, shop

__all__ = ["running", "shop"]

Show = Callable[[str, Sequence[str], Iterable[Sequence[object]]], None]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    """Prints a table, whatever pytest captures."""

    def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        first, *others = columns
        table = Table(first, title=f"\n{title}", title_justify="left", box=None)
        for column in others:
            table.add_column(column, justify="right")
        for row in rows:
            table.add_row(
                *(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row)
            )
        with capsys.disabled():
            Console(width=100, highlight=False).print(table)

    return print_table
