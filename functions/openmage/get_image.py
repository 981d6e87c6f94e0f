"""GET /api/rest/products/{product}/images/{image}[/store/{store}]: one image of a product.

OpenMage's documentation, "Allows you to retrieve information about a specified product image".
"""

from openmage.scope import is_admin, read_view
from openmage.wire import (
    READ,
    ImageUnknownError,
    answer,
    dialect,
    image_id,
    present,
    product,
    require_visible,
)
from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.store_views import entry_in_view
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import get_entry


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the image as it appears in the store view."""
    view, product_key = read_view(call), product(call)
    try:
        found = get_entry(call.catalogue, product_key, image_id(call))
        entry = require_visible(entry_in_view(found.gallery, found.image, view), call)
    except ImageNotFoundError as error:
        if is_admin(call):
            raise ImageUnknownError from error
        raise
    return answer(call, present(entry, call))
