"""DELETE /api/rest/products/{product}/images/{image}[/store/{store}]: remove an image.

OpenMage's document, "The image will not be deleted physically, the image parameters will be set to
No Image".
"""

from openmage.scope import write_view
from openmage.wire import WRITE, dialect, done, image_id, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import retire_image


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Take the image out of the product, or out of the store view; its bytes stay."""
    view = write_view(call)
    retire_image(call.catalogue, product(call), image_id(call), view)
    return done()
