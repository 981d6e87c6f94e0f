"""Withdrawing the public pictures of an original that is gone, told by a storage event."""

from collections.abc import Mapping

from vitrine.domain.locations import LibraryAddress, OriginalAddress, named_key, parse_original_key
from vitrine.domain.names import Naming
from vitrine.domain.renditions import SETS
from vitrine.ports import Blobs, Galleries


def unpublish(galleries: Galleries, blobs: Blobs, address: OriginalAddress) -> bool:
    """Remove every public picture of an original that is gone.

    Originals of bytes that the image had before go with it: an image may be removed before the
    renditions of its last bytes were complete.

    Returns:
        Whether it is gone. While it is there its pictures stay.
    """
    if blobs.has_original(address.original_key):
        return False
    older: list[str] = []
    if address.revision:
        for other in addresses(blobs, address.shop, address.image):
            if other.version == address.version:
                return True  # another file name for the same bytes: the pictures are theirs
            if other.revision < address.revision:
                older.append(other.original_key)
    names = galleries.names_of(address.shop, address.image)
    # By prefix, so that sizes which an earlier table named go too; removing a key that is not
    # there is free, so the full size goes by all the names it can have.
    renditions = blobs.public_keys(address.renditions_prefix)
    public = address.full_size_keys.union(renditions)
    blobs.remove_public(sorted(public - permanent_keys(address.shop, names)))
    # Revisions only grow: whatever an image's bytes are now, these are so no more.
    blobs.remove_originals(older)
    _remove_named(galleries, blobs, address, names)
    return True


def _remove_named(
    galleries: Galleries, blobs: Blobs, address: OriginalAddress, names: Mapping[str, Naming]
) -> None:
    """Remove the named pictures of an image that is gone, and what a writer of it left who died.

    A name goes with its image, not with the bytes that it was given to. An image is gone without a
    record, or, while a purge is at it, without an original.
    """
    shop, image = address.shop, address.image
    if not names:
        return
    left = blobs.original_keys(shop, image)
    products = {naming.product for naming in names.values()}
    there = any(galleries.image(shop, product, image) for product in products)
    if left and (there or galleries.retired(shop, image)):
        return
    blobs.remove_originals(left)
    blobs.remove_public(sorted(permanent_keys(shop, names)))


def permanent_keys(shop: str, names: Mapping[str, Naming]) -> set[str]:
    """Public keys of full-size pictures that outlive their bytes, from the names of their image."""
    named = {named_key(shop, name) for name in names}
    return named | {each.legacy_key for each in names.values() if each.legacy_key}


def remove_unlisted(blobs: Blobs, address: OriginalAddress) -> int:
    """Remove renditions, of bytes that stay, whose sizes the table no longer has; how many."""
    kind = "library" if isinstance(address, LibraryAddress) else "gallery"
    listed = {rendition.name for rendition in SETS[kind]}
    keys = blobs.public_keys(address.renditions_prefix)
    unlisted = [key for key in keys if address.rendition_name(key) not in {*listed, None}]
    if unlisted:
        blobs.remove_public(unlisted)
    return len(unlisted)


def superseded(blobs: Blobs, address: OriginalAddress) -> list[OriginalAddress]:
    """The originals of an image whose present bytes are those at `address`, but for these.

    Of the same revision there may be another, whose writer lost the race for it.
    """
    return [
        other
        for other in addresses(blobs, address.shop, address.image)
        if other != address and other.revision <= address.revision
    ]


def addresses(blobs: Blobs, shop: str, image: int) -> list[OriginalAddress]:
    """The addresses of all originals that an image has now, of earlier bytes too."""
    return [found for key in blobs.original_keys(shop, image) if (found := parse_original_key(key))]
