"""GET /stores/{store}/products/{product}/images/{image}: one image of a product.

Evotor's documentation, "Получить изображение".
"""

from evotor.wire import READ, answer, dialect, image_id, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_image


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image."""
    image = get_image(call.catalogue, product(call), image_id(call))
    return answer(call, present(image, call))
