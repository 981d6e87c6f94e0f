"""GET /vitrine/v1/products: the products that have images, with their covers.

Contract: vitrine §4.3.
"""

from typing import TypedDict

from native.paging import next_path, requested_page
from native.product_object import ProductBody, present_product
from native.wire import READ, answer, dialect
from vitrine.domain.shops import is_product_name, product_key
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.listing import list_products


class ProductsBody(TypedDict):
    """A page of products, and the path of the next one."""

    items: list[ProductBody]
    next: str | None


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer a page of products in the order of text."""
    prefix = product_key(call.request.arguments.get("prefix", ""))
    items = f"products {prefix}"
    page = requested_page(call, items)
    if prefix and not is_product_name(prefix):  # no product begins like this
        return answer(call, ProductsBody(items=[], next=None))
    products, last = list_products(call.catalogue, prefix, page.after, page.limit)
    body: ProductsBody = {
        "items": [present_product(each, call.media_url) for each in products],
        "next": next_path(call, "/products", items, last),
    }
    return answer(call, body)
