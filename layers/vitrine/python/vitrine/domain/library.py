"""The library: images of a shop that belong to no product, each kept for a purpose.

They are numbered in one sequence with the images of galleries and stand in no order; the shop's
count of images leaves them out (contract: inventorum §3).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vitrine.domain.images import Appearance, Original, RenditionState


class Purpose(StrEnum):
    """What a library image is for, as its URLs spell it."""

    PRODUCT = "product"
    ACCOUNT = "account"
    USER = "user"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class LibraryImage:
    """One picture of a shop that is no product's.

    Attributes:
        id: sequential per shop, shared with the images of galleries.
        shop: id of the shop it belongs to.
        account: the shop's account when the image was made; part of its URLs for good.
        purpose: what it is for.
        original: facts of its bytes.
        created_at: when it was made, UTC, milliseconds.
        updated_at: when it last changed, UTC, milliseconds.
        renditions: whether all of its renditions are stored.
        appearance: what it looks like; None until they are.
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
