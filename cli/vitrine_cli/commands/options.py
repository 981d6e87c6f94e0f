"""Options that several commands share."""

import shlex
from typing import Annotated

import typer

from vitrine_cli.ui.failure import UsageError

StackOption = Annotated[
    str | None,
    typer.Option("--stack", help="Name of a CloudFormation stack in the current AWS account."),
]
PortOption = Annotated[
    int | None, typer.Option("--port", help="Port of a local stack, if several are running.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON only; of a list, one object a line.")
]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option("--setting", help="A shop setting as NAME=VALUE. Can be repeated."),
]


def selection(stack: str | None, port: int | None) -> str:
    """The options that select the same stack again, after a blank; empty if none were given."""
    return f" --stack {shlex.quote(stack)}" if stack else f" --port {port}" if port else ""


def parse_settings(given: list[str] | None) -> dict[str, str]:
    """Shop settings by name, from arguments of the form NAME=VALUE.

    Raises:
        UsageError: an argument has no equals sign.
    """
    pairs = [each.partition("=") for each in given or []]
    for name, equals, _ in pairs:
        if not equals:
            raise UsageError(f"'{name}' is not a setting: write NAME=VALUE.")
    return {name: value for name, _, value in pairs}
