"""The product object of Vitrine's own API (contract: vitrine §4.3)."""

from typing import TypedDict

from vitrine.domain.images import Image
from vitrine.domain.listing import ListedProduct
from vitrine.domain.responsive_images import responsive_image_of

_COVER = "320-0"  # the size for clients that do not read `srcset`


class CoverBody(TypedDict):
    """The image that represents a product."""

    id: int
    alt: str
    colour: str | None
    thumbhash: str | None
    width: int | None
    height: int | None
    srcset: str | None
    url: str


class ProductBody(TypedDict):
    """A product that has images."""

    product: str
    images: int
    cover: CoverBody | None


def present_product(listed: ListedProduct, media_url: str) -> ProductBody:
    """The item of a product.

    Args:
        listed: the product.
        media_url: base URL of public pictures, without a trailing slash.
    """
    return {
        "product": listed.product,
        "images": len(listed.gallery),
        "cover": _cover(listed.cover, media_url) if listed.cover else None,
    }


def _cover(image: Image, media_url: str) -> CoverBody:
    picture = responsive_image_of(media_url, image, ())
    width, height = image.original.displayed or (None, None)
    return {
        "id": image.id,
        "alt": image.alt,
        "colour": image.appearance.colour if image.appearance else None,
        "thumbhash": image.appearance.thumbhash if image.appearance else None,
        "width": width,
        "height": height,
        "srcset": picture.srcset,
        "url": next(each.url for each in picture.sizes if each.name == _COVER),
    }
