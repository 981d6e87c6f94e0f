"""POST /api/rest/products/{product}/images[/store/{store}]: add an image to a product.

OpenMage's documentation, "Allows you to add an image for the required product".
"""

from openmage.fields import base_name, new_picture, read_fields
from openmage.scope import write_view
from openmage.wire import RULES, WRITE, dialect, empty_answer, location, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import NewImage, add_image, check_room
from vitrine.services.naming import WantedName


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Add the image to the product; its other fields apply to the store view in the path."""
    picture = new_picture(call.fields)
    view = write_view(call)
    product_key = product(call)
    check_room(call.catalogue, product_key, RULES)
    name = WantedName(base_name(call.fields), picture.extension or "")
    fields = read_fields(call, view)
    new = NewImage(place=fields.place_new, edit=fields.edit, name=name)
    created = add_image(call.catalogue, product_key, picture.inspected, RULES, new)
    return empty_answer(location(created.image, call))
