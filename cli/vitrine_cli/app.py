"""The commands, as a person types them. What they do is done elsewhere."""

import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vitrine.domain.shops import ProductMode, Shop
from vitrine.version import version
from vitrine_cli import (
    accounts,
    demo,
    interrupts,
    local,
    logs,
    pipeline_commands,
    purge,
    stacks,
    tables,
)
from vitrine_cli.failure import FailureError
from vitrine_cli.product_commands import product_app
from vitrine_cli.stacks import Stack
from vitrine_cli.steps import console, step
from vitrine_cli.terminal import AnyPort, AnyStack, AsJson, print_json, print_wide

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
shop_app = typer.Typer(help="Shops.", no_args_is_help=True)
credential_app = typer.Typer(help="What lets clients into a shop.", no_args_is_help=True)
app.add_typer(shop_app, name="shop")
app.add_typer(product_app, name="product")
app.add_typer(credential_app, name="credential")
app.command("redrive")(pipeline_commands.redrive)
app.command("rebuild")(pipeline_commands.rebuild)

out = Console(highlight=False)


def _print_version(asked: bool) -> None:
    if asked:
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


Settings = Annotated[list[str] | None, typer.Option(help="NAME=VALUE, such as evotor.store_id=…")]
PORT = 8000


@app.command()
def up(
    *,
    detach: Annotated[bool, typer.Option(help="Return when the stack answers.")] = False,
    as_json: AsJson = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where clients reach it.")] = PORT,
    pictures: Annotated[bool, typer.Option("--demo", help="Fill it with sample pictures.")] = False,
) -> None:
    """Start a stack with a demo shop on this machine; without --detach, until Ctrl-C."""
    interrupts.listen()
    stack, started = local.up(port)
    try:
        if pictures:
            _show_pictures(stack)
        _describe(stack, as_json=as_json)
        if started and not detach:
            _stay(stack)
    except BaseException:
        if started:
            with step("Stopping"):
                stack.stop()
        raise
    if not started and not detach:
        console.print(f"\nIt ran already; 'vitrine down --port {port}' ends it.")


def _stay(stack: Stack) -> None:
    console.print("\nCtrl-C ends it.")
    with suppress(KeyboardInterrupt):
        signal.pause()
    with step("Stopping"):
        stack.stop()


def _describe(stack: Stack, *, as_json: bool) -> None:
    shop = stack.shop
    if as_json:
        print(shop.model_dump_json())
        return
    out.print(
        f"\nAPI         {shop.base_url}\nPictures    {shop.media_url}\nShop        {shop.shop}"
    )
    folder = f"s3://{stack.outputs['OriginalsBucket']}/import/{shop.shop}/products/<product>/"
    out.print(f"Import      {folder} at {stack.endpoint}", soft_wrap=True)
    out.print("\nFor a shell:\n", style="bold")
    out.print(f"export BASE={shop.base_url}")
    for dialect, login in shop.credentials.items():
        values = " ".join(
            f"{dialect}_{name}".upper() + f"={value}" for name, value in login.items()
        )
        out.print(f"export {values}", soft_wrap=True, markup=False)
    out.print("\nTry it:\n", style="bold")
    demo.draw_samples()
    for line in demo.curl_lines(stack):
        out.print(line, soft_wrap=True, markup=False)


def _show_pictures(stack: Stack) -> None:
    grid = Table("what", "bytes", "ms", "URL", box=None, pad_edge=False)
    with step("Uploading sample pictures and waiting for their renditions"):
        for each in demo.fill(stack):
            grid.add_row(each.what, str(each.size), f"{each.seconds * 1000:.0f}", each.url)
    grid.columns[1].justify = grid.columns[2].justify = "right"
    out.print()
    print_wide(grid)


@app.command()
def down(
    *,
    port: AnyPort = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every stack of this checkout.")
    ] = False,
) -> None:
    """Stop a stack on this machine, and forget what it held."""
    for stack in stacks.known() if everything else [stacks.started(port)]:
        with step(f"Stopping the stack on port {stack.port}"):
            stack.stop()


