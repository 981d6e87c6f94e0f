"""The `vitrine` command line: all commands, and the one place that prints failures."""

import sys
from typing import Annotated

import typer
from rich.markup import escape

from vitrine.domain.errors import ThrottledError, UnavailableError
from vitrine.version import version
from vitrine_cli.commands import (
    credential,
    doctor,
    export,
    gallery,
    image,
    imports,
    logs,
    pipeline,
    product,
    query,
    shop,
    shop_import,
    stack,
)
from vitrine_cli.ui.failure import FailureError, UsageError
from vitrine_cli.ui.progress import console

_WRONG_USE = 2  # as of options that Typer refuses

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("up")(stack.up)
app.command("down")(stack.down)
app.command("status")(stack.status)
app.command("logs")(logs.logs)
app.command("query")(query.query)
app.command("gallery")(gallery.gallery)
app.command("doctor")(doctor.doctor)
app.add_typer(shop.app, name="shop")
app.add_typer(product.app, name="product")
app.add_typer(image.app, name="image")
app.add_typer(credential.app, name="credential")
app.command("import")(shop_import.import_images)
app.command("imports")(imports.imports)
app.command("export")(export.export)
app.command("redrive")(pipeline.redrive)
app.command("rebuild")(pipeline.rebuild)
app.command("purge")(pipeline.purge)


def _print_version(requested: bool) -> None:
    if requested:
        print(f"vitrine {version()}")
        raise typer.Exit


@app.callback()
def vitrine(
    *,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Vitrine: product images of a shop, on this machine and on AWS."""


def main() -> None:
    """Run the command line. A failure prints one sentence and exits with 1, wrong use with 2.

    Two kinds of errors that a command does not answer itself end it in the same way: of AWS (an
    account, or a local stack, does not answer, refuses, or lacks the table or a bucket) and of
    this machine (a file may not be read, a disk is full).

    An interrupt that a command does not answer itself prints one line and exits with status 130.
    """
    try:
        app()
    except SystemExit as end:
        cause = end.__context__
        if isinstance(cause, typer.Exit) and isinstance(cause.__cause__, KeyboardInterrupt):
            console.print("Interrupted.")
        raise
    except FailureError as failure:
        _print_failure(str(failure))
        sys.exit(_WRONG_USE if isinstance(failure, UsageError) else 1)
    except (ThrottledError, UnavailableError) as failure:
        _print_failure(f"AWS gives no answer; run the command again later: {failure}")
        sys.exit(1)
    except OSError as error:
        _print_failure(_sentence(error))
        sys.exit(1)
    except Exception as error:
        from botocore.exceptions import BotoCoreError, ClientError  # takes a second

        if not isinstance(error, BotoCoreError | ClientError):
            raise
        _print_failure(f"A call to AWS failed; the command can be run again: {error}")
        sys.exit(1)


def _sentence(error: OSError) -> str:
    """What this machine did not permit."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{reason}." if error.filename is None else f"{error.filename}: {reason}."


def _print_failure(sentence: str) -> None:
    console.print(f"[red]✗[/] {escape(sentence)}", soft_wrap=True)
