"""Adding an image: bytes first, record second, so that no record ever lacks its bytes."""

from collections.abc import Callable
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
from vitrine.services.sources import Source

Placing = Callable[[Gallery, int], Gallery]
"""Places a new image, given by its id, in a gallery."""


@dataclass(frozen=True, slots=True)
class NewImage:
    """How a new image enters a gallery.

    Attributes:
        place: places it in the gallery.
        edit: completes its record with what the picture does not say, such as its texts.
        name: the requested file name; None for none.
        arrival: the file of the import folder that becomes the image. The same transaction settles
            it.
    """

    place: Placing = Gallery.append
    edit: Callable[[Image], Image] = lambda image: image
    name: WantedName | None = None
    arrival: Arrival | None = None


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
    gallery = catalogue.stores.galleries.gallery(catalogue.shop.id, product)
    inspected = inspect_upload(source, rules, gallery)
    inspected.check(len(gallery))
    image = new.edit(_image(catalogue, product, inspected))
    key = inspected.store(catalogue.stores.blobs, image)
    addition = _Addition(catalogue, inspected, image, new, gallery)
    try:
        return retry_on_conflict(addition.attempt, catalogue.retry)
    except (PictureRefusedError, ConflictError, ImportSettledError):
        # Only where no record can have been written: after an unclear failure the bytes stay.
        catalogue.stores.blobs.remove_originals([key])
        raise


@dataclass(slots=True)
class _Addition:
    """The commit of one new image, attempted until no other writer interferes.

    Attributes:
        catalogue: the shop's.
        inspected: the picture.
        image: its record, except for the name.
        new: how it enters the gallery.
        first_read: the gallery, read before the first attempt; later attempts read it again.
    """

    catalogue: Catalogue
    inspected: InspectedUpload
    image: Image
    new: NewImage
    first_read: Gallery | None
    _names: NameChoice = field(init=False)

    def __post_init__(self) -> None:
        self._names = NameChoice(self.catalogue)

    def attempt(self) -> GalleryEntry:
        """Read, place and commit the image once."""
        image, arrival = self.image, self.new.arrival
        before = self._gallery()
        self.inspected.check(len(before))
        name = self._names.choose(self.new.name)
        added = replace(image, name=name)
        after = self.catalogue.stores.galleries.commit(
            GalleryChange(
                image.shop,
                image.product,
                before,
                self.new.place(before, image.id),
                added=(added,),
                named=(name, image.id) if name else None,
                imported=Import(arrival, image.created_at, image.id) if arrival else None,
                claim=self.catalogue.claim,
            )
        )
        return GalleryEntry(after, added)

    def _gallery(self) -> Gallery:
        first, self.first_read = self.first_read, None
        if first is not None:
            return first
        refuse_settled(self.catalogue, self.new.arrival)
        return self.catalogue.stores.galleries.gallery(self.image.shop, self.image.product)


def add_library_image(
    catalogue: Catalogue, inspected: InspectedUpload, purpose: Purpose, account: str
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

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
        ImageNotFoundError: the image that an earlier request added is deleted.
        ConflictError: other writers won every attempt.
    """
    if catalogue.claim and catalogue.claim.created is not None:
        found = catalogue.stores.library.image(catalogue.shop.id, catalogue.claim.created)
        if found is None:
            raise ImageNotFoundError(catalogue.claim.created)
        return found
    inspected.check(images=0)  # the library has no limit
    moment = catalogue.clock()
    image = LibraryImage(
        id=catalogue.stores.galleries.next_image_id(catalogue.shop.id),
        shop=catalogue.shop.id,
        account=account,
        purpose=purpose,
        original=inspected.original(),
        created_at=moment,
        updated_at=moment,
    )
    key = inspected.store(catalogue.stores.blobs, image)
    add = partial(catalogue.stores.library.add, image, catalogue.claim)
    try:
        retry_on_conflict(add, catalogue.retry)
    except ConflictError:
        catalogue.stores.blobs.remove_originals([key])
        raise
    return image


def check_room(catalogue: Catalogue, product: ProductKey, rules: PictureRules) -> None:
    """Refuse a full gallery.

    Raises:
        PictureRefusedError: the gallery is full (`Rule.ROOM`).
    """
    if len(catalogue.stores.galleries.gallery(catalogue.shop.id, product)) >= rules.max_images:
        raise PictureRefusedError((Rule.ROOM,))


def refuse_settled(catalogue: Catalogue, arrival: Arrival | None) -> None:
    """Refuse a file of the import folder whose outcome is recorded already (idempotent import).

    Raises:
        ImportSettledError: this version of the file, or a later one, is settled.
    """
    if arrival is None:
        return
    latest = catalogue.stores.imports.imported(arrival.shop, arrival.path)
    if latest is not None and latest.settles(arrival):
        raise ImportSettledError(arrival.key)


def _image(catalogue: Catalogue, product: ProductKey, inspected: InspectedUpload) -> Image:
    moment = catalogue.clock()
    return Image(
        id=catalogue.stores.galleries.next_image_id(catalogue.shop.id),
        shop=catalogue.shop.id,
        product=product,
        original=inspected.original(),
        created_at=moment,
        updated_at=moment,
    )
