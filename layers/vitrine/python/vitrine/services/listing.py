"""Listing a shop's products that have images, and what the shop stores."""

from vitrine.domain.listing import ListedProduct, cover_of
from vitrine.domain.usage import Usage
from vitrine.services.catalogue import Catalogue, retry_on_conflict


def list_products(
    catalogue: Catalogue, prefix: str, after: str, limit: int
) -> tuple[list[ListedProduct], str | None]:
    """A page of the products that have images, in the order of text; about a second late.

    A product whose last image has just been removed is left out, so a page may be short.

    Args:
        catalogue: the shop's.
        prefix: the beginning of the products' keys; empty for all.
        after: the last product of the page before, with this prefix; empty for the first page.
        limit: the most products in the page, 1 to 100.

    Returns:
        The products, and the last one that was looked at; None if no other follows.

    Raises:
        ConflictError: too many readers at once, at every attempt.
    """
    galleries, shop = catalogue.stores.galleries, catalogue.shop.id
    page = galleries.products(shop, prefix, after, limit)
    if not page.products:
        return [], None
    heads = retry_on_conflict(lambda: galleries.heads_of(shop, page.products), catalogue.retry)
    wanted = {
        product: cover for product, head in heads.items() if (cover := cover_of(head)) is not None
    }
    covers = (
        retry_on_conflict(lambda: galleries.covers(shop, wanted), catalogue.retry) if wanted else {}
    )
    found = [
        ListedProduct(product, heads[product], covers.get(product))
        for product in page.products
        if product in wanted
    ]
    return found, page.products[-1] if page.more else None


def get_usage(catalogue: Catalogue) -> Usage:
    """What the shop stores, from its counters."""
    return catalogue.stores.galleries.usage(catalogue.shop.id)
