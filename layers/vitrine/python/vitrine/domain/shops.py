"""A shop: the tenant, its products' names, and its settings."""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import NewType

from vitrine.records import dataclass

ProductKey = NewType("ProductKey", str)
"""A product's name inside the catalogue, the same for all dialects and aliases."""

CDN_INVALIDATE = "cdn.invalidate"
"""The setting that has deletions of a shop invalidate the CDN's copies: `yes` or `no`."""

_SHOP_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
# Public paths that do not belong to one shop (contract: inventorum §5).
_RESERVED = frozenset({"uploads"})
_PRODUCT_NAME = re.compile("[^/\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}")


class ProductMode(StrEnum):
    """Which products exist: all that a client names, or only registered ones."""

    OPEN = "open"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Shop:
    """The tenant that owns galleries and credentials.

    Attributes:
        id: the short name, part of the public URLs of its images.
        products: which products exist.
        settings: the settings, by names such as `evotor.store_id`.
    """

    id: str
    products: ProductMode = ProductMode.OPEN
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def invalidates_cdn(self) -> bool:
        """Whether deletions invalidate the CDN's copies of what they unpublish."""
        return self.settings.get(CDN_INVALIDATE) == "yes"


def is_shop_id(text: str) -> bool:
    """Whether `text` is a valid shop id: 1 to 32 of `a-z0-9-`, no leading hyphen, not reserved."""
    return _SHOP_ID.fullmatch(text) is not None and text not in _RESERVED


def is_product_name(text: str) -> bool:
    """Whether `text` is a valid product name: 1 to 64 characters, no `/`, no control characters."""
    return _PRODUCT_NAME.fullmatch(text) is not None


def product_key(text: str) -> ProductKey:
    """The key of the product that `text` names. It is not case-sensitive."""
    return ProductKey(text.casefold())
