"""Adding an image: bytes first, record second, so that no record ever lacks its bytes."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import partial

from vitrine.domain.errors import (
    ConflictError,
    ImageNotFoundError,
    ImportSettledError,
    PictureRefusedError,
    Rule,
)
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue, retry_on_conflict
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.naming import NameChoice, WantedName
from vitrine.services.reading import get_entry
from vitrine.services.settling import refuse_settled
from vitrine.services.sources import Source

Placing = Callable[[Gallery, int], Gallery]
"""Places a new image, given by its id, in a gallery."""
PlacingAmong = Callable[[Gallery, Mapping[int, Image], int], Gallery]
"""Places a new image, given by its id, in a gallery, given the records of the other images."""


@dataclass(frozen=True, slots=True)
class NewImage:
    """How a new image enters a gallery.

    Attributes:
        place: places it in the gallery.
        edit: completes its record with what the picture does not say, such as its texts.
        name: the requested file name; None for none.
        arrival: the file that arrived in storage and becomes the image. The same transaction
            settles it.
        place_among: places it instead of `place`, and needs all records of the gallery.
        id: its reserved id; None for the next one.
    """

    place: Placing = Gallery.append
    edit: Callable[[Image], Image] = lambda image: image
    name: WantedName | None = None
    arrival: Arrival | None = None
    place_among: PlacingAmong | None = None
    id: int | None = None


def add_image(
    catalogue: Catalogue,
    product: ProductKey,
    source: Source | InspectedUpload,
    rules: PictureRules,
    new: NewImage = NewImage(),  # noqa: B008 - immutable
) -> GalleryEntry:
    """Add a picture to a product's gallery.

    When this returns, original and record are both stored. When it refuses the picture or loses to
    other writers, neither is. A storage failure may leave an orphaned original, never a record
    without its original. If an earlier request with the same idempotency key added the image, it
    returns that image.

    Args:
        catalogue: the shop's.
        product: the product whose gallery the image enters.
        source: where its bytes come from, or the inspected bytes themselves.
        rules: the rules that the picture must fulfil.
        new: how the image enters the gallery.

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
        DownloadError, ImportMissingError: the source has no picture.
        ImportSettledError: another request has settled the arrival meanwhile.
        ConflictError: other writers won every attempt.
        ImageNotFoundError: the image that an earlier request added is deleted.
    """
    if catalogue.claim and catalogue.claim.created is not None:
        return get_entry(catalogue, product, catalogue.claim.created)
    addition = _Addition(catalogue, product, new)
    gallery, _ = addition.read_first()
    inspected = inspect_upload(source, rules, gallery)
    inspected.check(len(gallery))
    image = new.edit(_image(catalogue, product, inspected, new.id))
    key = inspected.store(catalogue.stores.blobs, image)
    try:
        return retry_on_conflict(partial(addition.attempt, inspected, image), catalogue.retry)
    except (PictureRefusedError, ConflictError, ImportSettledError):
        # Only where no record can have been written: after an unclear failure the bytes stay, and
        # so they do under a reserved id, because another event of the same file has the same key.
        if new.id is None:
            catalogue.stores.blobs.remove_originals([key])
        raise


@dataclass(slots=True)
class _Addition:
    """The commit of one new image, attempted until no other writer interferes.

    Attributes:
        catalogue: the shop's.
        product: the product whose gallery the image enters.
        new: how it enters the gallery.
    """

    catalogue: Catalogue
    product: ProductKey
    new: NewImage
    _names: NameChoice = field(init=False)
    _first_read: tuple[Gallery, Mapping[int, Image]] | None = None

    def __post_init__(self) -> None:
        self._names = NameChoice(self.catalogue)

    def read_first(self) -> tuple[Gallery, Mapping[int, Image]]:
        """Read the gallery for the first attempt; later attempts read it again."""
        self._first_read = self._read()
        return self._first_read

    def attempt(self, inspected: InspectedUpload, image: Image) -> GalleryEntry:
        """Read, place and commit the image once; its record has no name yet."""
        arrival = self.new.arrival
        before, others = self._present()
        inspected.check(len(before))
        name = self._names.choose(self.new.name)
        added = replace(image, name=name)
        among = self.new.place_among
        placed = among(before, others, image.id) if among else self.new.place(before, image.id)
        after = self.catalogue.stores.galleries.commit(
            GalleryChange(
                image.shop,
                image.product,
                before,
                placed,
                added=(added,),
                named=(name, image.id) if name else None,
                imported=Import(arrival, image.created_at, image.id) if arrival else None,
                claim=self.catalogue.claim,
            )
        )
        return GalleryEntry(after, added)

    def _present(self) -> tuple[Gallery, Mapping[int, Image]]:
        first, self._first_read = self._first_read, None
        if first is not None:
            return first
        refuse_settled(self.catalogue, self.new.arrival)
        return self._read()

    def _read(self) -> tuple[Gallery, Mapping[int, Image]]:
        """The gallery, and the records of its images if placing needs them."""
        galleries, shop = self.catalogue.stores.galleries, self.catalogue.shop.id
        if self.new.place_among is None:
            return galleries.gallery(shop, self.product), {}
        return galleries.gallery_with_images(shop, self.product)


def add_library_image(
    catalogue: Catalogue,
    inspected: InspectedUpload,
    purpose: Purpose,
    account: str,
    arrival: Arrival | None = None,
) -> LibraryImage:
    """Add a picture to the library, which holds images that belong to no product.

    When this returns, original and record are both stored. A storage failure may leave an orphaned
    original, never a record without its original. If an earlier request with the same idempotency
    key added the image, this returns that image.

    Args:
        catalogue: the shop's.
        inspected: the picture.
        purpose: what the image is for.
        account: the shop's account, which is part of the image's URLs.
        arrival: the image of another platform that it is made of; None for none. The same
            transaction settles it.

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
        ImportSettledError: another import has settled the arrival.
        ImageNotFoundError: the image that an earlier request added is deleted.
        ConflictError: other writers won every attempt.
    """
    if earlier := _added_to_library(catalogue):
        return earlier
    inspected.check(images=0)  # the library has no limit
    image = _library_image(catalogue, inspected, purpose, account)
    key = inspected.store(catalogue.stores.blobs, image)
    imported = Import(arrival, image.created_at, image.id) if arrival else None

    def add() -> None:
        refuse_settled(catalogue, arrival)
        catalogue.stores.library.add(image, catalogue.claim, imported)

    try:
        retry_on_conflict(add, catalogue.retry)
    except (ConflictError, ImportSettledError):
        catalogue.stores.blobs.remove_originals([key])
        raise
    return image


def _added_to_library(catalogue: Catalogue) -> LibraryImage | None:
    """The library image that an earlier request with the same idempotency key added, if any.

    Raises:
        ImageNotFoundError: it is deleted.
    """
    if catalogue.claim is None or catalogue.claim.created is None:
        return None
    found = catalogue.stores.library.image(catalogue.shop.id, catalogue.claim.created)
    if found is None:
        raise ImageNotFoundError(catalogue.claim.created)
    return found


def _library_image(
    catalogue: Catalogue, inspected: InspectedUpload, purpose: Purpose, account: str
) -> LibraryImage:
    moment, shop = catalogue.clock(), catalogue.shop.id
    return LibraryImage(
        id=catalogue.stores.galleries.next_image_id(shop),
        shop=shop,
        account=account,
        purpose=purpose,
        original=inspected.original(),
        created_at=moment,
        updated_at=moment,
    )


def check_room(catalogue: Catalogue, product: ProductKey, rules: PictureRules) -> None:
    """Refuse a full gallery.

    Raises:
        PictureRefusedError: the gallery is full (`Rule.ROOM`).
    """
    if len(catalogue.stores.galleries.gallery(catalogue.shop.id, product)) >= rules.max_images:
        raise PictureRefusedError((Rule.ROOM,))


def _image(
    catalogue: Catalogue, product: ProductKey, inspected: InspectedUpload, reserved: int | None
) -> Image:
    moment, shop = catalogue.clock(), catalogue.shop.id
    return Image(
        id=catalogue.stores.galleries.next_image_id(shop) if reserved is None else reserved,
        shop=shop,
        product=product,
        original=inspected.original(),
        created_at=moment,
        updated_at=moment,
    )
