"""`vitrine product`: register products and their aliases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vitrine.domain.shops import ProductMode
from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import print_json_lines, print_table
from vitrine_cli.ui.progress import console, counted

if TYPE_CHECKING:
    from vitrine_cli.operations.records import StackRecords

app = typer.Typer(help="Register products and their aliases.", no_args_is_help=True)

ShopArgument = Annotated[str, typer.Argument(help="The products' shop.")]


@app.command("register")
def register(
    shop: ShopArgument,
    product: Annotated[str, typer.Argument(help="The product's id, in any dialect.")],
    *,
    alias: Annotated[
        list[str] | None, typer.Option(help="Another id of the product. Can be repeated.")
    ] = None,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Register a product and its aliases."""
    from vitrine_cli.operations import product_names, records

    selected = records.selected(stack, port)
    key = product_names.register(selected, shop, product, alias or [])
    console.print(f"Product {escape(key)} is registered.")
    _warn_if_open(selected, shop)


@app.command("alias")
def alias(
    shop: ShopArgument,
    product: Annotated[str, typer.Argument(help="The product's id or one of its aliases.")],
    alias: Annotated[list[str], typer.Argument(help="Other ids of the product.")],
    *,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Add aliases to a registered product."""
    from vitrine_cli.operations import product_names, records

    selected = records.selected(stack, port)
    key = product_names.add_aliases(selected, shop, product, alias)
    console.print(f"Aliases added to product {escape(key)}: {escape(', '.join(alias))}.")
    _warn_if_open(selected, shop)


@app.command("list")
def list_products(
    shop: ShopArgument,
    *,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """List a shop's registered products and their aliases."""
    from vitrine_cli.operations import product_names, records

    found = product_names.list_products(records.selected(stack, port), shop)
    if as_json:
        print_json_lines({"product": key, "aliases": each} for key, each in found.items())
        return
    if not found:
        console.print(f"Shop {escape(shop)} has no registered products.")
        return
    table = Table("product", "aliases", box=None)
    for key, aliases in found.items():
        table.add_row(escape(key), escape(", ".join(aliases)))
    print_table(table)


@app.command("import")
def import_products(
    shop: ShopArgument,
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file with the header product,alias,…", exists=True, dir_okay=False
        ),
    ],
    *,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Register the products of a CSV file. Run it again to continue after an interruption."""
    from vitrine_cli.operations import product_names, records

    selected = records.selected(stack, port)
    registered, skipped = 0, 0
    with file.open("rb") as lines:
        total = sum(1 for _ in lines)
        lines.seek(0)
        with counted("Lines", total) as advance:
            for row in product_names.import_products(selected, shop, lines):
                if row.problem:
                    skipped += 1
                    console.print(f"line {row.line}: {escape(row.problem)}", soft_wrap=True)
                elif row.product is not None:
                    registered += 1
                advance()
    console.print(f"Rows registered: {registered}.")
    _warn_if_open(selected, shop)
    if skipped:
        raise FailureError(f"Rows skipped: {skipped}.")


def _warn_if_open(records: StackRecords, shop: str) -> None:
    """Say that registered products have no effect while the shop is open to all products."""
    from vitrine_cli.operations import shop_settings

    if shop_settings.find_shop(records, shop).products is ProductMode.OPEN:
        console.print(
            f"Shop {escape(shop)} accepts every product id, so this has no effect until "
            f"'vitrine shop change {escape(shop)} --products registered'.",
            soft_wrap=True,
        )
