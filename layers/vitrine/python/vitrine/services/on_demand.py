"""Making one public picture that is asked for and not there: not yet, or not any more.

Which pictures can be asked for follows from the image, never from the request; so there are as many
as its address has keys. An original that is there has all of them, whatever became of its events.
"""

from collections.abc import Collection
from dataclasses import dataclass

from vitrine.domain import locations
from vitrine.domain.errors import OriginalMissingError, RecordMissingError
from vitrine.domain.locations import LibraryAddress, OriginalAddress
from vitrine.domain.public_keys import OfImage, OfLibrary, OfName, find_address, parse_public_key
from vitrine.domain.renditions import Alternative
from vitrine.domain.storage import PublicPicture
from vitrine.pictures.inspection import sniff
from vitrine.ports import Blobs, Shops
from vitrine.services.public_pictures import full_size_pictures, public_pictures, resized_for
from vitrine.services.rendering import Records
from vitrine.services.unpublishing import addresses, permanent_keys


@dataclass(frozen=True, slots=True)
class Missing:
    """Where missing pictures are looked for, made and stored.

    Attributes:
        shops: tells shops by their accounts.
        records: of all images.
        blobs: originals and public pictures.
        alternatives: formats in which renditions exist beside their own.
    """

    shops: Shops
    records: Records
    blobs: Blobs
    alternatives: Collection[Alternative]

    def make(self, key: str) -> PublicPicture | None:
        """Store the picture that a public key names, and no other.

        Returns:
            The picture; None when no image has, or no longer has, a picture of this key.

        Raises:
            PictureRefusedError: an original that was accepted cannot be decoded.
        """
        lead = parse_public_key(key)
        match lead:
            case OfImage(shop, image):
                address = self._among_originals(key, shop, image)
            case OfLibrary(account, image):
                address = self._in_libraries(key, account, image)
            case OfName(shop, name) if key == locations.named_key(shop, name):
                address = self._by_name(shop, name)
            case _:
                return None
        picture = address and self._made(key, address, named=isinstance(lead, OfName))
        if not address or not picture:
            return None
        self.blobs.put_public([picture])
        # Whose original is there now is removed later, and the event of that finds the picture.
        # Whose original has gone may have had its event already: nobody else would remove it.
        if self.blobs.has_original(address.original_key):
            return picture
        names = self.records.names(address)
        if key in permanent_keys(address.shop, names) and self._addresses(
            address.shop, address.image
        ):
            return picture  # a name outlives the bytes that it was given to, not the image
        self.blobs.remove_public([key])
        return None

    def _among_originals(self, key: str, shop: str, image: int) -> OriginalAddress | None:
        return find_address(key, self._addresses(shop, image), self.alternatives)

    def _in_libraries(self, key: str, account: str, image: int) -> OriginalAddress | None:
        # Until it is given another, a shop's account is its id.
        for shop in self.shops.shops_of_account(account) or [account]:
            found = self.records.library.image(shop, image)
            if found is not None:
                address = find_address(
                    key,
                    [locations.original_address(found)],
                    self.alternatives,
                    [found.original.format],
                )
                if address:
                    return address
        return None

    def _by_name(self, shop: str, name: str) -> OriginalAddress | None:
        """The address of the bytes that an image had when it was given a name.

        It may have other names since, and other bytes; this one shows these while they are kept.
        """
        named = self.records.galleries.named(shop, name)
        if named is None:
            return None
        for address in self._addresses(shop, named.image):
            if address.version == named.version:
                return address
        return None

    def _addresses(self, shop: str, image: int) -> list[OriginalAddress]:
        found = addresses(self.blobs, shop, image)
        return [each for each in found if not isinstance(each, LibraryAddress)]

    def _made(self, key: str, address: OriginalAddress, *, named: bool) -> PublicPicture | None:
        try:
            original = self.blobs.original(address.original_key)
            image = self.records.find(address, original.product)
        except (OriginalMissingError, RecordMissingError):
            return None
        present = image.original
        if present.revision == address.revision and not present.digest.startswith(address.digest):
            return None  # bytes that lost the race for their revision
        data, kind = original.data, sniff(original.data)
        if kind is None:
            return None
        if named or key == address.full_size_key(kind):
            return next(full_size_pictures([key], data))
        if find_address(key, [address], self.alternatives, [kind]) is None:
            return None  # a picture that bytes of another format would have: no need to decode
        pictures = public_pictures(
            address, image, resized_for(image, data), self.alternatives, {key}
        )
        return next(iter(pictures), None)
