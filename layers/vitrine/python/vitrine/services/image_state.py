"""Reading and noting the state of one image, for the plans of `vitrine.domain.publication`."""

from collections.abc import Collection, Mapping

from vitrine.domain.errors import RecordMissingError
from vitrine.domain.images import Appearance, Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import LibraryAddress, OriginalAddress, parse_original_key
from vitrine.domain.names import Naming
from vitrine.domain.publication import Standing, standing
from vitrine.ports import Blobs, Stores


def committed_record(
    stores: Stores, address: OriginalAddress, product: str
) -> Image | LibraryImage:
    """The record of an image, live or retired, that knows the bytes at `address` or newer ones.

    Args:
        stores: all adapters.
        address: of the bytes.
        product: key of the image's product; empty for an image of the library.

    Raises:
        RecordMissingError: there is no such record, or not yet; retry.
    """
    found = stores.record_of(address.shop, address.image, product)
    if found is None or standing(address, found) is Standing.UNRECORDED:
        raise RecordMissingError(address.original_key)
    return found


def names_of(stores: Stores, address: OriginalAddress) -> Mapping[str, Naming]:
    """All file names that an image has had; images of the library have none."""
    if isinstance(address, LibraryAddress):
        return {}
    return stores.galleries.names_of(address.shop, address.image)


def names_and_flag(stores: Stores, address: OriginalAddress) -> tuple[Mapping[str, Naming], bool]:
    """All file names that an image has had, and whether what it loses is to be invalidated.

    Images of the library have no names and no flag: no API deletes them.
    """
    if isinstance(address, LibraryAddress):
        return {}, False
    return stores.galleries.names_and_flag(address.shop, address.image)


def note_unpublished(stores: Stores, address: OriginalAddress, keys: Collection[str]) -> None:
    """Note what a flagged image has lost for the next invalidation of the CDN.

    Args:
        stores: all adapters.
        address: the address of the bytes.
        keys: public keys that were deleted because these bytes are no longer stored.

    Raises:
        ConflictError: another writer is changing the flag; retry.
    """
    from vitrine.domain.invalidations import Unpublished, unpublished_paths  # for some shops

    paths = unpublished_paths(address, keys)
    stores.galleries.note_unpublished(Unpublished(address.shop, address.image, paths))


def originals_of(blobs: Blobs, shop: str, image: int) -> frozenset[OriginalAddress]:
    """The addresses of all stored originals of an image, superseded ones included."""
    keys = blobs.original_keys(shop, image)
    return frozenset(found for key in keys if (found := parse_original_key(key)))


def complete_renditions(
    stores: Stores,
    address: OriginalAddress,
    product: str,
    appearance: Appearance,
    *,
    turned: bool,
) -> None:
    """Record that all renditions of an image's bytes are stored, and the picture's appearance.

    Args:
        stores: all adapters.
        address: of the bytes.
        product: key of the image's product; empty for an image of the library.
        appearance: the appearance of the picture.
        turned: whether it is displayed with width and height exchanged.

    Raises:
        RecordMissingError: no live record refers to these bytes, or not yet.
        ConflictError: another writer is changing the same record; retry.
    """
    if isinstance(address, LibraryAddress):
        stores.library.complete_renditions(address, appearance, turned=turned)
    else:
        stores.galleries.complete_renditions(address, product, appearance, turned=turned)
