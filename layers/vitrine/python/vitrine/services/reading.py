"""Reading a product's images."""

from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.gallery import Gallery, GalleryEntry, entries_of
from vitrine.domain.images import Image
from vitrine.domain.shops import ProductKey
from vitrine.services.catalogue import Catalogue, retry_on_conflict


def list_images(catalogue: Catalogue, product: ProductKey) -> list[GalleryEntry]:
    """All images of a product, in gallery order."""
    _, entries = get_gallery(catalogue, product)
    return entries


def get_gallery(catalogue: Catalogue, product: ProductKey) -> tuple[Gallery, list[GalleryEntry]]:
    """A product's gallery, and all its images in gallery order."""
    gallery, images = catalogue.stores.galleries.gallery_with_images(catalogue.shop.id, product)
    return gallery, entries_of(gallery, images)


def get_image(catalogue: Catalogue, product: ProductKey, image: int) -> Image:
    """One image of a product.

    Raises:
        ImageNotFoundError: the product has no such image.
    """
    found = catalogue.stores.galleries.image(catalogue.shop.id, product, image)
    if found is None:
        raise ImageNotFoundError(image)
    return found


def get_entry(catalogue: Catalogue, product: ProductKey, image: int) -> GalleryEntry:
    """One image of a product, with its gallery.

    Raises:
        ImageNotFoundError: the product has no such image.
        ConflictError: other requests were writing the same records at every attempt.
    """

    def read() -> GalleryEntry:
        gallery, found = catalogue.stores.galleries.gallery_with_image(
            catalogue.shop.id, product, image
        )
        if found is None or image not in gallery:
            raise ImageNotFoundError(image)
        return GalleryEntry(gallery, found)

    return retry_on_conflict(read, catalogue.retry)


def count_images(catalogue: Catalogue, product: ProductKey) -> int:
    """The number of images of a product."""
    return len(catalogue.stores.galleries.gallery(catalogue.shop.id, product))


def count_all_images(catalogue: Catalogue) -> int:
    """The number of images of all products of the shop."""
    return catalogue.stores.galleries.image_count(catalogue.shop.id)
