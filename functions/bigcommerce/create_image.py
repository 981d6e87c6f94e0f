"""POST /api/v2/products/{product}/images.json: add an image from a URL, a path or a file.

BigCommerce's documentation, "create a product image".
"""

from bigcommerce.fields import read_new
from bigcommerce.wire import RULES, WRITE, answer, dialect, location, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import NewImage, add_image


@endpoint(dialect, scope=WRITE, uses=["blobs", "remote"])
def handler(call: Call) -> Response:
    """Add the image with the requested sort order, role and description."""
    product_key = product(call)
    source, fields = read_new(call)
    new = NewImage(place=fields.place_new, edit=fields.edit)
    created = add_image(call.catalogue, product_key, source, RULES, new)
    return answer(call, present(created, call), 201, location(created.image, call))
