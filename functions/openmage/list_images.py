"""GET /api/rest/products/{product}/images[/store/{store}]: all images of a product.

OpenMage's documentation, "Allows you to retrieve information about all images of a
specified product".
"""

from openmage.scope import is_admin, read_view
from openmage.wire import READ, answer, dialect, present, product
from vitrine.domain.store_views import entries_in_view
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.reading import list_images


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer the images that the caller may see, in the store view's order."""
    view = read_view(call)
    found = list_images(call.catalogue, product(call))
    gallery = found[0].gallery if found else None
    entries = entries_in_view(gallery, (each.image for each in found), view) if gallery else []
    return answer(
        call, [present(each, call) for each in entries if is_admin(call) or not each.excluded]
    )
