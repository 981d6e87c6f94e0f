"""Adding an image: bytes first, record second, so that no record ever lacks its bytes."""

from collections.abc import Callable
from dataclasses import replace

from vitrine.domain.errors import ConflictError, ImportSettledError, PictureRefusedError, Rule
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.names import FileName
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.services.catalogue import Catalogue, retry_on_conflict
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.naming import WantedName, choose
from vitrine.services.sources import Source

Placing = Callable[[Gallery, int], Gallery]
"""Puts a new image, given by its id, somewhere into a gallery."""


def add_image(
    catalogue: Catalogue,
    product: ProductKey,
    source: Source | InspectedUpload,
    rules: PictureRules,
    *,
    place: Placing = Gallery.append,
    describe: Callable[[Image], Image] = lambda image: image,
    name: WantedName | None = None,
    arrival: Arrival | None = None,
) -> GalleryEntry:
    """Make a picture an image of a product.

    When this returns, record and original are both stored; when it refuses or loses, neither is.
    A failure of storage itself may leave the original behind, never a record without it.

    Args:
        catalogue: the shop's.
        product: whose gallery it enters.
        source: where its bytes come from, or they themselves when they were looked at.
        rules: what it must fulfil.
        place: where it enters.
        describe: says of the new record what the picture cannot, such as its texts.
        name: the file name it is to have among the shop's, if it is to have one.
        arrival: the file of the import folder that becomes the image; settled in the same commit.

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
        DownloadError, ImportMissingError: the source has nothing.
        ImportSettledError: another has settled the arrival meanwhile.
        ConflictError: other writers won every time.
    """
    shop = catalogue.shop.id
    gallery = catalogue.stores.galleries.gallery(shop, product)
    inspected = inspect_upload(source, rules, gallery)
    inspected.check(len(gallery))
    image = describe(_image(catalogue, product, inspected))
    key = inspected.store(catalogue.stores.blobs, image)
    seen = [gallery]
    chosen: list[FileName] = []

    def change() -> GalleryEntry:
        if not seen:
            refuse_settled(catalogue, arrival)
        before = seen.pop() if seen else catalogue.stores.galleries.gallery(shop, product)
        inspected.check(len(before))
        named = choose(catalogue, name, chosen) if name else None
        added = replace(image, name=named)
        after = catalogue.stores.galleries.commit(
            GalleryChange(
                shop,
                product,
                before,
                place(before, image.id),
                added=(added,),
                named=(named, image.id) if named else None,
                imported=Import(arrival, image.created_at, image.id) if arrival else None,
            )
        )
        return GalleryEntry(after, added)

    try:
        return retry_on_conflict(change, catalogue.retry)
    except (PictureRefusedError, ConflictError, ImportSettledError):
        # Only where we know that no record was written: after an unclear failure the bytes stay.
        catalogue.stores.blobs.remove_originals([key])
        raise


def add_library_image(
    catalogue: Catalogue, inspected: InspectedUpload, purpose: Purpose, account: str
) -> LibraryImage:
    """Make a picture an image that belongs to no product.

    When this returns, original and record are both stored. A failure of storage may leave the
    original behind, never a record without it.

    Args:
        catalogue: the shop's.
        inspected: the picture.
        purpose: what the image is for.
        account: the shop's account, which stands in the image's URLs.

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
    """
    inspected.check(images=0)  # a library has room
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
    inspected.store(catalogue.stores.blobs, image)
    catalogue.stores.library.add(image)
    return image


def check_room(catalogue: Catalogue, product: ProductKey, rules: PictureRules) -> None:
    """Refuse a full gallery.

    Raises:
        PictureRefusedError: it is (`Rule.ROOM`).
    """
    if len(catalogue.stores.galleries.gallery(catalogue.shop.id, product)) >= rules.max_images:
        raise PictureRefusedError((Rule.ROOM,))


def refuse_settled(catalogue: Catalogue, arrival: Arrival | None) -> None:
    """Stop where an arrival has nothing left to become.

    Raises:
        ImportSettledError: this version of the file, or a later one, has been settled.
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
