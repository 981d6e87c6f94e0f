"""PUT /vitrine/v1/products/{product}/order: order all images of a product.

Contract: vitrine §5.3.
"""

from native.conditions import present_order, require_match, tag_of_order
from native.fields import read_order
from native.wire import WRITE, answer, dialect, product
from vitrine.domain.gallery import Gallery
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.ordering import arrange_images


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Commit the whole order, if the client knows the present one."""
    key, order = product(call), read_order(call)

    def require(gallery: Gallery) -> None:
        require_match(call.request, tag_of_order(gallery))

    gallery = arrange_images(call.catalogue, key, order, require)
    body = present_order(gallery)
    return answer(call, body, {"ETag": body["etag"]})
