"""`vitrine gallery`: a link that opens the gallery page signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption, selection
from vitrine_cli.ui.output import print_json
from vitrine_cli.ui.progress import console


def gallery(
    shops: Annotated[
        list[str], typer.Argument(metavar="SHOP...", help="Shops to open, at most 20.")
    ],
    *,
    hours: Annotated[
        int, typer.Option(min=1, max=24, help="Hours after which the link expires.")
    ] = 8,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Permit looking only, no changes.")
    ] = False,
    take_down: Annotated[
        bool, typer.Option("--take-down", help="Also permit take-downs, which cannot be undone.")
    ] = False,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Print a link that opens the gallery page signed in. Anyone who has it has its access."""
    from vitrine_cli.operations import deployed_stack, gallery_links

    link = gallery_links.create_link(
        deployed_stack.selected(stack, port),
        shops,
        timedelta(hours=hours),
        gallery_links.scopes(read_only=read_only, take_down=take_down),
    )
    expires = link.expires_at.isoformat(timespec="seconds")
    if as_json:
        print_json({"url": link.url, "expires_at": expires, "credentials": dict(link.credentials)})
        return
    print(link.url)
    console.print(f"The link expires at {expires}. To end it earlier:")
    for shop, credential in link.credentials.items():
        revoke = f"vitrine credential revoke {shop} {credential}{selection(stack, port)}"
        console.print(revoke, markup=False, soft_wrap=True)
