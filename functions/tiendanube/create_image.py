"""POST /v1/{store}/products/{product}/images: add an image from a URL or an attachment.

Tiendanube's documentation, "Create a new Product Image".
"""

from tiendanube.fields import read_new
from tiendanube.wire import WRITE, answer, dialect, present, rules
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import NewImage, add_image


@endpoint(dialect, scope=WRITE, uses=["blobs", "remote"])
def handler(call: Call) -> Response:
    """Add the image at the requested position, or at the end."""
    product_key = product(call)
    source, fields = read_new(call)
    new = NewImage(place=fields.place_new, edit=fields.edit)
    created = add_image(call.catalogue, product_key, source, rules(call), new)
    return answer(call, present(created, call), 201)
