"""Purging retired images: their bytes first, their records last.

An original's going takes its public pictures along, told by a storage event. The record goes when
no original is left, so a purge that was interrupted finds what it had not finished; file names
stay taken, and by them the event finds the pictures that carry one.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from vitrine.domain.images import Image
from vitrine.ports import Blobs, Galleries
from vitrine.services.catalogue import retry_on_conflict


def purge_retired(
    galleries: Galleries, blobs: Blobs, shop: str, before: datetime
) -> Iterator[Image]:
    """Remove what is left of images retired before a moment, and yield each that is gone.

    Originals of bytes that an image had earlier go, too. It may be repeated, by several at once.
    """
    for image in galleries.retired_before(shop, before):
        blobs.remove_originals(blobs.original_keys(shop, image.id))
        retry_on_conflict(partial(galleries.forget_retired, shop, image.id))
        yield image
