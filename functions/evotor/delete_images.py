"""DELETE /stores/{store}/products/{product}/images: remove all images of a product.

Not in Evotor's document; clients of the live platform use it (contract: evotor §1, §8).
"""

from evotor.wire import NO_CONTENT, WRITE, dialect, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_images


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Remove the images of every dialect, also when there are none."""
    remove_images(call.catalogue, product(call))
    return NO_CONTENT
