"""GET /v1/{store}/products/{product}/images: one page of a product's images.

Tiendanube's documentation, "Receive a list of all Product Images for a given product".
"""

from tiendanube.listing import matches, only_fields, page_of
from tiendanube.wire import READ, answer, dialect, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import list_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the matching images by position, or by id if the query has `since_id`."""
    found = matches(list_images(call.catalogue, product(call)), call)
    page, headers = page_of(found, call)
    return answer(call, [only_fields(present(each, call), call) for each in page], headers=headers)
