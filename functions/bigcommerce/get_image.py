"""GET /api/v2/products/{product}/images/{image}.json: one image of a product.

BigCommerce's document, "GET a specific image".
"""

from bigcommerce.wire import READ, answer, dialect, image_id, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image."""
    return answer(present(get_entry(call.catalogue, product(call), image_id(call)), call))
