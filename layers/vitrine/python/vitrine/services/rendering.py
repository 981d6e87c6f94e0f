"""Making the public pictures of an original, a gallery's or the library's, told by storage events.

Events come late, twice or in another order; keys are a function of the bytes, so every step may be
repeated, and whoever comes second finds out what the other did and tidies up.
"""

from dataclasses import dataclass

from vitrine.domain import locations
from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.images import Image, RenditionState
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import Address, LibraryAddress
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS
from vitrine.pictures.resizing import resize
from vitrine.ports import Blobs, Galleries, Library, PublicPicture
from vitrine.services.withdrawing import remove_renditions, remove_superseded


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records of images are: those of products, and those of none."""

    galleries: Galleries
    library: Library

    def find(self, address: Address, product: str) -> Image | LibraryImage | None:
        """The record of the image at `address`, of `product` unless the library has it."""
        if isinstance(address, LibraryAddress):
            return self.library.image(address.shop, address.image)
        return self.galleries.image(address.shop, product, address.image)

    def complete(self, address: Address, product: str) -> None:
        """Note that every rendition of an image's bytes is stored.

        Raises:
            RecordMissingError: no image has these bytes, or not yet.
        """
        if isinstance(address, LibraryAddress):
            self.library.complete_renditions(address)
        else:
            self.galleries.complete_renditions(address, product)


def make_renditions(records: Records, blobs: Blobs, address: Address) -> int:
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
        remove_renditions(blobs, address)
        return 0
    image = records.find(address, original.product)
    if image is None:
        raise RecordMissingError(address.original_key)  # nothing is public that is nobody's image
    if locations.address(image) != address:
        return _superseded(blobs, address, image)
    pictures = _pictures(address, original.data)
    blobs.put_public(pictures)
    try:
        records.complete(address, original.product)
    except RecordMissingError:
        # Removed while we were at it? Then nobody else will take away what we have just stored.
        if remove_renditions(blobs, address):
            return 0
        image = records.find(address, original.product)
        if image is None or locations.address(image) == address:
            raise
        return _superseded(blobs, address, image)
    if address.revision:
        remove_superseded(blobs, address)
    return len(pictures)


def _superseded(blobs: Blobs, address: Address, image: Image | LibraryImage) -> int:
    """Let go of bytes that are no longer an image's, once those that are have their pictures."""
    if image.original.revision < address.revision:
        raise RecordMissingError(address.original_key)  # they are not its bytes yet
    if image.renditions is RenditionState.COMPLETE:
        blobs.remove_originals([address.original_key])
    return 0


def _pictures(address: Address, data: bytes) -> list[PublicPicture]:
    if isinstance(address, LibraryAddress):
        resized = resize(data, SETS["library"], LIBRARY_FORMAT)
    else:
        resized = resize(data, SETS["gallery"])
    full_size = PublicPicture(
        address.full_size_key(resized.original), resized.published, resized.original.media_type
    )
    renditions = [
        PublicPicture(
            address.rendition_key(rendition, resized.kind), encoded, resized.kind.media_type
        )
        for rendition, encoded in resized.encoded.items()
    ]
    return [full_size, *renditions]