@shop_app.command("create")
def create_shop(
    shop: Annotated[str, typer.Argument(help="Its id, part of its pictures' URLs.")],
    *,
    setting: Settings = None,
    products: Annotated[
        ProductMode, typer.Option(help="Whether every product exists, or registered ones only.")
    ] = ProductMode.OPEN,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Create a shop."""
    created = accounts.create_shop(tables.of(stack, port), shop, _settings(setting), products)
    _print_shop(created)


@shop_app.command("change")
def change_shop(
    shop: Annotated[str, typer.Argument(help="Its id.")],
    *,
    setting: Settings = None,
    products: Annotated[
        ProductMode | None,
        typer.Option(help="Whether every product exists, or registered ones only."),
    ] = None,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Give a shop other settings, or show those it has; functions learn of it within a minute."""
    changed = accounts.change_shop(tables.of(stack, port), shop, _settings(setting), products)
    _print_shop(changed)


def _print_shop(shop: Shop) -> None:
    print_json({"shop": shop.id, "products": shop.products.value, **shop.settings})


@shop_app.command("host")
def open_host(
    shop: Annotated[str, typer.Argument(help="Its id.")],
    host: Annotated[str, typer.Argument(help="A host name, or '*' for all that are nobody's.")],
    *,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Let guests of a host name read a shop's images, as OpenMage does."""
    accounts.open_host(tables.of(stack, port), shop, host)
    console.print(f"Guests of {escape(host)} come to shop {escape(shop)}.")


def _settings(given: list[str] | None) -> dict[str, str]:
    pairs = [each.partition("=") for each in given or []]
    for name, equals, _ in pairs:
        if not equals:
            raise FailureError(f"'{name}' is no setting: write NAME=VALUE.")
    return {name: value for name, _, value in pairs}


@credential_app.command("create")
def create_credential(
    shop: Annotated[str, typer.Argument(help="The shop it opens.")],
    *,
    dialect: Annotated[str, typer.Option(help="The platform whose API its client speaks.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it covers; everything unless named.")
    ] = None,
    label: Annotated[str, typer.Option(help="What you want to call it.")] = "",
    role: Annotated[str, typer.Option(help="What its holder is on the platform.")] = "admin",
    bearer: Annotated[
        bool, typer.Option("--bearer", help="A token, where the platform's clients sign.")
    ] = False,
    refreshable: Annotated[
        bool, typer.Option("--refreshable", help="Let its client get tokens that expire, too.")
    ] = False,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Issue a credential. Its secrets are shown this once and cannot be shown again."""
    records = tables.of(stack, port)
    credential, login = accounts.create_credential(
        records,
        shop,
        dialect,
        tuple(scope or ()),
        label,
        role=role,
        bearer=bearer,
        refreshable=refreshable,
    )
    print_json({"id": credential.id, "base_url": records.base_url, **login})


@credential_app.command("list")
def list_credentials(
    shop: Annotated[str, typer.Argument(help="The shop they open.")],
    *,
    as_json: AsJson = False,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """List a shop's credentials, without their secrets."""
    rows = [
        {
            "id": each.id,
            "dialect": each.dialect,
            "scopes": sorted(each.scopes),
            "label": each.label,
            "created": each.created_at.isoformat(timespec="seconds"),
            "revoked": each.revoked_at and each.revoked_at.isoformat(timespec="seconds"),
        }
        for each in accounts.list_credentials(tables.of(stack, port), shop)
    ]
    if as_json:
        print_json(rows)
        return
    grid = Table("id", "dialect", "scopes", "label", "created", "revoked", box=None)
    for row in rows:
        scopes = ", ".join(row["scopes"] or ())
        cells = [row["id"], row["dialect"], scopes, row["label"], row["created"], row["revoked"]]
        grid.add_row(*(str(cell or "") for cell in cells))
    print_wide(grid)


@credential_app.command("revoke")
def revoke_credential(
    shop: Annotated[str, typer.Argument(help="The shop it opens.")],
    credential: Annotated[str, typer.Argument(help="Its id, as `credential list` shows it.")],
    *,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Let a credential stop working; functions that know it forget it within a minute."""
    accounts.revoke_credential(tables.of(stack, port), shop, credential)
    console.print(f"Credential {escape(credential)} is revoked.")


@app.command("imports")
def list_imports(
    shop: Annotated[str, typer.Argument(help="The shop whose folder it is: import/<shop>/.")],
    *,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Only files that became no image.")
    ] = False,
    as_json: AsJson = False,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """List what became of files in import/<shop>/products/<product>/ of the originals bucket."""
    rows = [
        {
            "file": each.arrival.path,
            "product": each.arrival.product,
            "image": each.image,
            "rejected": each.reason or None,
            "settled": each.settled_at.isoformat(timespec="seconds"),
        }
        for each in tables.of(stack, port).imports.imports(shop)
        if each.reason or not rejected
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        console.print(f"There is nothing to tell of files in import/{escape(shop)}/products/.")
        return
    grid = Table("file", "image", "rejected because", "settled", box=None)
    for row in rows:
        cells = (row["file"], row["image"], row["rejected"], row["settled"])
        grid.add_row(*(escape(str(cell or "")) for cell in cells))
    print_wide(grid)


@app.command("purge")
def purge_images(
    shop: Annotated[str, typer.Argument(help="The shop whose deleted images they are.")],
    *,
    older_than: Annotated[
        int | None,
        typer.Option(min=0, max=99999, help="Days since; not less than openmage.retention_days."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Remove the bytes that images deleted through OpenMage still hold; their names stay taken."""
    records = tables.of(stack, port)
    before = purge.limit(records, shop, older_than)
    waiting = purge.count(records, shop, before)
    when = before.isoformat(sep=" ", timespec="minutes")
    if waiting and not yes:
        typer.confirm(
            f"Images deleted before {when}: {waiting}. Remove their bytes for good?", abort=True
        )
    purged = 0
    if waiting:
        with step(f"Removing images deleted before {when}"):
            purged = sum(1 for _ in purge.purge(records, shop, before))
    out.print(f"Images purged: {purged}.")


@app.command("logs")
def show_logs(
    *,
    minutes: Annotated[int, typer.Option(min=1, help="How far to go back.")] = 10,
    stack: AnyStack = None,
    port: AnyPort = None,
) -> None:
    """Print what functions logged, oldest first: one line for each request, and every failure."""
    for line in logs.lines(stack, port, minutes):
        print(line)


def main() -> None:
    """Run a command; what stops it is told in a sentence."""
    try:
        app()
    except FailureError as failure:
        console.print(f"[red]✗[/] {escape(str(failure))}", soft_wrap=True)
        sys.exit(1)
