"""Purging: deleting retired (soft-deleted) images for good, bytes first and records last.

The deletion of an original causes an event that unpublishes its pictures. A record goes when no
original is left, so an interrupted purge can be repeated. File names stay taken, and through them
that event finds the named pictures.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from vitrine.domain.images import Image
from vitrine.ports import Stores
from vitrine.services.catalogue import retry_on_conflict


def purge_retired(stores: Stores, shop: str, before: datetime) -> Iterator[Image]:
    """Delete all images of a shop that were retired before a moment, and yield each deleted one.

    Superseded originals of these images are deleted, too. Idempotent, and safe to run concurrently.

    Args:
        stores: all adapters.
        shop: id of the shop.
        before: images retired before this moment, UTC, are deleted.
    """
    found = stores.shops.shop(shop)
    for image in stores.galleries.retired_before(shop, before):
        if found and found.invalidates_cdn:
            stores.galleries.flag(shop, image.id)  # before the event of its bytes
        stores.blobs.remove_originals(stores.blobs.original_keys(shop, image.id))
        retry_on_conflict(partial(stores.galleries.forget_retired, image))
        yield image
