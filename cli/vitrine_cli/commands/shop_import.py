"""`vitrine import`: copy the images of a folder or a CSV file into a shop."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import out, print_json, size_text
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from vitrine_cli.importing.session import Options, Result, Session
    from vitrine_cli.importing.source import Source

_INTERRUPTED = 130
_FOLDER = "@folder"


def import_images(
    shop: Annotated[str, typer.Argument(help="The shop that receives the images.")],
    source: Annotated[
        Path | None,
        typer.Argument(help="A folder with a sub-folder for each product, or a CSV file."),
    ] = None,
    *,
    root: Annotated[
        Path | None, typer.Option(help="The folder of files that a CSV file names.")
    ] = None,
    pattern: Annotated[
        str, typer.Option(help="Names of files directly in the folder: {product}_{n}, {any}.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be imported; store nothing.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Change images that differ from the source.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Import images again that were deleted here.")
    ] = False,
    register: Annotated[
        bool, typer.Option("--register", help="Register products that the shop does not know.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the last import; failed images too.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Say how far the last import has come.")
    ] = False,
    verify: Annotated[
        bool | None,
        typer.Option(
            "--verify/--no-verify", help="Compare the shop with the source, alone or at the end."
        ),
    ] = None,
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, max=16, help="Products at the same time.")
    ] = 4,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Copy images into a shop. Repeat it at any time: nothing is imported twice."""
    chosen = sum((source is not None, resume, status))
    if chosen > 1 or (chosen == 0 and verify is not True):
        raise typer.BadParameter("Give a SOURCE, or one of --resume, --status and --verify.")
    from vitrine_cli.importing.session import Options, Session, local_source
    from vitrine_cli.operations import deployed_stack

    session = Session.open(deployed_stack.selected(stack, port), shop, Path.cwd())
    if status:
        _print_status(session.status(_FOLDER), as_json=as_json)
        return
    if source is None and not resume:
        _print_verified(session.verify(_FOLDER), as_json=as_json)
        return
    found = session.source_of(_FOLDER) if source is None else local_source(source, root, pattern)
    options = Options(update, again, register, at_once, verifies=verify is not False)
    if dry_run:
        _print_check(session.check(found, options), as_json=as_json)
        return
    _run(session, found, options, resumes=resume, as_json=as_json)


def _run(
    session: Session, source: Source, options: Options, *, resumes: bool, as_json: bool
) -> None:
    again = f"vitrine import {shlex.quote(session.shop.id)} --resume"
    try:
        with interrupts.stoppable() as stopping:
            result = session.run(source, options, stopping, resumes=resumes)
    except KeyboardInterrupt:
        console.print(f"Interrupted. Continue with: {escape(again)}")
        raise typer.Exit(_INTERRUPTED) from None
    except FailureError as failure:
        raise FailureError(f"{failure} Continue with: {again}") from None
    if as_json:
        print_json(result.as_json())
    else:
        _print_result(result)
    if result.is_interrupted:
        console.print(f"Interrupted. Continue with: {escape(again)}")
        raise typer.Exit(_INTERRUPTED)
    if not result.is_whole:
        raise typer.Exit(1)


def _print_result(result: Result) -> None:
    told = result.as_json()
    out.print(
        f"Imported {told['added']}, updated {told['updated']}, already here {told['present']}"
    )
    if told["left"]:
        out.print(f"Left as they are here: {told['left']} (see 'reason' in --verify)")
    if told["rejected"]:
        out.print(f"Rejected {told['rejected']} → rejected.csv, of these failed {told['failed']}")
    out.print("Ids → ids.csv")
    if told["missing_at_source"]:
        out.print(f"No longer at the source, and still here: {told['missing_at_source']}")
    for name, count in told["left_out"].items():
        out.print(f"Not carried: {count} {escape(name)}")
    for note in told["notes"]:
        out.print(f"Note: {escape(note)}")
    if result.differences is not None:
        _print_verified(result.differences, as_json=False, fails=False)


def _print_verified(differences: int, *, as_json: bool, fails: bool = True) -> None:
    if as_json:
        print_json({"differences": differences})
    elif differences:
        out.print(f"Differences: {differences} → differs.csv")
    else:
        out.print("Verified: all images are as at the source")
    if differences and fails:
        raise typer.Exit(1)


def _print_status(status: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(status)
        return
    for name, value in status.items():
        out.print(f"{name:<12}{value}")


def _print_check(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        out.print(
            f"{found['products']} products, {found['images']} images, "
            f"{size_text(found['bytes'])} read: {found['new']} to import, "
            f"{found['present']} already here, {found['rejected']} would be rejected"
        )
        for reason, count in found["reasons"].items():
            out.print(f"  {count} × {escape(reason)}")
    if found["rejected"]:
        raise typer.Exit(1)
