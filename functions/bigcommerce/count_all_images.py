"""GET /api/v2/products/images/count.json: how many images all products of the shop have.

BigCommerce's document, "Get a total number of images in the store".
"""

from bigcommerce.wire import READ, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import count_all_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the number, 0 as well."""
    return answer({"count": count_all_images(call.catalogue)})
