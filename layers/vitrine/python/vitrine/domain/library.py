"""The media library: images of a shop that belong to no product, each with a purpose.

Their ids come from the same sequence as those of gallery images. They have no order, and the
shop's image count does not include them (contract: inventorum §3).
"""

from datetime import datetime
from enum import StrEnum

from vitrine.domain.images import Appearance, Original, RenditionState
from vitrine.records import dataclass


class Purpose(StrEnum):
    """The purpose of a library image, as its URLs contain it."""

    PRODUCT = "product"
    ACCOUNT = "account"
    USER = "user"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class LibraryImage:
    """One picture of a shop that belongs to no product.

    Attributes:
        id: sequential per shop, shared with gallery images.
        shop: id of the shop that owns it.
        account: the shop's account when the image was created; a permanent part of its URLs.
        purpose: its purpose.
        original: properties of its bytes.
        created_at: when it was created, UTC, milliseconds.
        updated_at: when it last changed, UTC, milliseconds.
        renditions: whether all of its renditions are stored.
        appearance: its appearance; None until the renditions are stored.
    """

    id: int
    shop: str
    account: str
    purpose: Purpose
    original: Original
    created_at: datetime
    updated_at: datetime
    renditions: RenditionState = RenditionState.PENDING
    appearance: Appearance | None = None
