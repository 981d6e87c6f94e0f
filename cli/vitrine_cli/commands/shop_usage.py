"""`vitrine shop usage` and `vitrine shop reindex`: counters and the index of products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from vitrine.clock import now
from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.commands.spending import print_spending, read_spending, spending_row
from vitrine_cli.ui.failure import FailureError, UsageError
from vitrine_cli.ui.output import out, print_json, print_table, size_text
from vitrine_cli.ui.progress import console, step

if TYPE_CHECKING:
    from vitrine_cli.operations.records import StackRecords
    from vitrine_cli.operations.shop_costs import Spending
    from vitrine_cli.operations.usage_check import ObjectCheck, Recount


def usage(
    shop: Annotated[str, typer.Argument(help="The shop's id.")],
    *,
    exact: Annotated[
        bool, typer.Option("--exact", help="Also read all records and list the buckets.")
    ] = False,
    recount: Annotated[
        bool, typer.Option("--recount", help="Count the records, and correct the counters.")
    ] = False,
    mend: Annotated[
        bool,
        typer.Option(
            "--mend", help="With --exact: correct counters, delete originals without a record."
        ),
    ] = False,
    month: Annotated[
        str, typer.Option(help="Also count the requests of this month, such as 2026-11, by price.")
    ] = "",
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Show how many images a shop has, the bytes of their originals, and what a month costs."""
    from vitrine_cli.operations import deployed_stack, records, shop_settings
    from vitrine_cli.operations import usage_check as check
    from vitrine_cli.operations.shop_costs import Month
    from vitrine_cli.operations.shop_overview import usage_row

    if mend and not exact:
        raise typer.BadParameter("--mend needs --exact.")
    wanted = Month.parse(month) if month else None
    if wanted and wanted.begin > now():
        raise UsageError(f"{wanted} has not begun.")
    deployed = deployed_stack.selected(stack, port)
    selected = records.deployed(deployed)
    owner = shop_settings.find_shop(selected, shop).id
    recounted: Recount | None = None
    objects: ObjectCheck | None = None
    problems: list[str] = []
    if exact or recount:
        recounted, problems = _recount(selected, owner, correct=recount or mend)
    if exact and recounted:
        objects = check.check_objects(deployed.s3(), deployed.outputs, owner, recounted.records)
        problems += _mend(selected, objects, delete=mend)
    counted = selected.stores.galleries.usage(owner)
    spent = read_spending(deployed, owner, wanted, counted, objects) if wanted else None
    _print(usage_row(owner, counted), recounted, objects, spent, as_json=as_json)
    if problems:
        raise FailureError("; ".join(problems) + ".")


def _print(
    row: dict[str, Any],
    recounted: Recount | None,
    objects: ObjectCheck | None,
    spent: Spending | None,
    *,
    as_json: bool,
) -> None:
    if as_json:
        print_json(
            {**row, **_checked(recounted, objects), **(spending_row(spent) if spent else {})}
        )
        return
    _print_usage(row, recounted, objects)
    if spent:
        print_spending(spent, with_public=objects is not None)


def _recount(records: StackRecords, shop: str, *, correct: bool) -> tuple[Recount, list[str]]:
    """Count the records, and return what is wrong and stays so."""
    from vitrine_cli.operations import usage_check as check

    with step("Counting records"):
        recounted = check.recount(records, shop)
    if correct and (recounted.differing or recounted.exact is None):
        check.correct(records, shop, recounted)
    if recounted.differing and not correct:
        return recounted, [f"counters that differ: {', '.join(recounted.differing)}"]
    return recounted, []


def _mend(records: StackRecords, objects: ObjectCheck, *, delete: bool) -> list[str]:
    """Delete orphans if that is wanted, and return what is wrong and stays so."""
    from vitrine_cli.operations import usage_check as check

    problems = []
    if objects.orphans and delete:
        deleted = check.delete_orphans(records, objects.orphans)
        console.print(f"Originals without a record that were deleted: {deleted}.")
    elif objects.orphans:
        problems.append(f"originals without a record: {len(objects.orphans)}; --mend deletes them")
    if objects.missing:
        problems.append(f"records without an original: {len(objects.missing)}")
    return problems


def _checked(recounted: Recount | None, objects: ObjectCheck | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if recounted:
        found["differing"] = {
            name: {"counted": counted, "records": right}
            for name, (counted, right) in recounted.differing.items()
        }
    if objects:
        stocks = {
            "originals": objects.originals,
            "public": objects.public,
            "import": objects.imports,
        }
        found["objects"] = {
            name: {"files": each.files, "bytes": each.bytes} for name, each in stocks.items()
        }
        found["orphans"] = [each.original_key for each in objects.orphans]
        found["missing"] = objects.missing
    return found


def _print_usage(
    row: dict[str, Any], recounted: Recount | None, objects: ObjectCheck | None
) -> None:
    table = Table("", "", "", box=None, show_header=False)
    for column in table.columns[1:]:
        column.justify = "right"

    def line(name: str, count: int, size: int) -> None:
        table.add_row(name, str(count), size_text(size))

    line("images", row["images"], row["bytes"])
    for kind, each in row["formats"].items():
        line(f"  {kind.upper()}", each["images"], each["bytes"])
    line("deleted but kept", row["kept"]["images"], row["kept"]["bytes"])
    line("library", row["library"]["images"], row["library"]["bytes"])
    if objects:
        line("stored originals", objects.originals.files, objects.originals.bytes)
        line("public pictures", objects.public.files, objects.public.bytes)
        line("import folder", objects.imports.files, objects.imports.bytes)
    print_table(table)
    if not row["exact"]:
        console.print("The counters are not complete: --recount completes them.")
    for name, (counted, right) in (recounted.differing if recounted else {}).items():
        out.print(f"counter {name}: {counted}, by the records {right}", soft_wrap=True)
    if objects:
        for address in objects.orphans:
            out.print(f"without a record: {escape(address.original_key)}", soft_wrap=True)
        for key in objects.missing:
            out.print(f"without an original: {escape(key)}", soft_wrap=True)


def reindex(
    shop: Annotated[
        str | None, typer.Argument(help="The only shop to complete; all shops without it.")
    ] = None,
    *,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Complete the list of shops and the index of products, after an upgrade of an old stack.

    It reads the whole table once.
    """
    from vitrine_cli.operations import deployed_stack, records, reindexing, shop_settings

    deployed = deployed_stack.selected(stack, port)
    selected = records.deployed(deployed)
    if shop is not None:
        shop_settings.find_shop(selected, shop)
    client, table = deployed.dynamodb(), deployed.outputs["Table"]
    price = reindexing.scan_price(client, table)
    console.print(
        f"Reading the whole table: about {price.items} items, {price.units} read units, "
        f"USD {price.usd:.4f}."
    )
    with step("Indexing"):
        done = reindexing.reindex(client, table, selected, shop)
    if as_json:
        print_json({"shops": sorted(done.shops), "galleries": done.heads, "changed": done.changed})
        return
    out.print(
        f"Shops: {len(done.shops)}; galleries: {done.heads}; written to the index: {done.changed}."
    )
