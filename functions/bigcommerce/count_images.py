"""GET /api/v2/products/{product}/images/count.json: the number of images of a product.

BigCommerce's documentation, "Get a total number of images in the store" (contract: bigcommerce §8).
"""

from bigcommerce.wire import READ, CountBody, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import count_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the number of images; 0 is no error."""
    body: CountBody = {"count": count_images(call.catalogue, product(call))}
    return answer(call, body)
