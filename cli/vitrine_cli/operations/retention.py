"""Purging images that OpenMage's clients deleted, once the shop's retention time has passed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from openmage.account import retention
from vitrine.clock import now
from vitrine.domain.images import Image
from vitrine.services.purging import purge_retired
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.shop_settings import find_shop
from vitrine_cli.ui.failure import FailureError


def deleted_before(records: StackRecords, shop: str, days: int | None) -> datetime:
    """The time before which an image must have been deleted to be purged, UTC.

    Args:
        records: records of the stack.
        shop: the shop's id.
        days: the age in days; None for the shop's setting `openmage.retention_days`.

    Raises:
        FailureError: there is no such shop, it keeps deleted images without limit, or longer.
    """
    kept = retention(find_shop(records, shop))
    if kept is None:
        raise FailureError(
            f"Shop '{shop}' keeps deleted images without a time limit: "
            f"'vitrine shop change {shop} --setting openmage.retention_days=DAYS' sets one."
        )
    if days is not None and days < kept.days:
        raise FailureError(f"Shop '{shop}' keeps deleted images for {kept.days} days.")
    return now() - (kept if days is None else timedelta(days=days))


def count_purgeable(records: StackRecords, shop: str, before: datetime) -> int:
    """The number of images that were deleted before a time and still hold bytes."""
    return sum(1 for _ in records.stores.galleries.retired_before(shop, before))


def purge(records: StackRecords, shop: str, before: datetime) -> Iterator[Image]:
    """Purge those images and yield each one. Run it again after an interruption."""
    return purge_retired(records.stores, shop, before)
