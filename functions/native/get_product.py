"""GET /vitrine/v1/products/{product}: a product's images in order.

Contract: vitrine §5.1.
"""

from typing import TypedDict

from native.conditions import OrderBody, present_order
from native.image_object import ImageBody, present
from native.wire import READ, answer, dialect, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_gallery


class GalleryBody(TypedDict):
    """A product's images in order."""

    product: str
    order: OrderBody
    images: list[ImageBody]


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the gallery; a product without images has an empty one."""
    key = product(call)
    gallery, entries = get_gallery(call.catalogue, key)
    body: GalleryBody = {
        "product": key,
        "order": present_order(gallery),
        "images": [present(each, call) for each in entries],
    }
    return answer(call, body)
