"""DELETE /stores/{store}/products/{product}/images/{image}: remove one image of a product.

Evotor's document, "Удалить изображение".
"""

from evotor.wire import NO_CONTENT, WRITE, dialect, image_number, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_image


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Remove the image from every dialect."""
    remove_image(call.catalogue, product(call), image_number(call))
    return NO_CONTENT
