"""What commands share at the terminal: options, and ways to print."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

AnyStack = Annotated[
    str | None, typer.Option("--stack", help="A stack in the AWS account at hand.")
]
AnyPort = Annotated[int | None, typer.Option("--port", help="The local stack on this port.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on one line, nothing else.")]
_WIDE = 200  # characters


def print_wide(grid: Table) -> None:
    """Print a table whose values stay in one piece, to be copied and clicked."""
    Console(highlight=False, width=_WIDE).print(grid)


def print_json(value: object) -> None:
    """Print JSON on one line."""
    print(json.dumps(value, ensure_ascii=False))
