"""GET /api/v2/products/{product}/images/{image}.json: one image of a product.

BigCommerce's documentation, "GET a specific image".
"""

from bigcommerce.wire import READ, answer, dialect, image_id, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image."""
    entry = get_entry(call.catalogue, product(call), image_id(call))
    return answer(call, present(entry, call))
