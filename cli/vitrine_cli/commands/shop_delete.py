"""`vitrine shop delete`: everything of a shop, for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from vitrine_cli.commands.options import JsonOption, PortOption, StackOption
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError, UnwritableError, UsageError
from vitrine_cli.ui.output import out, print_json, size_text
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.records import StackRecords
    from vitrine_cli.operations.shop_deletion import Deletion

_INTERRUPTED = 130
_SCANS = 4  # one deletes, two look again; one more where something came back


def delete(
    context: typer.Context,
    shop: Annotated[str, typer.Argument(help="The shop to delete.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the shop's id.")] = False,
    keep_import: Annotated[
        bool, typer.Option("--keep-import", help="Keep the files in the import folder.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write what was deleted, and the proof, as JSON.")
    ] = None,
    as_json: JsonOption = False,
    stack: StackOption = None,
    port: PortOption = None,
) -> None:
    """Delete a shop with all its images for good. Run it again after an interruption."""
    from vitrine_cli.operations import deployed_stack, records, shop_deletion

    interrupts.listen()
    if report is not None:
        _require_writable(report)
    waits = context.find_object(shop_deletion.Waits) or shop_deletion.Waits()
    deployed = deployed_stack.selected(stack, port)
    stored = records.deployed(deployed)
    try:
        _confirm(deployed, stored, shop, yes=yes)
        result = shop_deletion.ShopDeletion(
            deployed, stored, shop, waits, keep_import, _print_step
        ).run()
    except KeyboardInterrupt:
        console.print("Interrupted; the shop is closed, and the same command goes on.")
        raise typer.Exit(_INTERRUPTED) from None
    described = _described(deployed, shop, result)
    if as_json:
        print_json(described)
    else:
        _print_result(described)
    if report is not None:
        _write_report(report, described)


def _require_writable(report: Path) -> None:
    """Refuse a report that cannot be written, before anything is deleted: the proof comes once."""
    is_new = not report.exists()
    try:
        report.open("a").close()
        if is_new:
            report.unlink()
    except OSError as error:
        raise UsageError(f"The report {report} cannot be written: {error.strerror}.") from None


def _write_report(report: Path, described: dict[str, Any]) -> None:
    try:
        report.write_text(json.dumps(described, indent=2) + "\n")
    except OSError as error:
        raise UnwritableError(
            f"The shop is deleted; the report {report} could not be written: {error.strerror}."
        ) from None


def _confirm(deployed: DeployedStack, stored: StackRecords, shop: str, *, yes: bool) -> None:
    """Say what will be deleted, and ask for the shop's id."""
    from vitrine_cli.operations.reindexing import scan_price
    from vitrine_cli.operations.shop_settings import find_shop

    if not stored.shops.is_closing(shop):
        find_shop(stored, shop)
    usage = stored.stores.galleries.usage(shop)
    price = scan_price(deployed.dynamodb(), deployed.outputs["Table"])
    images = usage.live.images + usage.kept.images + usage.library.images
    size = size_text(usage.live.bytes + usage.kept.bytes + usage.library.bytes)
    console.print(
        f"Shop {escape(shop)}: {images} images, {size} of originals, and all that belongs to them. "
        f"Reading the table of about {price.items} items {_SCANS} times costs about "
        # Strongly consistent reads cost twice the price of a scan.
        f"USD {2 * _SCANS * price.usd:.2f}.",
        soft_wrap=True,
    )
    if yes:
        return
    if not console.is_terminal:
        raise typer.BadParameter("Without a terminal, --yes is needed; nothing was deleted.")
    if typer.prompt("Type the shop's id to delete it for good", err=True) != shop:
        raise FailureError("That is another id; nothing was deleted.")


def _print_step(description: str) -> None:
    console.print(f"{description} …")


def _described(deployed: DeployedStack, shop: str, result: Deletion) -> dict[str, Any]:
    """The report: what was deleted, the proof, and what is left for a time."""
    proof = result.proof
    if proof is None:
        raise FailureError("The shop was not looked at again; run the command again.")
    own_cdn = deployed.outputs.get("CdnDomain", "") not in deployed.outputs["MediaUrl"]
    left = [
        "the table's point-in-time recovery, up to 35 days",
        "logs, which name the shop's id, until their retention ends",
        "used nonces and idempotency keys, which name no shop, up to a day",
        "caches of browsers and other servers, up to a year",
    ]
    if own_cdn and deployed.endpoint is None:
        left.append(f"the CDN at {deployed.outputs['MediaUrl']}, which is not the stack's own")
    return {
        "shop": shop,
        "deleted": dict(sorted(result.counts.items())),
        "invalidations": result.invalidations,
        "proof": {
            "at": proof.at.isoformat(timespec="seconds"),
            "objects": proof.objects,
            "items": proof.items,
            "items_read": proof.read,
            "secrets": proof.secrets,
        },
        "left_for_a_time": left,
    }


def _print_result(described: dict[str, Any]) -> None:
    counts = described["deleted"]
    out.print(
        ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in counts.items()),
        soft_wrap=True,
    )
    proof = described["proof"]
    out.print(
        f"Proof ({proof['at']}): {proof['objects']} objects in the buckets, {proof['items']} items "
        f"in a reading of {proof['items_read']}, {proof['secrets']} secrets; "
        f"invalidations completed: {', '.join(described['invalidations'])}.",
        soft_wrap=True,
    )
    out.print(f"Left for a time: {'; '.join(described['left_for_a_time'])}.", soft_wrap=True)
