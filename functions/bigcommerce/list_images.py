"""GET /api/v2/products/{product}/images.json: a page of a product's images.

BigCommerce's document, "GET all images for an product".
"""

from bigcommerce.paging import asked_page, slice_of
from bigcommerce.wire import NO_CONTENT, READ, answer, dialect, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import list_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the page by id, or nothing where there is nothing to show."""
    product_key = product(call)
    page = asked_page(call)
    images = sorted(list_images(call.catalogue, product_key), key=lambda each: each.image.id)
    shown = [present(each, call) for each in slice_of(images, page)]
    return answer(shown) if shown else NO_CONTENT
