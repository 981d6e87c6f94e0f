"""POST /api/images: add an image to the shop's library, without a product.

Inventorum's documentation, "Uploads photos for use throughout the app".
"""

from inventorum.fields import read_fields
from inventorum.wire import SCOPE, account_number, answer, dialect, present
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import add_library_image


@endpoint(dialect, scope=SCOPE, uses=["blobs", "library"])
def handler(call: Call) -> Response:
    """Add the image to the shop's library."""
    fields = read_fields(call)
    image = add_library_image(call.catalogue, fields.picture, fields.purpose, account_number(call))
    return answer(call, present(image, call, negative=fields.negative_ids))
