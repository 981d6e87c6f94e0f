"""GET /stores/{store}/products/{product}/images: all images of a product.

Evotor's documentation, "Получить изображения".
"""

from evotor.wire import READ, ListBody, answer, dialect, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import list_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer every image of the product, in gallery order."""
    items = [present(each.image, call) for each in list_images(call.catalogue, product(call))]
    body: ListBody = {"items": items, "paging": {}}
    return answer(call, body)
