"""`vitrine credential`: issue, list and revoke credentials."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui.output import print_json, print_table
from vitrine_cli.ui.progress import console

app = typer.Typer(help="Issue and revoke credentials for API clients.", no_args_is_help=True)

ShopArgument = Annotated[str, typer.Argument(help="The shop that it gives access to.")]


@app.command("create")
def create(
    shop: ShopArgument,
    *,
    dialect: Annotated[str, typer.Option(help="The platform whose API the client uses.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="A permission; all of the role's without it. Can be repeated."),
    ] = None,
    label: Annotated[str, typer.Option(help="A name for your own use.")] = "",
    role: Annotated[str, typer.Option(help="The client's role on the platform.")] = "admin",
    bearer: Annotated[
        bool,
        typer.Option("--bearer", help="Issue a token although the dialect's clients sign."),
    ] = False,
    refreshable: Annotated[
        bool,
        typer.Option("--refreshable", help="Also issue a refresh token, for tokens that expire."),
    ] = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Issue a credential, and print its secrets, which cannot be shown again."""
    from vitrine_cli.operations import records, shop_credentials

    request = shop_credentials.CredentialRequest(
        shop,
        dialect,
        scopes=tuple(scope or ()),
        label=label,
        role=role,
        bearer=bearer,
        refreshable=refreshable,
    )
    selected = records.selected(stack, port)
    credential, login = shop_credentials.create_credential(selected, request)
    print_json({"id": credential.id, "base_url": selected.base_url, **login})


@app.command("list")
def list_credentials(
    shop: ShopArgument,
    *,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """List a shop's credentials, without their secrets."""
    from vitrine_cli.operations import records, shop_credentials

    rows = [
        {
            "id": each.id,
            "dialect": each.dialect,
            "scopes": sorted(each.scopes),
            "label": each.label,
            "created": each.created_at.isoformat(timespec="seconds"),
            "revoked": each.revoked_at and each.revoked_at.isoformat(timespec="seconds"),
        }
        for each in shop_credentials.list_credentials(records.selected(stack, port), shop)
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("id", "dialect", "scopes", "label", "created", "revoked", box=None)
    for row in rows:
        scopes = ", ".join(row["scopes"] or ())
        cells = [row["id"], row["dialect"], scopes, row["label"], row["created"], row["revoked"]]
        table.add_row(*(str(cell or "") for cell in cells))
    print_table(table)


@app.command("revoke")
def revoke(
    shop: ShopArgument,
    credential: Annotated[
        str, typer.Argument(help="The credential's id, as `credential list` shows it.")
    ],
    *,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Revoke a credential. It stops working within a minute."""
    from vitrine_cli.operations import records, shop_credentials

    shop_credentials.revoke_credential(records.selected(stack, port), shop, credential)
    console.print(f"Credential {escape(credential)} is revoked.")
