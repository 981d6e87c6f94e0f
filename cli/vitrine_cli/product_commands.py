"""The commands of `vitrine product`, as a person types them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from vitrine.domain.shops import ProductMode
from vitrine_cli import products, tables
from vitrine_cli.accounts import find_shop
from vitrine_cli.failure import FailureError
from vitrine_cli.steps import console
from vitrine_cli.tables import Records
from vitrine_cli.terminal import AnyPort, AnyStack, AsJson, print_json, print_wide

product_app = typer.Typer(help="Products that a shop registers.", no_args_is_help=True)

ShopId = Annotated[str, typer.Argument(help="The shop they are of.")]


@product_app.command("register")
def register_product(
    shop: ShopId,
    product: Annotated[str, typer.Argument(help="A name of it, in any dialect.")],
    *,
    alias: Annotated[list[str] | None, typer.Option(help="What else it is called.")] = None,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Let a product be known, with the other names it has; again, to add some."""
    records = tables.of(stack, port)
    key = products.register(records, shop, product, alias or [])
    console.print(f"Product {escape(key)} is registered.")
    _tell_open(records, shop)


@product_app.command("alias")
def add_aliases(
    shop: ShopId,
    product: Annotated[str, typer.Argument(help="The product, by any name it has.")],
    alias: Annotated[list[str], typer.Argument(help="What else it is called.")],
    *,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Let a registered product go by further names."""
    records = tables.of(stack, port)
    key = products.add_aliases(records, shop, product, alias)
    console.print(f"Product {escape(key)} goes by {escape(', '.join(alias))}, too.")
    _tell_open(records, shop)


@product_app.command("list")
def list_products(
    shop: ShopId, *, as_json: AsJson = False, stack: AnyStack = None, port: AnyPort = None
) -> None:
    """List a shop's registered products and their aliases."""
    found = products.list_products(tables.of(stack, port), shop)
    if as_json:
        print_json([{"product": key, "aliases": aliases} for key, aliases in found.items()])
        return
    if not found:
        console.print(f"Shop {escape(shop)} has no registered products.")
        return
    grid = Table("product", "aliases", box=None)
    for key, aliases in found.items():
        grid.add_row(escape(key), escape(", ".join(aliases)))
    print_wide(grid)


@product_app.command("import")
def import_products(
    shop: ShopId,
    file: Annotated[Path, typer.Argument(help="CSV: product,alias,…", exists=True, dir_okay=False)],
    *,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Register the products of a CSV file; again, to go on where it was stopped."""
    records = tables.of(stack, port)
    registered, skipped = 0, 0
    with file.open("rb") as lines, _bar(console) as progress:
        task = progress.add_task("Importing", total=file.stat().st_size, rows=0)
        for row in products.import_products(records, shop, lines):
            if row.problem:
                skipped += 1
                progress.console.print(f"line {row.line}: {escape(row.problem)}", soft_wrap=True)
            elif row.product is not None:
                registered += 1
            progress.update(task, advance=row.size, rows=registered)
    console.print(f"Rows registered: {registered}.")
    _tell_open(records, shop)
    if skipped:
        raise FailureError(f"Rows skipped: {skipped}.")


def _bar(where: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeRemainingColumn(),
        console=where,
        disable=not where.is_terminal,
    )


def _tell_open(records: Records, shop: str) -> None:
    """Say so if all this means nothing yet."""
    if find_shop(records, shop).products is ProductMode.OPEN:
        console.print(
            f"Shop {escape(shop)} is open to every product, each by its one name: "
            f"'vitrine shop change {escape(shop)} --products registered' lets this take effect.",
            soft_wrap=True,
        )
