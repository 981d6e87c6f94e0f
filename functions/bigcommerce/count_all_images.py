"""GET /api/v2/products/images/count.json: the number of images of the shop.

BigCommerce's documentation, "Get a total number of images in the store".
"""

from bigcommerce.wire import READ, CountBody, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import count_all_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the number of images of all products."""
    body: CountBody = {"count": count_all_images(call.catalogue)}
    return answer(call, body)
