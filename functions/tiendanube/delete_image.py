"""DELETE /v1/{store}/products/{product}/images/{image}: remove one image of a product.

Tiendanube's document, "Remove a Product Image".
"""

from tiendanube.wire import WRITE, answer, dialect, image_id, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_image


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Remove the image from every dialect."""
    remove_image(call.catalogue, product(call), image_id(call))
    return answer(call, {})
