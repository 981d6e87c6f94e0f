"""`vitrine shop`: create and change shops, and assign host names to them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from vitrine.domain.shops import ProductMode, Shop
from vitrine_cli.commands.options import (
    PortOption,
    SettingsOption,
    StackOption,
    parse_settings,
)
from vitrine_cli.ui.output import print_json
from vitrine_cli.ui.progress import console

app = typer.Typer(help="Create and change shops.", no_args_is_help=True)

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


def _print_shop(shop: Shop) -> None:
    print_json({"shop": shop.id, "products": shop.products.value, **shop.settings})
