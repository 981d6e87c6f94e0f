"""DELETE /api/v2/products/{product}/images/{image}.json: delete one image of a product.

BigCommerce's documentation, "DELETE an product image".
"""

from bigcommerce.wire import NO_CONTENT, WRITE, dialect, image_id
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_image


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Delete the image for all dialects."""
    remove_image(call.catalogue, product(call), image_id(call))
    return NO_CONTENT
