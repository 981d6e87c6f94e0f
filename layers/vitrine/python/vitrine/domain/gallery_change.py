"""A change of one gallery, written in one transaction under optimistic locking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.domain.gallery import Gallery
from vitrine.domain.idempotency import Claim
from vitrine.domain.images import Image
from vitrine.domain.imports import Import
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName
from vitrine.records import dataclass

if TYPE_CHECKING:
    from vitrine.domain.take_downs import TakeDown


@dataclass(frozen=True, slots=True)
class GalleryChange:
    """One change of one gallery. It is atomic: all of it is written, or nothing.

    The write is conditional: it fails if another writer has changed one of the records that were
    read.

    Attributes:
        shop: id of the shop.
        product: key of the product.
        before: the head as it was read.
        after: the new head. If it equals `before`, the head is neither written nor checked.
        added: new records.
        changed: pairs of a record as it was read and its new state.
        removed: deleted records, as they were read.
        retired: soft-deleted records, as they were read. They move to the shop's retired images,
            where they can be looked up and purged.
        named: a file name, and the id of the image that receives it.
        imported: the outcome of a file in the import folder.
        claim: the idempotency key at which the added image is noted.
        taken_down: the take-down that begins with the removal of an image.
        invalidates: whether the CDN's copies are invalidated when the pictures of removed images
            and of replaced bytes are unpublished.
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
    claim: Claim | None = None
    taken_down: TakeDown | None = None
    invalidates: bool = False

    @property
    def flagged(self) -> tuple[int, ...]:
        """Ids of the images that are flagged, because what they lose is to be invalidated."""
        if not self.invalidates:
            return ()
        replaced = (old.id for old, new in self.changed if old.original != new.original)
        return (*(each.id for each in self.removed), *replaced)

    def version_of(self, image: int) -> str:
        """The `OriginalAddress.version` of an image that the change adds or changes."""
        written = (*self.added, *(after for _, after in self.changed))
        return next(original_address(each).version for each in written if each.id == image)

    def key_before_naming(self, image: int) -> str:
        """The previous public key of an image that receives its first name; empty for others."""
        for before, _ in self.changed:
            if before.id == image and before.name is None:
                return original_address(before).full_size_key(before.original.format)
        return ""
