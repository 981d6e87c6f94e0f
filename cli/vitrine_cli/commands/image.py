"""`vitrine image`: list, examine and take down the images of a shop."""

from __future__ import annotations

import csv
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.moments import parse_recent
from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui.output import print_json, print_json_lines, print_table, size_text
from vitrine_cli.ui.progress import console, step
from vitrine_cli.ui.questions import confirm

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(help="List, examine and take down the images of a shop.", no_args_is_help=True)

ShopArgument = Annotated[str, typer.Argument(help="The shop's id.")]
_COLUMNS = (
    *("product", "id", "position", "roles", "width", "height", "format", "bytes", "alt"),
    *("file_name", "state", "created", "url"),
)


@app.command("list")
def list_images(
    shop: ShopArgument,
    product: Annotated[
        str | None, typer.Argument(help="The only product to list; all products without it.")
    ] = None,
    *,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    pending: Annotated[
        bool, typer.Option("--pending", help="List only images whose renditions are missing.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_recent,
            metavar="TIME",
            help="List only images created since then: 2h, 2026-11-26, 2026-11-26T03:10; UTC.",
        ),
    ] = None,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """List the images of a shop, product by product, in order."""
    from vitrine_cli.operations import deployed_stack, image_list, records, shop_settings

    if as_json and as_csv:
        raise typer.BadParameter("Choose --json or --csv.")
    deployed = deployed_stack.selected(stack, port)
    selected = records.deployed(deployed)
    owner = shop_settings.find_shop(selected, shop).id
    rows = image_list.list_images(
        *(selected, deployed.outputs["MediaUrl"], owner, product),
        pending=pending,
        since=since,
    )
    if as_json:
        print_json_lines(rows)
    elif as_csv:
        _print_csv(rows)
    else:
        _print_images(rows)


@app.command("show")
def show(
    shop: ShopArgument,
    image: Annotated[
        str, typer.Argument(help="The image's id, or the URL of one of its public pictures.")
    ],
    *,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Show everything about one image, with all its public URLs."""
    from vitrine_cli.operations import deployed_stack, image_list, records, shop_settings

    deployed = deployed_stack.selected(stack, port)
    selected = records.deployed(deployed)
    owner = shop_settings.find_shop(selected, shop).id
    found = image_list.show_image(selected, deployed.outputs["MediaUrl"], owner, image)
    found["versions"] = image_list.stored_versions(deployed, owner, found["id"])
    if as_json:
        print_json(found)
        return
    table = Table("", "", box=None, show_header=False)
    for name, value in found.items():
        for label, text in _lines(name, value):
            table.add_row(label.replace("_", " "), escape(text))
    print_table(table)


@app.command("forget")
def forget(
    image: Annotated[
        str, typer.Argument(help="SHOP/ID, or the URL of a picture, also of a deleted one.")
    ],
    *,
    reason: Annotated[str, typer.Option(help="A note that is kept with the take-down.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait until the CDN has forgotten it.")
    ] = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Remove an image from everywhere: record, all versions of its files, pictures, CDN."""
    from vitrine_cli.operations import deployed_stack, forgetting, records

    deployed = deployed_stack.selected(stack, port)
    selected = records.deployed(deployed)
    chosen = forgetting.find(selected, image)
    confirm(f"Remove image {chosen.image} of shop {chosen.shop.id} for good?", yes=yes)
    with step("Removing record and original"):
        begun = forgetting.begin(selected, chosen, reason)
    gone = not begun.url or forgetting.is_gone(selected, chosen)
    if gone:  # before the wait, which may be interrupted
        with step("Removing all versions of its files"):
            forgetting.delete_versions(deployed, selected, chosen)
    if not no_wait:
        with step("Removing pictures, also from the CDN"):
            begun = forgetting.wait(deployed, selected, begun)
        if gone:  # what a request has stored meanwhile
            forgetting.delete_versions(deployed, selected, chosen)
    print_json(
        {
            "id": begun.id,
            "shop": begun.shop,
            "image": begun.image,
            "state": begun.state.value,
            "paths": sorted(begun.places.paths),
            "invalidation": begun.invalidation or None,
            "browser_copies": "may remain",
        }
    )


def _lines(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The lines of one member: one for each URL, otherwise a single one."""
    match value:
        case dict() if name == "sizes":
            for size, formats in value.items():
                yield from ((f"{size} {kind}", url) for kind, url in formats.items())
        case dict():
            yield name, ", ".join(f"{key}: {_text(text)}" for key, text in value.items())
        case list() if name in ("names", "originals"):
            yield from ((name, each) for each in value)
        case list() if name == "versions":
            yield from ((name, _version(each)) for each in value)
        case list():
            yield name, ", ".join(value)
        case bool():
            yield name, "yes" if value else "no"
        case _:
            yield name, "" if value is None else str(value)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={each}" for name, each in value.items())
    return str(value)


def _version(version: dict[str, Any]) -> str:
    what = "deleted" if version["deleted"] else size_text(version["bytes"])
    state = "current" if version["current"] else "earlier"
    return f"{version['stored']} {state} {what} {version['version']} {version['key']}"


def _print_csv(rows: Iterator[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        values = {**row, "roles": "|".join(row["roles"])}
        writer.writerow([values[name] for name in _COLUMNS])


def _print_images(rows: Iterator[dict[str, Any]]) -> None:
    titles = ("product", "id", "position", "roles", "pixels", "size", "alt", "file", "state", "url")
    table = Table(*titles, box=None)
    for row in rows:
        pixels = f"{row['width']} x {row['height']} {row['format']}"
        numbers = (str(row["id"]), str(row["position"]), ", ".join(row["roles"]), pixels)
        texts = (size_text(row["bytes"]), escape(row["alt"]), escape(row["file_name"]))
        table.add_row(escape(row["product"]), *numbers, *texts, row["state"], row["url"])
    if not table.row_count:
        console.print("No images.")
        return
    print_table(table)
