"""GET /v1/{store}/products/{product}/images/{image}: one image of a product.

Tiendanube's document, "Receive a single Product Image".
"""

from tiendanube.listing import only_fields
from tiendanube.wire import READ, answer, dialect, image_id, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image."""
    image = get_entry(call.catalogue, product(call), image_id(call))
    return answer(call, only_fields(present(image, call), call))
