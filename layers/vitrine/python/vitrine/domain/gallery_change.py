"""A change of one gallery, written in one transaction."""

from dataclasses import dataclass

from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image
from vitrine.domain.imports import Import
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName


@dataclass(frozen=True, slots=True)
class GalleryChange:
    """One change of one gallery, carried out whole or not at all.

    Whatever it builds on must still be as it was read, or all of it is refused.

    Attributes:
        shop: id of the shop.
        product: key of the product.
        before: the head as it was read.
        after: the head as it is to be; equal to `before`, it is neither written nor looked at.
        added: records that enter.
        changed: records as they were read, and as they are to be.
        removed: records that leave, as they were read.
        retired: records that leave, as they were read, but are kept to be looked up and purged.
        named: the file name that the change takes for an image, and for whom.
        imported: what the change makes of a file in the import folder.
    """

    shop: str
    product: str
    before: Gallery
    after: Gallery
    added: tuple[Image, ...] = ()
    changed: tuple[tuple[Image, Image], ...] = ()
    removed: tuple[Image, ...] = ()
    retired: tuple[Image, ...] = ()
    named: tuple[FileName, int] | None = None
    imported: Import | None = None

    def version_of(self, image: int) -> str:
        """The `OriginalAddress.version` of an image that the change adds or changes."""
        brought = (*self.added, *(after for _, after in self.changed))
        return next(original_address(each).version for each in brought if each.id == image)

    def key_before_naming(self, image: int) -> str:
        """Public key by which an image was shown that gets its first name; empty for others."""
        for before, _ in self.changed:
            if before.id == image and before.name is None:
                return original_address(before).full_size_key(before.original.format)
        return ""
