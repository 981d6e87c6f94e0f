"""GET /api/v2/products/{product}/images/count.json: how many images a product has.

BigCommerce's document, "Get a total number of images in the store" (contract: bigcommerce §8).
"""

from bigcommerce.wire import READ, answer, dialect, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import count_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the number, 0 as well."""
    return answer({"count": count_images(call.catalogue, product(call))})
