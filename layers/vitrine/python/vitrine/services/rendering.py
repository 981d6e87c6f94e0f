"""Making the public pictures of an original, told by a storage event.

Events come late, twice or in another order; keys are a function of the bytes, so every step may be
repeated, and whoever comes second finds out what the other did and tidies up.
"""

from functools import partial

from vitrine.domain import locations
from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.images import FileName, Image, RenditionState
from vitrine.domain.locations import Address
from vitrine.domain.renditions import SETS
from vitrine.pictures.resizing import resize
from vitrine.ports import Blobs, Galleries, PublicPicture
from vitrine.services.catalogue import FOR_A_RECORD, until_committed
from vitrine.services.withdrawing import remove_renditions, remove_superseded


def make_renditions(galleries: Galleries, blobs: Blobs, address: Address) -> int:
    """Store every public picture of an original and note it in its record.

    When they are complete, originals of bytes that the image had before are removed, and their
    going takes their pictures along (`vitrine.services.withdrawing`).

    Returns:
        How many pictures were stored; 0 when the original has gone or other bytes took its place.

    Raises:
        RecordMissingError: the original is there and its record is not, or not yet: try again.
    """
    try:
        original = blobs.original(address.original_key)
    except OriginalMissingError:
        remove_renditions(galleries, blobs, address)
        return 0

    record = partial(_record, galleries, address, original.product)
    image = until_committed(record, FOR_A_RECORD, RecordMissingError)
    if locations.address(image) != address:
        return _superseded(blobs, address, image)
    pictures = _pictures(address, original.data, image.name)
    blobs.put_public(pictures)
    try:
        until_committed(lambda: galleries.complete_renditions(address, original.product))
    except RecordMissingError:
        # Removed while we were at it? Then nobody else will take away what we have just stored.
        if remove_renditions(galleries, blobs, address):
            return 0
        image = record()
        if locations.address(image) != address:
            return _superseded(blobs, address, image)
        if galleries.retired(address.shop, address.image) is None:
            raise
    if address.revision:
        remove_superseded(blobs, address)
    return len(pictures)


def _record(galleries: Galleries, address: Address, product: str) -> Image:
    found = galleries.image(address.shop, product, address.image)
    if found is None:
        found = galleries.retired(address.shop, address.image)
    if found is None or found.original.revision < address.revision:
        # Nothing is public that is nobody's image, or not yet.
        raise RecordMissingError(address.original_key)
    return found


def _superseded(blobs: Blobs, address: Address, image: Image) -> int:
    """Let go of bytes that are no longer an image's, once those that are have their pictures."""
    if image.renditions is RenditionState.COMPLETE:
        blobs.remove_originals([address.original_key])
    return 0


def _pictures(address: Address, data: bytes, name: FileName | None) -> list[PublicPicture]:
    resized = resize(data, SETS["gallery"])
    keys = [address.full_size_key(resized.original)]
    if name:
        keys.append(locations.named_key(address.shop, name.full))
    full_size = [PublicPicture(key, resized.published, resized.original.media_type) for key in keys]
    renditions = [
        PublicPicture(
            address.rendition_key(rendition, resized.kind), encoded, resized.kind.media_type
        )
        for rendition, encoded in resized.encoded.items()
    ]
    return [*full_size, *renditions]
