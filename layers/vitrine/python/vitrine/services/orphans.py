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
from vitrine.domain.locations import OriginalAddress
from vitrine.ports import Blobs, Galleries, Library

ORPHAN_AGE = timedelta(hours=1)
"""A request lives for half a minute, an import for one: a margin for clocks and retries."""


class Fate(Enum):
    """What became of an original whose pictures could not be made."""

    DELETED = auto()
    """No image record refers to it, and it was deleted."""
    SUPERSEDING = auto()
    """It is a replacement whose record update never came. It stays private until the image's next
    replacement or removal deletes it."""
    TOO_YOUNG = auto()
    """It has no record, but a running request may still commit one."""
    IN_USE = auto()
    """An image record refers to it, or to newer bytes of the same image."""
    MISSING = auto()
    """S3 has no such object."""

    @property
    def hopeless(self) -> bool:
        """Whether nothing will ever be made of it."""
        return self in (Fate.DELETED, Fate.SUPERSEDING)


def delete_leftover_originals(
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


def delete_if_orphaned(
    galleries: Galleries, library: Library, blobs: Blobs, address: OriginalAddress, now: datetime
) -> Fate:
    """Remove an original if its image has no record and no writer lives who could commit one."""
    try:
        found = blobs.deposit(address.original_key)
    except OriginalMissingError:
        return Fate.MISSING
    if now - found.stored_at < ORPHAN_AGE:
        return Fate.TOO_YOUNG
    # Looked for when it is too late for a new record: what is not there now never comes.
    image = _record(galleries, library, address.shop, address.image, found.product)
    if image is None:
        blobs.remove_originals([address.original_key])
        return Fate.DELETED
    return Fate.SUPERSEDING if image.original.revision < address.revision else Fate.IN_USE


def _record(
    galleries: Galleries, library: Library, shop: str, image: int, product: str
) -> Image | LibraryImage | None:
    """An image's record wherever it is: in a gallery, among the retired, or in the library."""
    return (
        (galleries.image(shop, product, image) if product else None)
        or galleries.retired(shop, image)
        or library.image(shop, image)
    )
