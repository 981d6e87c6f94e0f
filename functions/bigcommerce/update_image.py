"""PUT /api/v2/products/{product}/images/{image}.json: another place, role, text or picture.

BigCommerce's document, "update a specific image".
"""

from bigcommerce.fields import read_change
from bigcommerce.wire import RULES, WRITE, answer, dialect, image_id, present, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.changing import Change, change_image
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Change what the body names and nothing else, all of it at once."""
    found = get_entry(call.catalogue, product(call), image_id(call))
    fields = read_change(call, found.image)
    change = Change(fields.place, fields.assign, fields.describe, fields.source)
    return answer(present(change_image(call.catalogue, found, change, RULES), call))
