"""`vitrine imports`: what became of the files in a shop's import folder."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import out, print_json, print_json_lines, print_table, size_text
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from vitrine.domain.imports import Import
    from vitrine_cli.operations.import_summary import Copied, Group, Summary

_PAUSE = 5.0  # seconds between two looks
_NAMED = 3  # keys in a row of the summary
_UNITS = (("days", 24 * 60), ("hours", 60), ("min", 1))  # minutes of each
_HINTS = {
    "waiting": "on its way; 'vitrine redrive --list' shows what failed for good",
    "rejected": "'vitrine imports {shop} --rejected' shows the reasons",
    "not in a product's folder": "an image needs import/{shop}/products/<product>/<file>",
}


def imports(
    shop: Annotated[str, typer.Argument(help="The shop whose import folder to list.")],
    *,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="List only files that were rejected.")
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Count all files; exit 1 if one is late.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Count every 5 seconds until no file waits.")
    ] = False,
    stray: Annotated[
        bool, typer.Option("--stray", help="List files outside of products' folders.")
    ] = False,
    source: Annotated[
        str,
        typer.Option(help="List, or count, images that `vitrine import` added: tiendanube/555."),
    ] = "",
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """List the results of files in import/<shop>/products/<product>/ of the originals bucket."""
    if sum((rejected, summary or follow, stray, bool(source) and not summary)) > 1 or (
        source and follow
    ):
        raise typer.BadParameter(
            "Use one of --rejected, --summary or --follow, --stray, and --source; "
            "or --summary and --source."
        )
    if summary and source:
        _print_copied(_outcomes(shop, stack, port, source), shop, source, as_json=as_json)
        return
    if not (summary or follow or stray):
        _list(shop, stack, port, source, rejected=rejected, as_json=as_json)
        return
    look = _looking(shop, stack, port)
    if stray:
        _print_stray(look(), as_json=as_json)
        return
    found = _follow(shop, look, as_json=as_json) if follow else look()
    if not follow:
        _print_summary(shop, found, as_json=as_json)
    if found.late:
        raise FailureError(
            f"Files that have waited for more than 15 minutes: {len(found.late)}, "
            f"such as {found.late[0]}."
        )


def _list(
    shop: str,
    stack: str | None,
    port: int | None,
    source: str,
    *,
    rejected: bool,
    as_json: bool,
) -> None:
    found = _outcomes(shop, stack, port, source)
    rows = [_row(each) for each in found if each.reason or not rejected]
    if as_json:
        print_json_lines(rows)
        return
    if not rows:
        console.print(escape(_nothing(shop, source)), soft_wrap=True)
        return
    table = Table("file", "image", "rejected because", "settled", box=None)
    for row in rows:
        cells = (row["file"], row["image"], row["rejected"], row["settled"])
        table.add_row(*(escape(str(cell or "")) for cell in cells))
    print_table(table)


def _outcomes(shop: str, stack: str | None, port: int | None, source: str) -> list[Import]:
    """What became of files of the import folder, or of the images of a source."""
    from vitrine.domain.imports import SOURCE_MARK
    from vitrine_cli.operations import records, shop_settings

    path = f"{SOURCE_MARK}{source.removeprefix(SOURCE_MARK)}" if source else ""
    stored = records.selected(stack, port)
    owner = shop_settings.find_shop(stored, shop).id
    return stored.stores.imports.imports(owner, path)


def _nothing(shop: str, source: str = "") -> str:
    """That there is nothing to list, and where else to look."""
    if source:
        return f"Nothing was imported from {source}."
    return (
        f"No results for files in import/{shop}/products/. Images that 'vitrine import' has copied "
        f"are no files there: 'vitrine imports {shop} --source folder --summary' counts them "
        "(or --source tiendanube …)."
    )


def _row(outcome: Import) -> dict[str, Any]:
    return {
        "file": outcome.arrival.path,
        "product": outcome.arrival.product,
        "image": outcome.image,
        "rejected": outcome.reason or None,
        "code": outcome.code,
        "settled": outcome.settled_at.isoformat(timespec="seconds"),
    }


def _looking(shop: str, stack: str | None, port: int | None) -> Callable[[], Summary]:
    """A function that counts the files as they are now."""
    from vitrine.clock import now
    from vitrine_cli.operations import deployed_stack, records, shop_settings
    from vitrine_cli.operations.import_summary import stored_files, summarize

    deployed = deployed_stack.selected(stack, port)
    stored = records.deployed(deployed)
    owner = shop_settings.find_shop(stored, shop).id
    client, bucket = deployed.s3(), deployed.outputs["OriginalsBucket"]

    def look() -> Summary:
        files = list(stored_files(client, bucket, owner))  # before outcomes, which come after them
        return summarize(files, stored.stores.imports.imports(owner), now())

    return look


def _follow(shop: str, look: Callable[[], Summary], *, as_json: bool) -> Summary:
    """Count until no file waits, or only late ones."""
    with interrupts.remembered() as interrupted:
        started, first = time.monotonic(), look()
        found, waited = first, len(first.waiting.files)
        while True:
            settled = waited - len(found.waiting.files)
            rate = settled / max(time.monotonic() - started, _PAUSE)
            _print_summary(shop, found, as_json=as_json)
            if len(found.waiting.files) <= len(found.late):
                return found
            if not as_json and rate > 0:
                left = timedelta(seconds=round(len(found.waiting.files) / rate))
                out.print(f"{rate:.1f} files/s, {left} left")
            if interrupted.wait(_PAUSE):
                raise KeyboardInterrupt
            found = look()
            waited = max(waited, len(found.waiting.files))


def _groups(summary: Summary) -> dict[str, Group]:
    return {
        "waiting": summary.waiting,
        "done": summary.done,
        "rejected": summary.rejected,
        "not in a product's folder": summary.stray,
    }


def _print_summary(shop: str, summary: Summary, *, as_json: bool) -> None:
    if as_json:
        names = ("waiting", "done", "rejected", "stray")
        groups = zip(names, _groups(summary).values(), strict=True)
        shown = {name: _counts(group) for name, group in groups}
        print_json({**shown, "late": summary.late})
        return
    table = Table(escape(f"import/{shop}/"), "files", "bytes", "oldest", "", box=None)
    for name, group in _groups(summary).items():
        hint = _HINTS.get(name, "").format(shop=shop) if group.files else ""
        if group is summary.stray and group.files:
            hint = f"{', '.join(group.files[:_NAMED])}: {hint}"
        count = len(group.files)
        cells = (
            name,
            f"{count:,}".replace(",", " "),
            size_text(group.size),
            age_text(group.oldest),
        )
        table.add_row(*(escape(cell) for cell in (*cells, hint)))
    print_table(table)
    if not any(group.files for group in _groups(summary).values()):
        console.print(escape(_nothing(shop)), soft_wrap=True)


def _print_copied(outcomes: list[Import], shop: str, source: str, *, as_json: bool) -> None:
    """Print how many images came from a source."""
    from vitrine_cli.operations.import_summary import copied_by_source

    found = copied_by_source(outcomes)
    if as_json:
        print_json_lines(map(_copied, found))
        return
    if not found:
        console.print(escape(_nothing(shop, source)), soft_wrap=True)
        return
    table = Table("vitrine import", "images", "first", "last", box=None)
    for each in found:
        count = f"{each.images:,}".replace(",", " ")
        cells = (each.source, count, age_text(each.first), age_text(each.last))
        table.add_row(*map(escape, cells))
    print_table(table)


def _copied(count: Copied) -> dict[str, Any]:
    first, last = (each.isoformat(timespec="seconds") for each in (count.first, count.last))
    return {"source": count.source, "images": count.images, "first": first, "last": last}


def _counts(group: Group) -> dict[str, Any]:
    oldest = group.oldest and group.oldest.isoformat(timespec="seconds")
    return {"files": len(group.files), "bytes": group.size, "oldest": oldest}


def age_text(moment: datetime | None) -> str:
    """A moment, and how long ago it was."""
    from vitrine.clock import now

    if moment is None:
        return ""
    minutes = (now() - moment) // timedelta(minutes=1)
    ago = next((f"{minutes // unit} {name}" for name, unit in _UNITS if minutes >= 2 * unit), "now")
    return f"{moment.isoformat(sep=' ', timespec='seconds').removesuffix('+00:00')} ({ago})"


def _print_stray(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print_json_lines({"key": each} for each in summary.stray.files)
        return
    if not summary.stray.files:
        console.print("No files outside of products' folders.")
    for key in summary.stray.files:
        out.print(escape(key), soft_wrap=True)
