"""Questions before something is destroyed or billed."""

import sys

import typer

from vitrine_cli.ui.progress import console


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether to go on, unless `yes` says so.

    Raises:
        typer.BadParameter: standard input is not a terminal, so the question cannot be asked.
        typer.Abort: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        console.print(question, soft_wrap=True)
        raise typer.BadParameter("Without a terminal, --yes is needed; nothing was done.")
    typer.confirm(question, abort=True, err=True)
