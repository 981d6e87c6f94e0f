"""Ordering all images of a product at once."""

from collections.abc import Callable, Sequence

from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.shops import ProductKey
from vitrine.services.catalogue import Catalogue, retry_on_conflict


def arrange_images(
    catalogue: Catalogue,
    product: ProductKey,
    order: Sequence[int],
    require: Callable[[Gallery], None],
) -> Gallery:
    """Give all images of a product a new order. Only the gallery's head is written, if anything.

    Args:
        catalogue: the shop's.
        product: the product.
        order: ids of all images, each once.
        require: refuses a gallery, as read by each attempt, to which the order must not apply.

    Returns:
        The gallery in the new order.

    Raises:
        WrongOrderError: the order does not name the present images once each.
        ConflictError: other writers won every attempt.
    """

    def change() -> Gallery:
        gallery = catalogue.stores.galleries.gallery(catalogue.shop.id, product)
        require(gallery)
        arranged = gallery.arrange(order)
        if arranged == gallery:
            return gallery
        return catalogue.stores.galleries.commit(
            GalleryChange(catalogue.shop.id, product, gallery, arranged)
        )

    return retry_on_conflict(change, catalogue.retry)
