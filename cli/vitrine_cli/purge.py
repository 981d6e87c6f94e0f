"""What a shop's retired images still hold, let go when the shop's setting allows it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from openmage.account import retention
from vitrine.clock import now
from vitrine.domain.images import Image
from vitrine.services.purging import purge_retired
from vitrine_cli.accounts import find_shop
from vitrine_cli.failure import FailureError
from vitrine_cli.tables import Records


def limit(records: Records, shop: str, days: int | None) -> datetime:
    """The moment before which an image must have been retired to be purged.

    Args:
        records: where.
        shop: whose images.
        days: how long ago at least; None for what the shop's setting says.

    Raises:
        FailureError: there is no such shop, it keeps its retired images for ever, or longer.
    """
    kept = retention(find_shop(records, shop))
    if kept is None:
        raise FailureError(
            f"Shop '{shop}' keeps deleted images for ever: "
            f"'vitrine shop change {shop} --setting openmage.retention_days=DAYS' sets a time."
        )
    if days is not None and days < kept.days:
        raise FailureError(f"Shop '{shop}' keeps deleted images for {kept.days} days.")
    return now() - (kept if days is None else timedelta(days=days))


def count(records: Records, shop: str, before: datetime) -> int:
    """How many images were retired before a moment and not purged."""
    return sum(1 for _ in records.galleries.retired_before(shop, before))


def purge(records: Records, shop: str, before: datetime) -> Iterator[Image]:
    """Purge them, and yield each that is gone; repeating it goes on after an interruption."""
    return purge_retired(records.galleries, records.blobs, shop, before)
