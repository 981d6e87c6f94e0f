"""POST /v1/{store}/products/{product}/images: a new image, from a URL or an attachment.

Tiendanube's document, "Create a new Product Image".
"""

from tiendanube.fields import read_new
from tiendanube.wire import RULES, WRITE, answer, dialect, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import add_image


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Store the picture at the position that is asked for, or behind the others."""
    product_key = product(call)
    source, fields = read_new(call)
    created = add_image(
        call.catalogue, product_key, source, RULES, place=fields.insert, describe=fields.write
    )
    return answer(call, present(created, call), 201)
