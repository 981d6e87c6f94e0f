"""A shop: the tenant, and what the platforms know of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

ProductKey = NewType("ProductKey", str)
"""A product's one name inside the catalogue, found from what dialects call it."""

_SHOP_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
# Public paths that are not a shop's own (contract: inventorum §5).
_RESERVED = frozenset({"uploads"})
_PRODUCT_NAME = re.compile("[^/\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}")


class ProductMode(StrEnum):
    """Which products exist: every one that is named, or only those that were registered."""

    OPEN = "open"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Shop:
    """The tenant that owns galleries and credentials.

    Attributes:
        id: short name, part of every public URL of its images.
        products: which products exist.
        settings: what dialects need to know, by names of their own such as `evotor.store_id`.
    """

    id: str
    products: ProductMode = ProductMode.OPEN
    settings: Mapping[str, str] = field(default_factory=dict)


def is_shop_id(text: str) -> bool:
    """Whether `text` can name a shop: up to 32 of `a-z0-9-`, no hyphen first, not reserved."""
    return _SHOP_ID.fullmatch(text) is not None and text not in _RESERVED


def is_product_name(text: str) -> bool:
    """Whether `text` can name a product: 1 to 64 characters, no `/`, no control characters."""
    return _PRODUCT_NAME.fullmatch(text) is not None


def product_key(text: str) -> ProductKey:
    """The product that `text` names: in every dialect the same, whatever its letters' case."""
    return ProductKey(text.casefold())
