"""Originals without a record: nobody sees them, and they are let go as soon as nobody can.

A record leaves in one step with its gallery's head, its original in the next; whoever dies between
the two leaves it to this. Bytes come before their record; whose writer dies in between never get
one. Ids are given once, so an image without a record that is not just being made has none for good.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from vitrine.domain.errors import OriginalMissingError
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import Address
from vitrine.ports import Blobs, Galleries, Library

NOBODY_COMMITS_AFTER = timedelta(hours=1)
"""A request lives for half a minute, an import for one: a margin for clocks and retries."""


class Fate(Enum):
    """What became of an original whose pictures could not be made."""

    LET_GO = auto()
    """It was nobody's, and is gone."""
    UNCLAIMED = auto()
    """New bytes of an image that keeps its old ones, as their writer died: they stay private, and
    go with the image's next bytes or with the image."""
    YOUNG = auto()
    """It may lack its record, and that may still come."""
    KEPT = auto()
    """It is an image's, or was."""
    MISSING = auto()
    """It is not there."""

    @property
    def hopeless(self) -> bool:
        """Whether nothing will ever be made of it."""
        return self in (Fate.LET_GO, Fate.UNCLAIMED)


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
    if not left or _record(galleries, library, shop, image, product):
        return 0
    blobs.remove_originals(left)
    return len(left)


def let_go(
    galleries: Galleries, library: Library, blobs: Blobs, address: Address, now: datetime
) -> Fate:
    """Remove an original if its image has no record and no writer lives who could commit one."""
    try:
        found = blobs.deposit(address.original_key)
    except OriginalMissingError:
        return Fate.MISSING
    if now - found.stored_at < NOBODY_COMMITS_AFTER:
        return Fate.YOUNG
    # Looked for when it is too late for a new record: what is not there now never comes.
    image = _record(galleries, library, address.shop, address.image, found.product)
    if image is None:
        blobs.remove_originals([address.original_key])
        return Fate.LET_GO
    return Fate.UNCLAIMED if image.original.revision < address.revision else Fate.KEPT


def _record(
    galleries: Galleries, library: Library, shop: str, image: int, product: str
) -> Image | LibraryImage | None:
    """An image's record wherever it is: in a gallery, among the retired, or in the library."""
    return (
        (galleries.image(shop, product, image) if product else None)
        or galleries.retired(shop, image)
        or library.image(shop, image)
    )
