"""Removing images: the record first, then the original; its going takes the renditions along."""

from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.images import Image
from vitrine.domain.locations import address
from vitrine.domain.shops import ProductKey
from vitrine.ports import GalleryChange
from vitrine.services.catalogue import Catalogue, until_committed

_BATCH = 50
"""Images per transaction, which takes at most 100 items, two of them head and count."""


def remove_image(catalogue: Catalogue, product: ProductKey, image: int) -> None:
    """Remove one image of a product.

    Raises:
        ImageNotFoundError: the product has no such image, or no longer.
    """

    def change() -> Image:
        gallery, found = catalogue.galleries.gallery_with_image(catalogue.shop.id, product, image)
        if found is None or image not in gallery:
            raise ImageNotFoundError(image)
        after = gallery.remove(image)
        catalogue.galleries.commit(
            GalleryChange(catalogue.shop.id, product, gallery, after, removed=(image,))
        )
        return found

    removed = until_committed(change)
    catalogue.blobs.remove_originals([address(removed).original_key])


def remove_images(catalogue: Catalogue, product: ProductKey) -> None:
    """Remove all images of a product, also when there are none.

    Fifty images go at a time; repeating an interrupted removal finishes it.
    """
    until_committed(lambda: _remove_all(catalogue, product))


def _remove_all(catalogue: Catalogue, product: ProductKey) -> None:
    shop = catalogue.shop.id
    gallery, images = catalogue.galleries.gallery_with_images(shop, product)
    while gallery.sorts:
        batch = gallery.order[:_BATCH]
        after = gallery.remove(*batch)
        catalogue.galleries.commit(GalleryChange(shop, product, gallery, after, removed=batch))
        originals = [address(images[image]).original_key for image in batch if image in images]
        catalogue.blobs.remove_originals(originals)
        gallery = after
