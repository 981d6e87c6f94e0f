"""Adding an image: bytes first, record second, so that no record ever lacks its bytes."""

from collections.abc import Callable

from vitrine.domain.errors import ConflictError, ImportSettledError, PictureRefusedError
from vitrine.domain.gallery import Gallery, Placed
from vitrine.domain.images import NO_TEXTS, Image, Texts
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.ports import GalleryChange
from vitrine.services.catalogue import Catalogue, until_committed
from vitrine.services.originals import Candidate, look_at
from vitrine.services.sources import Source

Placing = Callable[[Gallery, int], Gallery]
"""Puts a new image, given by its id, somewhere into a gallery."""


def add_image(
    catalogue: Catalogue,
    product: ProductKey,
    source: Source,
    rules: PictureRules,
    *,
    place: Placing = Gallery.append,
    texts: Texts = NO_TEXTS,
    arrival: Arrival | None = None,
) -> Placed:
    """Make a picture an image of a product.

    When this returns, record and original are both stored; when it refuses or loses, neither is.
    A failure of storage itself may leave the original behind, never a record without it.

    Args:
        catalogue: the shop's.
        product: whose gallery it enters.
        source: where its bytes come from.
        rules: what it must fulfil.
        place: where it enters.
        texts: its alternative texts.
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
    image = _image(catalogue, product, candidate, texts)
    key = candidate.store(catalogue.blobs, image)
    seen = [gallery]

    def change() -> Gallery:
        if not seen:
            refuse_settled(catalogue, arrival)
        before = seen.pop() if seen else catalogue.galleries.gallery(shop, product)
        candidate.check(len(before))
        imported = Import(arrival, image.created_at, image.id) if arrival else None
        after = place(before, image.id)
        return catalogue.galleries.commit(
            GalleryChange(shop, product, before, after, added=(image,), imported=imported)
        )

    try:
        return Placed(until_committed(change, catalogue.patience), image)
    except (PictureRefusedError, ConflictError, ImportSettledError):
        # Only where we know that no record was written: after an unclear failure the bytes stay.
        catalogue.blobs.remove_originals([key])
        raise


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


def _image(catalogue: Catalogue, product: ProductKey, candidate: Candidate, texts: Texts) -> Image:
    moment = catalogue.clock()
    return Image(
        id=catalogue.galleries.next_image_id(catalogue.shop.id),
        shop=catalogue.shop.id,
        product=product,
        original=candidate.original(),
        created_at=moment,
        updated_at=moment,
        texts=texts,
    )
