"""Rendering on demand: making one public picture or manifest that was requested, if not stored.

It may not be stored yet, or no longer. Which pictures can be requested follows from the image's
record, never from the request, so their number is bounded by the keys of its addresses.
"""

from collections.abc import Collection
from functools import partial

from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.locations import (
    LibraryAddress,
    OriginalAddress,
    named_key,
    original_address,
)
from vitrine.domain.manifests import picture_of
from vitrine.domain.public_keys import (
    ImageReference,
    LibraryReference,
    NameReference,
    find_address,
    parse_public_key,
)
from vitrine.domain.publication import Standing, permanent_keys, standing
from vitrine.domain.renditions import Alternative
from vitrine.domain.storage import PublicPicture
from vitrine.pictures.inspection import sniff
from vitrine.ports import Stores
from vitrine.records import dataclass
from vitrine.services.catalogue import retry_on_conflict
from vitrine.services.image_state import (
    committed_record,
    names_and_flag,
    note_unpublished,
    originals_of,
)
from vitrine.services.public_pictures import (
    full_size_pictures,
    made_keys,
    manifest_of,
    public_pictures,
    resized_for,
)


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Renders requested pictures.

    Attributes:
        stores: all adapters.
        alternatives: formats in which renditions exist beside their own.
        media_url: the CDN's URL of public pictures, without a trailing slash.
    """

    stores: Stores
    alternatives: Collection[Alternative]
    media_url: str

    def render(self, key: str) -> PublicPicture | None:
        """Make and store the picture or the manifest with a public key, and no other.

        Returns:
            The picture or manifest; None when no image has, or no longer has, one with this key.

        Raises:
            PictureRefusedError: a stored original cannot be decoded.
        """
        shown = picture_of(key) or key
        address = None if picture_of(shown) else self._address(shown)
        made = address and self._make(key, shown, address)
        if not address or not made:
            return None
        self.stores.blobs.put_public([made])
        return made if self._may_stay(key, address) else None

    def _address(self, key: str) -> OriginalAddress | None:
        """The address of the bytes that a picture shows; None if no image has the picture."""
        match parse_public_key(key):
            case ImageReference(shop, image):
                return find_address(key, self._gallery_originals(shop, image), self.alternatives)
            case LibraryReference(account, image):
                return self._in_libraries(key, account, image)
            case NameReference(shop, name) if key == named_key(shop, name):
                return self._by_name(shop, name)
            case _:
                return None

    def _may_stay(self, key: str, address: OriginalAddress) -> bool:
        """Whether a stored picture may stay; otherwise it is deleted.

        If its original is stored now, the event of a later removal finds the picture. If not, that
        event may have come already, and nothing else would delete the picture or have the CDN
        forget it: until it is deleted, the CDN can fetch it from storage.
        """
        blobs = self.stores.blobs
        if blobs.has_original(address.original_key):
            return True
        names, flagged = names_and_flag(self.stores, address)
        permanent = permanent_keys(address.shop, names)
        if key in permanent and self._gallery_originals(address.shop, address.image):
            return True  # a permanent key outlives its bytes, but not the image
        blobs.remove_public([key])
        if flagged:
            # Nothing repeats a request, and the event of the removal may be writing to the flag.
            retry_on_conflict(partial(note_unpublished, self.stores, address, [key]))
        return False

    def _in_libraries(self, key: str, account: str, image: int) -> OriginalAddress | None:
        # Until it is given another, a shop's account is its id.
        for shop in self.stores.shops.shops_of_account(account) or [account]:
            found = self.stores.library.image(shop, image)
            if found is not None:
                kinds = [found.original.format]
                address = find_address(key, [original_address(found)], self.alternatives, kinds)
                if address:
                    return address
        return None

    def _by_name(self, shop: str, name: str) -> OriginalAddress | None:
        """The address of the bytes that received a file name, while they are stored."""
        named = self.stores.galleries.named(shop, name)
        if named is None:
            return None
        for address in self._gallery_originals(shop, named.image):
            if address.version == named.version:
                return address
        return None

    def _gallery_originals(self, shop: str, image: int) -> list[OriginalAddress]:
        found = originals_of(self.stores.blobs, shop, image)
        return [each for each in found if not isinstance(each, LibraryAddress)]

    def _make(self, key: str, shown: str, address: OriginalAddress) -> PublicPicture | None:
        """The object with a public key: the picture `shown`, or its manifest."""
        try:
            original = self.stores.blobs.original(address.original_key)
            record = committed_record(self.stores, address, original.product)
        except (OriginalMissingError, RecordMissingError):
            return None
        data, kind = original.data, sniff(original.data)
        if kind is None or standing(address, record) is Standing.REJECTED:
            return None
        named = isinstance(parse_public_key(shown), NameReference)
        full_size = named or shown == address.full_size_key(kind)
        if full_size and shown == key:
            return next(full_size_pictures([key], data))
        if not full_size and find_address(shown, [address], self.alternatives, [kind]) is None:
            return None  # a picture that bytes of another format would have: no need to decode
        resized = resized_for(record, data)
        if shown != key:
            if full_size or shown in made_keys(address, resized, self.alternatives):
                return manifest_of(key, self.media_url, address, resized, self.alternatives)
            return None
        pictures = public_pictures(address, record, resized, self.alternatives, {key})
        return next(iter(pictures), None)
