"""Withdrawing the public pictures of an original that is gone, told by a storage event."""

from vitrine.domain.locations import Address
from vitrine.domain.pictures import Format
from vitrine.ports import Blobs


def remove_renditions(blobs: Blobs, address: Address) -> bool:
    """Remove every public picture of an original that is gone.

    Returns:
        Whether it is gone. While it is there its pictures stay.
    """
    if blobs.has_original(address.original_key):
        return False
    # By prefix, so that sizes which an earlier table named go too; removing a key that is not
    # there is free, so the full size goes by all the names it can have.
    renditions = blobs.public_keys(address.renditions_prefix)
    blobs.remove_public([*renditions, *(address.full_size_key(kind) for kind in Format)])
    return True
