"""Making the public pictures of an original, a gallery's or the library's, told by storage events.

Events come late, twice or in another order; keys are a function of the bytes, so every step may be
repeated, and whoever comes second finds out what the other did and tidies up.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from vitrine.domain import locations
from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.images import Appearance, Image, RenditionState
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import Address, LibraryAddress
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS, Alternative
from vitrine.pictures.resizing import Resized, resize
from vitrine.ports import Blobs, Galleries, Library, Naming, PublicPicture, StoredOriginal
from vitrine.services.catalogue import FOR_A_RECORD, until_committed
from vitrine.services.withdrawing import remove_renditions, superseded


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

    def names(self, address: Address) -> Mapping[str, Naming]:
        """The file names that an image has had, and which of its bytes each was given to."""
        if isinstance(address, LibraryAddress):
            return {}
        return self.galleries.names_of(address.shop, address.image)


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
        return _superseded(records, blobs, address, image, original.data)
    resized = resized_for(image, original.data)
    pictures = public_pictures(address, image, resized, alternatives)
    stored, shown = blobs.put_public(pictures), _name_of(image)
    while _completed(records, blobs, address, original, resized.appearance):
        names = records.names(address)
        late = [name for name in _of(address, names) if name not in shown]
        if not late:
            if address.revision:
                _remove_superseded(records, blobs, address, names)
            return stored
        # Other names were given to these bytes before, or meanwhile: public URLs, all of them.
        stored += blobs.put_public(_named(address, late, resized))
        shown |= {*late}
    return 0


def _completed(
    records: Records, blobs: Blobs, address: Address, original: StoredOriginal, seen: Appearance
) -> bool:
    """Note that all pictures of an original are stored, unless it is no longer an image's.

    Then what was stored goes again, for nobody else might take it away.
    """
    try:
        until_committed(lambda: records.complete(address, original.product, seen))
    except RecordMissingError:
        if remove_renditions(records.galleries, blobs, address):
            return False
        image = records.find(address, original.product)
        if locations.address(image) != address:
            _superseded(records, blobs, address, image, original.data)
            return False
        if records.galleries.retired(address.shop, address.image) is None:
            raise
    return True


def _superseded(
    records: Records, blobs: Blobs, address: Address, image: Image | LibraryImage, data: bytes
) -> int:
    """Let go of bytes that are no longer an image's, once those that are have their pictures."""
    if image.renditions is RenditionState.COMPLETE:
        _show(records, blobs, address, records.names(address), data)
        blobs.remove_originals([address.original_key])
    return 0


def _remove_superseded(
    records: Records, blobs: Blobs, address: Address, names: Mapping[str, Naming]
) -> None:
    """Let go of all bytes that an image had before those at `address`."""
    older = superseded(blobs, address)
    for key, other in older:
        if any(_of(other, names)):
            with suppress(OriginalMissingError):  # another was first
                _show(records, blobs, other, names, blobs.original(key).data)
    blobs.remove_originals([key for key, _ in older])


def _show(
    records: Records, blobs: Blobs, address: Address, names: Mapping[str, Naming], data: bytes
) -> None:
    """Let bytes that go be public under the names that they were given while they were there.

    Names outlive the bytes that they were given to, and the event of these may come behind that of
    the next ones.
    """
    if given := _of(address, names):
        blobs.put_public(_named(address, given, resize(data, SETS["gallery"])))
        remove_renditions(records.galleries, blobs, address)  # all of them, if the image has gone


def _of(address: Address, names: Mapping[str, Naming]) -> list[str]:
    """The names that were given to these bytes."""
    return [name for name, naming in names.items() if naming.version == address.version]


def _named(address: Address, names: Iterable[str], resized: Resized) -> Iterator[PublicPicture]:
    """The full-size picture under each of these file names."""
    for name in names:
        key = locations.named_key(address.shop, name)
        yield PublicPicture(key, resized.published, resized.original.media_type)


def _name_of(image: Image | LibraryImage) -> set[str]:
    return {image.name.full} if isinstance(image, Image) and image.name else set()


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
    names += [locations.named_key(address.shop, name) for name in _name_of(image)]
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
                yield PublicPicture(key, encoded, resized.media_type(rendition, alternative))


def resized_for(image: Image | LibraryImage, data: bytes) -> Resized:
    """The bytes of an image in all sizes that it is to have.

    Raises:
        PictureRefusedError: the bytes are no picture that we decode.
    """
    if isinstance(image, LibraryImage):
        return resize(data, SETS["library"], LIBRARY_FORMAT)
    return resize(data, SETS["gallery"])
