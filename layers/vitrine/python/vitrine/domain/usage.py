"""What a shop stores: numbers of images and bytes of their originals.

Renditions and other public pictures are not counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from vitrine.domain.images import Image, Original
from vitrine.domain.library import LibraryImage
from vitrine.domain.pictures import Format
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of images, and the size of their originals.

    Attributes:
        images: number of images.
        bytes: size of their originals, bytes.
    """

    images: int = 0
    bytes: int = 0

    def plus(self, original: Original) -> "Amount":
        """The amount with one more image."""
        return Amount(self.images + 1, self.bytes + original.size)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a shop stores.

    Attributes:
        live: images of products.
        formats: images of products, by format; a format without images is left out.
        kept: retired (soft-deleted) images, which a purge deletes.
        library: images that belong to no product.
        exact: whether the amounts are complete. They are not in a shop that stored images before
            Vitrine counted bytes, until a recount.
    """

    live: Amount = Amount()
    formats: Mapping[Format, Amount] = field(default_factory=dict)
    kept: Amount = Amount()
    library: Amount = Amount()
    exact: bool = True


def usage_of(
    live: Iterable[Image], kept: Iterable[Image], library: Iterable[LibraryImage]
) -> Usage:
    """The usage that the records of a shop add up to.

    Args:
        live: the images of products.
        kept: the retired images.
        library: the images that belong to no product.
    """
    formats: dict[Format, Amount] = {}
    for image in live:
        kind = image.original.format
        formats[kind] = formats.get(kind, Amount()).plus(image.original)
    return Usage(
        Amount(
            sum(each.images for each in formats.values()),
            sum(each.bytes for each in formats.values()),
        ),
        formats,
        _total(kept),
        _total(library),
    )


def _total(images: Iterable[Image | LibraryImage]) -> Amount:
    total = Amount()
    for image in images:
        total = total.plus(image.original)
    return total
