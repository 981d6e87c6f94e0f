"""GET /vitrine/v1/products/{product}/images/{image}: one image of a product.

Contract: vitrine §5.2.
"""

from native.conditions import state_of_image
from native.image_object import present
from native.wire import READ, answer, dialect, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import image_id
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image."""
    entry = get_entry(call.catalogue, product(call), image_id(call))
    return answer(call, present(entry, call), state=state_of_image(entry.image))
