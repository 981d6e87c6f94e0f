"""POST /api/rest/products/{product}/images[/store/{store}]: add an image to a product.

OpenMage's document, "Allows you to add an image for the required product".
"""

from openmage.fields import base_name, facts, new_picture
from openmage.scope import write_view
from openmage.wire import RULES, WRITE, dialect, done, location, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.adding import add_image, check_room
from vitrine.services.naming import WantedName


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Store the picture globally, with what is said of it in the scope of the path."""
    picture = new_picture(call.fields)
    view = write_view(call)
    product_key = product(call)
    check_room(call.catalogue, product_key, RULES)
    name = WantedName(base_name(call.fields), picture.extension or "")
    said = facts(call, view)
    created = add_image(
        call.catalogue,
        product_key,
        picture.inspected,
        RULES,
        place=said.enter,
        describe=said.write,
        name=name,
    )
    return done(location(created.image, call))
