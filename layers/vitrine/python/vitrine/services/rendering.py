"""Making the public pictures of an original, a gallery's or the library's, told by storage events.

Events come late, twice or in another order; keys are a function of the bytes, so every step may be
repeated, and whoever comes second finds out what the other did and tidies up.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from vitrine.domain import locations
from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.images import Appearance, Image, RenditionState
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import LibraryAddress, OriginalAddress
from vitrine.domain.names import Naming
from vitrine.domain.renditions import Alternative
from vitrine.domain.storage import StoredOriginal
from vitrine.ports import Blobs, Galleries, Library
from vitrine.services.catalogue import RECORD_RETRY, retry_on_conflict
from vitrine.services.public_pictures import (
    full_size_keys,
    full_size_pictures,
    public_pictures,
    resized_for,
)
from vitrine.services.unpublishing import permanent_keys, superseded, unpublish


@dataclass(frozen=True, slots=True)
class Records:
    """Where the records of images are: those of products, and those of none."""

    galleries: Galleries
    library: Library

    def find(self, address: OriginalAddress, product: str) -> Image | LibraryImage:
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

    def complete(self, address: OriginalAddress, product: str, appearance: Appearance) -> None:
        """Note that every rendition of an image's bytes is stored, and what they look like.

        Raises:
            RecordMissingError: no image has these bytes, or not yet.
            ConflictError: another writer is at the same record: try again.
        """
        if isinstance(address, LibraryAddress):
            self.library.complete_renditions(address, appearance)
        else:
            self.galleries.complete_renditions(address, product, appearance)

    def names(self, address: OriginalAddress) -> Mapping[str, Naming]:
        """The file names that an image has had, and which of its bytes each was given to."""
        if isinstance(address, LibraryAddress):
            return {}
        return self.galleries.names_of(address.shop, address.image)


def make_renditions(
    records: Records,
    blobs: Blobs,
    address: OriginalAddress,
    alternatives: Collection[Alternative] = (),
) -> int:
    """Store every public picture of an original and note it in its record.

    When they are complete, originals of bytes that the image had before are removed, and their
    going takes their pictures along (`vitrine.services.unpublishing`).

    Returns:
        How many pictures were stored; 0 when the original has gone or other bytes took its place.

    Raises:
        RecordMissingError: the original is there and its record is not, or not yet: try again.
    """
    try:
        original = blobs.original(address.original_key)
    except OriginalMissingError:
        unpublish(records.galleries, blobs, address)
        return 0
    find = partial(records.find, address, original.product)
    image = retry_on_conflict(find, RECORD_RETRY, RecordMissingError)
    if locations.original_address(image) != address:
        return _superseded(records, blobs, address, image, original.data)
    resized = resized_for(image, original.data)
    pictures = public_pictures(address, image, resized, alternatives)
    stored = blobs.put_public(pictures)
    shown = {*full_size_keys(address, image, resized.original)}
    while _completed(records, blobs, address, original, resized.appearance):
        names = records.names(address)
        late = [key for key in _of(address, names) if key not in shown]
        if not late:
            if address.revision:
                _remove_superseded(records, blobs, address, names)
            return stored
        # Other names were given to these bytes before, or meanwhile: public URLs, all of them.
        stored += blobs.put_public(full_size_pictures(late, original.data))
        shown |= {*late}
    return 0


def _completed(
    records: Records,
    blobs: Blobs,
    address: OriginalAddress,
    original: StoredOriginal,
    seen: Appearance,
) -> bool:
    """Note that all pictures of an original are stored, unless it is no longer an image's.

    Then what was stored goes again, for nobody else might take it away.
    """
    try:
        retry_on_conflict(lambda: records.complete(address, original.product, seen))
    except RecordMissingError:
        if unpublish(records.galleries, blobs, address):
            return False
        image = records.find(address, original.product)
        if locations.original_address(image) != address:
            _superseded(records, blobs, address, image, original.data)
            return False
        if records.galleries.retired(address.shop, address.image) is None:
            raise
    return True


def _superseded(
    records: Records,
    blobs: Blobs,
    address: OriginalAddress,
    image: Image | LibraryImage,
    data: bytes,
) -> int:
    """Let go of bytes that are no longer an image's, once those that are have their pictures."""
    if image.renditions is RenditionState.COMPLETE:
        _show(records, blobs, address, records.names(address), data)
        blobs.remove_originals([address.original_key])
    return 0


def _remove_superseded(
    records: Records, blobs: Blobs, address: OriginalAddress, names: Mapping[str, Naming]
) -> None:
    """Let go of all bytes that an image had before those at `address`."""
    older = superseded(blobs, address)
    for other in older:
        if _of(other, names):
            with suppress(OriginalMissingError):  # another was first
                _show(records, blobs, other, names, blobs.original(other.original_key).data)
    blobs.remove_originals([other.original_key for other in older])


def _show(
    records: Records,
    blobs: Blobs,
    address: OriginalAddress,
    names: Mapping[str, Naming],
    data: bytes,
) -> None:
    """Let bytes that go be public under the names that they were given while they were there.

    Names outlive the bytes that they were given to, and the event of these may come behind that of
    the next ones.
    """
    if given := _of(address, names):
        blobs.put_public(full_size_pictures(given, data))
        unpublish(records.galleries, blobs, address)  # all of them, if the image has gone


def _of(address: OriginalAddress, names: Mapping[str, Naming]) -> list[str]:
    """Keys of full-size pictures that outlive these bytes: of names given to them, or before."""
    given = {name: each for name, each in names.items() if each.version == address.version}
    named = {locations.named_key(address.shop, name) for name in given}
    return sorted(named | address.full_size_keys & permanent_keys(address.shop, names))
