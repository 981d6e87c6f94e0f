"""What `vitrine import` prints for people at its end."""

from __future__ import annotations

import math
import shlex
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

from vitrine_cli.ui.output import out, print_json, size_text

if TYPE_CHECKING:
    from vitrine_cli.importing.forecast import Forecast
    from vitrine_cli.importing.result import Result
    from vitrine_cli.importing.session import Session
    from vitrine_cli.importing.verifying import Verified


def print_result(result: Result, session: Session, where: str) -> None:
    told = result.as_json()
    out.print(
        f"Imported {told['added']}, updated {told['updated']}, already here {told['present']}"
    )
    if told["left"]:
        which = "" if result.differences is None else " → differs.csv says which"
        out.print(f"Left as they are here: {told['left']}{which}")
    if told["rejected"]:
        out.print(f"Rejected {told['rejected']} → rejected.csv, of these failed {told['failed']}")
    if told["undone"]:
        out.print(f"Not done: {told['undone']}; they are in rejected.csv, too")
    _print_kept(told)
    if result.has_ids:
        out.print("Ids → ids.csv")
    if told["missing_at_source"]:
        out.print(f"No longer at the source, and still here: {told['missing_at_source']}")
    _print_not_carried(told)
    images = sum(told[each] for each in ("added", "updated", "present", "left"))
    if not images + told["rejected"] + told["undone"]:
        if not result.is_interrupted:  # it may have ended before its list
            out.print("There was no image to import")
    elif result.differences is not None:
        print_verified(result.differences, result.absent, images)
    print_pending(result.pending or 0, session, where)


def _print_not_carried(told: dict[str, Any]) -> None:
    """Say what the source has that is not imported, and what is to be known about it."""
    if unlisted := told["unlisted_products"]:
        out.print(
            f"Not listed: {unlisted} of the products that the platform counts; a list that "
            "changes while it is read can lack some. The same command again finds them",
            soft_wrap=True,
        )
    for name, count in told["left_out"].items():
        out.print(f"Not carried: {count} {escape(name)}")
    for note in told["notes"]:
        out.print(f"Note: {escape(note)}", soft_wrap=True)


def _print_kept(told: dict[str, Any]) -> None:
    """Say which bytes and names images have."""
    if told["originals"] is not None:
        found = ", ".join(f"{count} × {name}" for name, count in told["originals"].items())
        out.print(f"--originals: {escape(found)} → originals.csv", soft_wrap=True)
    if told["reduced"]:
        why = "Reduced pictures, because the uploaded file is not available"
        out.print(f"{why}: {told['reduced']}")
    if told["renamed"]:
        out.print(f"File names that were taken, so that a number follows: {told['renamed']}")


def print_verified(differences: int, absent: int, images: int) -> None:
    """Say how many differences there are in so many images, and which options remove them.

    `absent` of them are images that are not in the shop any more.
    """
    if differences:
        remedies = ["--update takes over the source's values"] if differences > absent else []
        remedies += ["--again imports images again that were deleted here"] if absent else []
        told = f"Differences: {differences} → differs.csv; {', '.join(remedies)}"
        out.print(told, soft_wrap=True)
    elif not images:
        out.print("There was no image to compare")
    else:
        out.print("Verified: all imported images are as at the source")


def print_compared(found: Verified) -> None:
    """Say what was compared: the list of the last import from a source, and no other."""
    undone = f"; {found.undone} of its list are not imported" if found.undone else ""
    out.print(
        f"Compared: {found.images} images of the last import from {escape(found.source)}{undone}",
        soft_wrap=True,
    )


def print_pending(pending: int, session: Session, where: str) -> None:
    """Say how many images lack renditions, which commands name them, and what mends them."""
    if pending:
        shop = shlex.quote(session.shop.id)
        out.print(
            f"Renditions not made yet: of {pending} images. 'vitrine image list {shop} --pending"
            f"{where}' lists them; 'vitrine redrive{where}' repeats what failed, and 'vitrine "
            f"rebuild {shop}{where}' makes all again",
            markup=False,
            soft_wrap=True,
        )


def print_check(found: Forecast, *, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
    else:
        least = "at least " if found.unread else ""
        out.print(
            f"{found.products} products, {found.images} images, {size_text(found.bytes)} read: "
            f"{found.new} to import, {found.present} already here, {least}{found.rejected} would "
            "be rejected",
            soft_wrap=True,
        )
        for reason, count in found.reasons.items():
            out.print(f"  {count} × {escape(reason)}", soft_wrap=True)
        if found.unread:
            out.print(
                f"Pictures that were not read: {found.unread}; the import fetches each, and "
                "rejects those that are not accepted",
                soft_wrap=True,
            )
        if found.originals is not None:
            out.print(f"Pictures that a file of --originals replaces: {found.originals}")
        _print_not_carried(found.as_json())
        soonest, latest = (timedelta(seconds=math.ceil(each)) for each in found.seconds)
        upload = size_text(found.new_bytes)
        rest = "with all renditions" if found.is_local else f"and the upload of {upload}"
        out.print(f"About {soonest} to {latest} {rest}", soft_wrap=True)
        out.print(
            f"USD {found.usd:.4f} once, USD {found.usd_a_month:.4f} a month for the originals",
            soft_wrap=True,
        )
    if found.rejected or found.unlisted_products:
        raise typer.Exit(1)
