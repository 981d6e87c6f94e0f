"""`vitrine shop`: create, change, list, examine and delete shops, and assign host names to them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vitrine.domain.shops import ProductMode, Shop
from vitrine_cli.commands.options import (
    JsonOption,
    PortOption,
    SettingsOption,
    StackOption,
    parse_settings,
)
from vitrine_cli.commands.shop_delete import delete
from vitrine_cli.commands.shop_usage import reindex, usage
from vitrine_cli.ui.output import print_json, print_json_lines, print_table, size_text
from vitrine_cli.ui.progress import console

app = typer.Typer(help="Create, change, list, examine and delete shops.", no_args_is_help=True)
app.command("usage")(usage)
app.command("reindex")(reindex)
app.command("delete")(delete)

ShopArgument = Annotated[str, typer.Argument(help="The shop's id.")]
_MODES = "`open`: every product id is valid. `registered`: only registered products are."


@app.command("create")
def create(
    shop: Annotated[
        str, typer.Argument(help="The shop's id, which is part of its pictures' URLs.")
    ],
    *,
    setting: SettingsOption = None,
    products: Annotated[ProductMode, typer.Option(help=_MODES)] = ProductMode.OPEN,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Create a shop, and print its settings as JSON."""
    from vitrine_cli.operations import records, shop_settings

    selected = records.selected(stack, port)
    settings = parse_settings(setting)
    _print_shop(shop_settings.create_shop(selected, shop, settings, products))


@app.command("change")
def change(
    shop: ShopArgument,
    *,
    setting: SettingsOption = None,
    products: Annotated[ProductMode | None, typer.Option(help=_MODES)] = None,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Change settings of a shop, and print all of them. Changes take effect within a minute."""
    from vitrine_cli.operations import records, shop_settings

    selected = records.selected(stack, port)
    settings = parse_settings(setting)
    _print_shop(shop_settings.change_shop(selected, shop, settings, products))


@app.command("host")
def host(
    shop: ShopArgument,
    host: Annotated[
        str, typer.Argument(help="A host name, or '*' for every host that has no shop.")
    ],
    *,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Assign a host name to a shop, whose images guests of that host then read (OpenMage)."""
    from vitrine_cli.operations import records, shop_settings

    shop_settings.open_host(records.selected(stack, port), shop, host)
    console.print(f"Guests of {escape(host)} now read the images of shop {escape(shop)}.")


@app.command("list")
def list_shops(
    *,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """List shops with their images. Shops of earlier versions need 'vitrine shop reindex'."""
    from vitrine_cli.operations import records, shop_overview

    rows = shop_overview.list_shops(records.selected(stack, port))
    if as_json:
        print_json_lines(rows)
        return
    if not rows:
        console.print("No shops are listed; 'vitrine shop reindex' lists those of old stacks.")
        return
    titles = ("shop", "products", "images", "originals", "products mode", "credentials", "created")
    table = Table(box=None)
    for title in titles:
        table.add_column(title, justify="right" if title in titles[1:4] else "left")
    for row in rows:
        size = size_text(row["bytes"]) if row["exact"] else "?"
        figures = (str(row["products"]), str(row["images"]), size)
        created = (row["created"] or "")[:10]
        table.add_row(escape(row["shop"]), *figures, row["mode"], str(row["credentials"]), created)
    print_table(table)


@app.command("show")
def show(
    shop: ShopArgument,
    *,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Show a shop: settings, hosts, store views, credentials without secrets, and URLs."""
    from vitrine_cli.operations import deployed_stack, shop_overview

    described = shop_overview.describe_shop(deployed_stack.selected(stack, port), shop)
    if as_json:
        print_json(described)
        return
    table = Table("", "", box=None, show_header=False)
    for name, value in shop_overview.rows_of(described):
        table.add_row(name, escape(value))
    print_table(table)


def _print_shop(shop: Shop) -> None:
    print_json({"shop": shop.id, "products": shop.products.value, **shop.settings})
