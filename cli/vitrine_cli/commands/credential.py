"""`vitrine credential`: issue, list and revoke credentials."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui.output import print_json, print_json_lines, print_table
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
    hours: Annotated[
        int | None,
        typer.Option(min=1, max=8760, help="Hours after which the token expires; never without."),
    ] = None,
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
        lifetime=None if hours is None else timedelta(hours=hours),
    )
    selected = records.selected(stack, port)
    credential, login = shop_credentials.create_credential(selected, request)
    base_url = selected.native_url if dialect == "vitrine" else selected.base_url
    print_json({"id": credential.id, "base_url": base_url, **login})


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
            "expires": each.expires_at and each.expires_at.isoformat(timespec="seconds"),
            "revoked": each.revoked_at and each.revoked_at.isoformat(timespec="seconds"),
        }
        for each in shop_credentials.list_credentials(records.selected(stack, port), shop)
    ]
    if as_json:
        print_json_lines(rows)
        return
    table = Table("id", "dialect", "scopes", "label", "created", "expires", "revoked", box=None)
    for row in rows:
        scopes = ", ".join(row["scopes"] or ())
        times = [row["created"], row["expires"], row["revoked"]]
        cells = [row["id"], row["dialect"], scopes, row["label"], *times]
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
