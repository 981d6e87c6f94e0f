"""Results on standard output: JSON for programs, tables for people."""

import json

from rich.console import Console
from rich.table import Table

WIDTH = 200
"""Characters of a table row. Ids and URLs stay on one line, so that they can be copied."""

out = Console(highlight=False)


def print_table(table: Table) -> None:
    """Print a table without wrapping its values."""
    Console(highlight=False, width=WIDTH).print(table)


def print_json(value: object) -> None:
    """Print a value as JSON on one line."""
    print(json.dumps(value, ensure_ascii=False))
