"""GET /api/v2/products/{product}/images.json: one page of a product's images.

BigCommerce's documentation, "GET all images for an product".
"""

from bigcommerce.paging import items_on, requested_page
from bigcommerce.wire import NO_CONTENT, READ, answer, dialect, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import list_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the images on the page, in order of id; 204 if there are none."""
    product_key = product(call)
    page = requested_page(call)
    images = sorted(list_images(call.catalogue, product_key), key=lambda each: each.image.id)
    payload = [present(each, call) for each in items_on(page, images)]
    return answer(call, payload) if payload else NO_CONTENT
