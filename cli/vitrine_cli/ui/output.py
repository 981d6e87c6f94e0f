"""Results on standard output: JSON for programs, tables for people."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 200
"""Characters of a table row. Ids and URLs stay on one line, so that they can be copied."""

out = Console(highlight=False)


def print_table(table: Table) -> None:
    """Print a table without wrapping its values."""
    Console(highlight=False, width=WIDTH).print(table)


def print_json(value: Mapping[str, Any]) -> None:
    """Print an object as JSON on one line. Lists are printed by `print_json_lines`."""
    print(json.dumps(value, ensure_ascii=False))


def print_json_lines(values: Iterable[Mapping[str, Any]]) -> None:
    """Print a list: each object as JSON on a line of its own."""
    for value in values:
        print_json(value)


def size_text(size: int) -> str:
    """A number of bytes for people, in units of 1000."""
    amount, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{size} B" if units[0] == "B" else f"{amount:.1f} {units[0]}"
