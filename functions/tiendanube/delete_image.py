"""DELETE /v1/{store}/products/{product}/images/{image}: delete one image of a product.

Tiendanube's documentation, "Remove a Product Image".
"""

from tiendanube.wire import WRITE, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import image_id, product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_image


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Delete the image for all dialects."""
    remove_image(call.catalogue, product(call), image_id(call))
    return answer(call, {})
