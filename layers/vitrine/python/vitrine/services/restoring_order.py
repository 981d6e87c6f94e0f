"""Restoring the order of images that were imported from another platform."""

from collections.abc import Mapping

from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.shops import ProductKey
from vitrine.domain.source_order import SourcePlace, in_source_order
from vitrine.services.catalogue import Catalogue, retry_on_conflict


def restore_source_order(
    catalogue: Catalogue, product: ProductKey, places: Mapping[int, SourcePlace]
) -> bool:
    """Give the images that were imported from a source the source's order among themselves.

    Only the gallery's head is written, if anything.

    Args:
        catalogue: the shop's.
        product: the product.
        places: the places of the images by id, in the order of the source.

    Returns:
        Whether the order was wrong.

    Raises:
        ConflictError: other writers won every attempt.
    """

    def change() -> bool:
        gallery = catalogue.stores.galleries.gallery(catalogue.shop.id, product)
        ordered = in_source_order(gallery, places)
        if ordered == gallery:
            return False
        catalogue.stores.galleries.commit(
            GalleryChange(catalogue.shop.id, product, gallery, ordered)
        )
        return True

    return retry_on_conflict(change, catalogue.retry)
