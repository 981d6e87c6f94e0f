"""The sparse index `Listed`: the products of a shop that have images, in DynamoDB.

All reads are eventually consistent: an index cannot be read otherwise. It lags by about a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters import table_keys
from vitrine.adapters.table import key, serialize
from vitrine.domain.listing import ProductPage

if TYPE_CHECKING:
    from vitrine.adapters.table import Table

INDEX = "Listed"


def product_page(table: Table, shop: str, prefix: str, after: str, limit: int) -> ProductPage:
    """A page of the products of a shop that have images.

    Args:
        table: the table.
        shop: the shop's id.
        prefix: the beginning of the products' keys; empty for all.
        after: the last product of the page before; empty for the first page.
        limit: the most products in the page.
    """
    condition, values = "#listed = :shop", {":shop": shop}
    names = {"#listed": "listed"}
    if prefix:
        condition += " AND begins_with(#product, :prefix)"
        names["#product"], values[":prefix"] = "product", prefix
    items, last = table.query_page(
        IndexName=INDEX,
        KeyConditionExpression=condition,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=serialize(values),
        Limit=limit,
        **({"ExclusiveStartKey": serialize(_entry(shop, after))} if after else {}),
    )
    return ProductPage(tuple(item["product"] for item in items), more=last is not None)


def _entry(shop: str, product: str) -> dict[str, str]:
    return {
        **key(table_keys.gallery(shop, product), table_keys.HEAD),
        "listed": shop,
        "product": product,
    }
