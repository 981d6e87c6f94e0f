"""POST /api/images: a new image of the shop, attached to no product.

Inventorum's document, "Uploads photos for use throughout the app".
"""

from inventorum.fields import read_fields
from inventorum.wire import SCOPE, account_number, answer, dialect, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import add_library_image


@endpoint(dialect, scope=SCOPE)
def handler(call: Call) -> Response:
    """Keep the picture in the shop's library."""
    fields = read_fields(call)
    image = add_library_image(call.catalogue, fields.picture, fields.purpose, account_number(call))
    return answer(call.request, present(image, call, negative=fields.of_old))
