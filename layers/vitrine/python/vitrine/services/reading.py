"""Reading a product's images."""

from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.images import Image
from vitrine.domain.shops import ProductKey
from vitrine.services.catalogue import Catalogue


def list_images(catalogue: Catalogue, product: ProductKey) -> list[Image]:
    """All images of a product, in gallery order."""
    gallery, images = catalogue.galleries.gallery_with_images(catalogue.shop.id, product)
    return [images[image] for image in gallery.order if image in images]


def get_image(catalogue: Catalogue, product: ProductKey, image: int) -> Image:
    """One image of a product.

    Raises:
        ImageNotFoundError: the product has no such image.
    """
    found = catalogue.galleries.image(catalogue.shop.id, product, image)
    if found is None:
        raise ImageNotFoundError(image)
    return found
