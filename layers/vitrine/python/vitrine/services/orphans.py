"""Orphaned originals: S3 objects without an image record.

They are deleted once no running request can still commit that record (`ORPHAN_AGE`). A request
stores an original before its record and deletes a record before its original, so a request that
fails in between leaves an orphan and never a record without its bytes. Ids are given once, so an
image whose record is missing for that long has none for good.
"""

from datetime import datetime

from vitrine.domain.errors import OriginalMissingError
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.publication import Fate, fate_of, is_settled
from vitrine.ports import Stores


def delete_leftover_originals(stores: Stores, shop: str, image: int, product: str) -> int:
    """Delete the originals of an image whose record was deleted. Idempotent.

    Args:
        stores: all adapters.
        shop: id of the shop.
        image: id of the image.
        product: key of the product whose gallery held its record; empty for none.

    Returns:
        How many originals were left; usually none, because requests delete originals themselves.
    """
    left = stores.blobs.original_keys(shop, image)
    if not left or stores.record_of(shop, image, product):
        return 0
    stores.blobs.remove_originals(left)
    return len(left)


def delete_if_orphaned(stores: Stores, address: OriginalAddress, now: datetime) -> Fate:
    """Delete an original if it is an orphan, and say what happened to it.

    Args:
        stores: all adapters.
        address: the original.
        now: the present moment, UTC.
    """
    try:
        found = stores.blobs.original_metadata(address.original_key)
    except OriginalMissingError:
        return Fate.MISSING
    if not is_settled(found.stored_at, now):
        return Fate.TOO_YOUNG
    # Read only now: a record that does not exist at this age will never exist.
    record = stores.record_of(address.shop, address.image, found.product)
    fate = fate_of(address, record)
    if fate is Fate.DELETED:
        stores.blobs.remove_originals([address.original_key])
    return fate
