"""GET /vitrine/v1/products/{product}: a product's images in order.

Contract: vitrine §5.1.
"""

from native.conditions import tag_of_order
from native.image_object import present
from native.wire import READ, answer, dialect, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_gallery


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the gallery; a product without images has an empty one."""
    key = product(call)
    gallery, entries = get_gallery(call.catalogue, key)
    order = {"images": [each.image.id for each in entries], "etag": tag_of_order(gallery)}
    images = [present(each, call) for each in entries]
    return answer(call, {"product": key, "order": order, "images": images})
