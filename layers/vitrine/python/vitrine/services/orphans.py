"""Originals without a record: nobody sees them, and they are let go as soon as nobody can.

A record leaves in one step with its gallery's head, its original in the next; whoever dies between
the two leaves it to this. Bytes come before their record; whose writer dies in between never get
one. Ids are given once, so an image without a record that is not just being made has none for good.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from vitrine.domain.errors import OriginalMissingError
from vitrine.domain.locations import Address
from vitrine.ports import Blobs, Galleries, Library

NOBODY_COMMITS_AFTER = timedelta(hours=1)
"""A request lives for half a minute, an import for one: a margin for clocks and retries."""


class Fate(Enum):
    """What became of an original that may lack a record."""

    GONE = auto()
    """It is not there, or no longer: it was nobody's."""
    YOUNG = auto()
    """A record may still come."""
    KEPT = auto()
    """Its image has a record, be it of other bytes: it goes with that image's next change."""


def remove_what_is_left(
    galleries: Galleries, library: Library, blobs: Blobs, shop: str, image: int, product: str
) -> int:
    """Remove the originals of an image whose record has gone; theirs take the pictures along.

    Args:
        galleries: records of images of products.
        library: records of images of none.
        blobs: originals.
        shop: whose image.
        image: its id.
        product: in whose gallery its record was; empty when in none.

    Returns:
        How many were left: none, usually, for those who remove records remove originals too.
    """
    left = blobs.original_keys(shop, image)
    if not left or has_record(galleries, library, shop, image, product):
        return 0
    blobs.remove_originals(left)
    return len(left)


def let_go(
    galleries: Galleries, library: Library, blobs: Blobs, address: Address, now: datetime
) -> Fate:
    """Remove an original if it is nobody's and has been for longer than a writer lives."""
    try:
        found = blobs.deposit(address.original_key)
    except OriginalMissingError:
        return Fate.GONE
    if now - found.stored_at < NOBODY_COMMITS_AFTER:
        return Fate.YOUNG
    # Looked for when it is too late for a new record: what is not there now never comes.
    if has_record(galleries, library, address.shop, address.image, found.product):
        return Fate.KEPT
    blobs.remove_originals([address.original_key])
    return Fate.GONE


def has_record(galleries: Galleries, library: Library, shop: str, image: int, product: str) -> bool:
    """Whether an image has a record anywhere: in a gallery, retired, or in the library."""
    return bool(
        (product and galleries.image(shop, product, image))
        or galleries.retired(shop, image)
        or library.image(shop, image)
    )
