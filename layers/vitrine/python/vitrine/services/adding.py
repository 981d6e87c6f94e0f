"""Adding an image: bytes first, record second, so that no record ever lacks its bytes."""

from collections.abc import Callable
from dataclasses import replace

from vitrine.domain.errors import ConflictError, ImportSettledError, PictureRefusedError, Rule
from vitrine.domain.gallery import Gallery, Placed
from vitrine.domain.images import FileName, Image
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.ports import GalleryChange
from vitrine.services.catalogue import Catalogue, until_committed
from vitrine.services.naming import WantedName, choose
from vitrine.services.originals import Candidate, look_at
from vitrine.services.sources import Source

Placing = Callable[[Gallery, int], Gallery]
"""Puts a new image, given by its id, somewhere into a gallery."""


def add_image(
    catalogue: Catalogue,
    product: ProductKey,
    source: Source | Candidate,
    rules: PictureRules,
    *,
    place: Placing = Gallery.append,
    describe: Callable[[Image], Image] = lambda image: image,
    name: WantedName | None = None,
    arrival: Arrival | None = None,
) -> Placed:
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
    gallery = catalogue.galleries.gallery(shop, product)
    candidate = look_at(source, rules, gallery)
    candidate.check(len(gallery))
    image = describe(_image(catalogue, product, candidate))
    key = candidate.store(catalogue.blobs, image)
    seen = [gallery]
    chosen: list[FileName] = []

    def change() -> Placed:
        if not seen:
            refuse_settled(catalogue, arrival)
        before = seen.pop() if seen else catalogue.galleries.gallery(shop, product)
        candidate.check(len(before))
        named = choose(catalogue, name, chosen) if name else None
        added = replace(image, name=named)
        after = catalogue.galleries.commit(
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
        return Placed(after, added)

    try:
        return until_committed(change, catalogue.patience)
    except (PictureRefusedError, ConflictError, ImportSettledError):
        # Only where we know that no record was written: after an unclear failure the bytes stay.
        catalogue.blobs.remove_originals([key])
        raise


def check_room(catalogue: Catalogue, product: ProductKey, rules: PictureRules) -> None:
    """Refuse a full gallery.

    Raises:
        PictureRefusedError: it is (`Rule.ROOM`).
    """
    if len(catalogue.galleries.gallery(catalogue.shop.id, product)) >= rules.max_images:
        raise PictureRefusedError((Rule.ROOM,))


def refuse_settled(catalogue: Catalogue, arrival: Arrival | None) -> None:
    """Stop where an arrival has nothing left to become.

    Raises:
        ImportSettledError: this version of the file, or a later one, has been settled.
    """
    if arrival is None:
        return
    latest = catalogue.imports.imported(arrival.shop, arrival.path)
    if latest is not None and latest.settles(arrival):
        raise ImportSettledError(arrival.key)


def _image(catalogue: Catalogue, product: ProductKey, candidate: Candidate) -> Image:
    moment = catalogue.clock()
    return Image(
        id=catalogue.galleries.next_image_id(catalogue.shop.id),
        shop=catalogue.shop.id,
        product=product,
        original=candidate.original(),
        created_at=moment,
        updated_at=moment,
    )
