"""POST /stores/{store}/products/{product}/images: upload the product's image.

Evotor's documentation, "Передать изображение".
"""

from evotor.wire import RULES, WRITE, answer, dialect, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.multipart import read_form
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import add_image
from vitrine.services.sources import at_hand


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Store the file in form field `datafile` as the product's only image."""
    product_key = product(call)
    part = read_form(call.request).only("datafile")
    source = at_hand(part.data, part.file_name or "")
    entry = add_image(call.catalogue, product_key, source, RULES)
    return answer(call, present(entry.image, call))
