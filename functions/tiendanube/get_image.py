"""GET /v1/{store}/products/{product}/images/{image}: one image of a product.

Tiendanube's documentation, "Receive a single Product Image".
"""

from tiendanube.listing import only_fields
from tiendanube.wire import READ, answer, dialect, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import image_id, product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image, with the requested fields."""
    image = get_entry(call.catalogue, product(call), image_id(call))
    return answer(call, only_fields(present(image, call), call))
