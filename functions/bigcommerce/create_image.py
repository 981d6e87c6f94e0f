"""POST /api/v2/products/{product}/images.json: a new image, from a URL, a path or a file.

BigCommerce's document, "create a product image".
"""

from bigcommerce.fields import read_new
from bigcommerce.wire import RULES, WRITE, answer, dialect, location, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import add_image


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Store the picture where and as what it is wanted."""
    product_key = product(call)
    source, fields = read_new(call)
    created = add_image(
        call.catalogue,
        product_key,
        source,
        RULES,
        place=fields.enter,
        describe=fields.describe,
    )
    return answer(present(created, call), 201, location(created.image, call))
