"""The products of a shop that have images, in pages."""

from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.images import Image
from vitrine.records import dataclass

LONGEST_PAGE = 100
"""The maximum number of products in a page."""


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A page of products that have images.

    Attributes:
        products: their keys, in the order of text.
        more: whether other products may follow.
    """

    products: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product that has images.

    Attributes:
        product: its key.
        gallery: the head of its gallery.
        cover: the image that represents it; None if it was removed meanwhile.
    """

    product: str
    gallery: Gallery
    cover: Image | None


def cover_of(gallery: Gallery) -> int | None:
    """The id of the image that represents a product: the thumbnail, else the first in order."""
    holder = gallery.roles.get(THUMBNAIL)
    return holder if holder is not None else next(iter(gallery.order), None)
