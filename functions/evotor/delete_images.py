"""DELETE /stores/{store}/products/{product}/images: delete all images of a product.

Clients of the live platform use this route; its documentation omits it (contract: evotor §1, §8).
"""

from evotor.wire import NO_CONTENT, WRITE, dialect, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_images


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Delete the product's images for all dialects; a product without images is no error."""
    remove_images(call.catalogue, product(call))
    return NO_CONTENT
