"""Withdrawing the public pictures of an original that is gone, told by a storage event."""

from vitrine.domain.locations import Address, parse_original_key
from vitrine.domain.pictures import Format
from vitrine.ports import Blobs


def remove_renditions(blobs: Blobs, address: Address) -> bool:
    """Remove every public picture of an original that is gone.

    Originals of bytes that the image had before go with it: an image may be removed before the
    renditions of its last bytes were complete.

    Returns:
        Whether it is gone. While it is there its pictures stay.
    """
    if blobs.has_original(address.original_key):
        return False
    # By prefix, so that sizes which an earlier table named go too; removing a key that is not
    # there is free, so the full size goes by all the names it can have.
    renditions = blobs.public_keys(address.renditions_prefix)
    full_size = {address.full_size_key(kind) for kind in Format}
    blobs.remove_public(sorted(full_size.union(renditions)))
    if address.revision:
        remove_superseded(blobs, address)
    return True


def remove_superseded(blobs: Blobs, address: Address) -> None:
    """Remove the originals of an image that can be its bytes no more: revisions only grow.

    Of the same revision there may be another, whose writer lost the race for it.
    """
    keys = blobs.original_keys(address.shop, address.image)
    found = [(key, parse_original_key(key)) for key in keys]
    blobs.remove_originals(
        [
            key
            for key, other in found
            if other and other != address and other.revision <= address.revision
        ]
    )
