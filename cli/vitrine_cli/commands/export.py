"""`vitrine export`: a shop's originals with texts, order and roles, in a folder or a tar file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from vitrine_cli.commands.moments import parse_moment
from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import out, print_json, size_text
from vitrine_cli.ui.progress import console, counted

if TYPE_CHECKING:
    from vitrine_cli.operations.exporting import Export, Selection

_INTERRUPTED = 130


def export(
    shop: Annotated[str, typer.Argument(help="The shop to export.")],
    target: Annotated[Path, typer.Argument(help="A folder, or a file whose name ends with .tar.")],
    *,
    product: Annotated[str | None, typer.Option(help="Export only this product.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_moment,
            metavar="TIME",
            help="Export only images created since then: 2026-11-26, 2026-11-26T03:10; UTC.",
        ),
    ] = None,
    retired: Annotated[
        bool, typer.Option("--retired", help="Export deleted images that are still kept, too.")
    ] = False,
    at_once: Annotated[
        int, typer.Option(min=1, max=10, help="The most originals at the same time.")
    ] = 4,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Export originals, texts, order and roles. Run it again to complete a folder."""
    from vitrine_cli.operations.exporting import Selection

    interrupts.listen()
    selection = Selection(product, since, retired)
    try:
        result = _export(shop, target, selection, at_once, stack, port)
    except KeyboardInterrupt:
        again = "starts again" if target.suffix == ".tar" else "continues"
        console.print(f"Interrupted; the same command {again}.")
        raise typer.Exit(_INTERRUPTED) from None
    if as_json:
        print_json({"shop": shop, "target": str(target), **asdict(result)})
    else:
        _print_result(result)
    if problems := _problems(result):
        raise FailureError(problems)


def _export(shop: str, target: Path, selection: Selection, at_once: int, *where: Any) -> Export:
    from vitrine_cli.operations import deployed_stack, export_targets, exporting, records
    from vitrine_cli.operations.shop_settings import find_shop

    deployed = deployed_stack.selected(*where)
    stored = records.deployed(deployed)
    owner = find_shop(stored, shop)
    whole = selection == type(selection)()
    usage = stored.stores.galleries.usage(owner.id)
    total = usage.live.images + usage.library.images if whole and usage.exact else None
    description = exporting.description(owner, selection)
    with (
        export_targets.open_target(target, description) as opened,
        counted("Exporting", total) as advance,
    ):
        media_url = deployed.outputs["MediaUrl"]
        return exporting.export(stored, media_url, owner, selection, opened, at_once, advance)


def _print_result(result: Export) -> None:
    out.print(
        f"Images exported: {result.images}; of the library: {result.library}; "
        f"retired: {result.retired}. Originals: {size_text(result.bytes)}, "
        f"{result.written} written now.",
        soft_wrap=True,
    )
    if result.deleted:
        console.print(f"Images that were deleted meanwhile: {result.deleted}.")
    for path in result.others:
        console.print(f"No image of this export: {escape(path)}", soft_wrap=True)


def _problems(result: Export) -> str:
    """The images that an export had to leave out, in one sentence each; empty for none."""
    named = (
        ("Images without a stored original", result.missing),
        ("Images whose original is not the recorded one", result.damaged),
    )
    return " ".join(
        f"{what}: {', '.join(str(number) for number in numbers)}."
        for what, numbers in named
        if numbers
    )
