"""DELETE /api/rest/products/{product}/images/{image}[/store/{store}]: remove an image.

OpenMage's documentation, "The image will not be deleted physically, the image parameters will be
set to No Image".
"""

from openmage.scope import write_view
from openmage.wire import WRITE, dialect, empty_answer, image_id, product
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import retire_image


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Remove the image from the product (soft delete: the file stays), or from one store view."""
    view = write_view(call)
    retire_image(call.catalogue, product(call), image_id(call), view)
    return empty_answer()
