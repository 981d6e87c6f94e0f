"""Making the public pictures of an original, a gallery's or the library's, told by storage events.

Events come late, twice or in another order; keys are a function of the bytes, so every step may be
repeated, and whoever comes second finds out what the other did and tidies up.
"""

from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from functools import partial

from vitrine.domain import locations
from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.images import Appearance, Image, RenditionState
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import Address, LibraryAddress
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS, Alternative
from vitrine.pictures.resizing import Resized, resize
from vitrine.ports import Blobs, Galleries, Library, PublicPicture
from vitrine.services.catalogue import FOR_A_RECORD, until_committed
from vitrine.services.withdrawing import remove_renditions, remove_superseded


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records of images are: those of products, and those of none."""

    galleries: Galleries
    library: Library

    def find(self, address: Address, product: str) -> Image | LibraryImage:
        """The image whose bytes these are or were, be it retired: nothing else becomes public.

        It is of `product` unless the library has it.

        Raises:
            RecordMissingError: there is none, or not yet with these bytes.
        """
        found: Image | LibraryImage | None
        if isinstance(address, LibraryAddress):
            found = self.library.image(address.shop, address.image)
        else:
            found = self.galleries.image(address.shop, product, address.image)
            if found is None:
                found = self.galleries.retired(address.shop, address.image)
        if found is None or found.original.revision < address.revision:
            raise RecordMissingError(address.original_key)
        return found

    def complete(self, address: Address, product: str, appearance: Appearance) -> None:
        """Note that every rendition of an image's bytes is stored, and what they look like.

        Raises:
            RecordMissingError: no image has these bytes, or not yet.
            ConflictError: another writer is at the same record: try again.
        """
        if isinstance(address, LibraryAddress):
            self.library.complete_renditions(address, appearance)
        else:
            self.galleries.complete_renditions(address, product, appearance)


def make_renditions(
    records: Records,
    blobs: Blobs,
    address: Address,
    alternatives: Collection[Alternative] = (),
) -> int:
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
        remove_renditions(records.galleries, blobs, address)
        return 0
    find = partial(records.find, address, original.product)
    image = until_committed(find, FOR_A_RECORD, RecordMissingError)
    if locations.address(image) != address:
        return _superseded(blobs, address, image)
    resized = resized_for(image, original.data)
    stored = blobs.put_public(public_pictures(address, image, resized, alternatives))
    try:
        until_committed(lambda: records.complete(address, original.product, resized.appearance))
    except RecordMissingError:
        # Removed while we were at it? Then nobody else will take away what we have just stored.
        if remove_renditions(records.galleries, blobs, address):
            return 0
        image = find()
        if locations.address(image) != address:
            return _superseded(blobs, address, image)
        if records.galleries.retired(address.shop, address.image) is None:
            raise
    if address.revision:
        remove_superseded(blobs, address)
    return stored


def _superseded(blobs: Blobs, address: Address, image: Image | LibraryImage) -> int:
    """Let go of bytes that are no longer an image's, once those that are have their pictures."""
    if image.renditions is RenditionState.COMPLETE:
        blobs.remove_originals([address.original_key])
    return 0


def public_pictures(
    address: Address,
    image: Image | LibraryImage,
    resized: Resized,
    alternatives: Collection[Alternative] = (),
    keys: Container[str] | None = None,
) -> Iterator[PublicPicture]:
    """The public pictures of an image, each encoded while the one before is on its way.

    What every reader can show comes first, alternative formats of it behind.

    Args:
        address: of the image's bytes.
        image: whose they are.
        resized: the bytes, as `resized_for` made them.
        alternatives: formats in which renditions are to exist beside their own.
        keys: of those that are wanted; None for all.
    """
    kind = resized.original
    names = [address.full_size_key(kind)]
    if isinstance(image, Image) and image.name:
        names.append(locations.named_key(address.shop, image.name.full))
    for key in names:
        if keys is None or key in keys:
            yield PublicPicture(key, resized.published, kind.media_type)
    named = {each: address.rendition_key(each, resized.kind) for each in resized.sizes}
    for rendition, key in named.items():
        if keys is None or key in keys:
            yield PublicPicture(key, resized.encode(rendition), resized.kind.media_type)
    for rendition, beside in named.items():
        for alternative in alternatives:
            key = locations.alternative_key(beside, alternative)
            if keys is None or key in keys:
                encoded = resized.encode(rendition, alternative)
                yield PublicPicture(key, encoded, alternative.media_type)


def resized_for(image: Image | LibraryImage, data: bytes) -> Resized:
    """The bytes of an image in all sizes that it is to have.

    Raises:
        PictureRefusedError: the bytes are no picture that we decode.
    """
    if isinstance(image, LibraryImage):
        return resize(data, SETS["library"], LIBRARY_FORMAT)
    return resize(data, SETS["gallery"])
