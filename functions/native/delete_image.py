"""DELETE /vitrine/v1/products/{product}/images/{image}: remove an image.

Contract: vitrine §5.5.
"""

from native.conditions import check_image
from native.wire import WRITE, dialect, product
from vitrine.domain.gallery import GalleryEntry
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import image_id
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_image


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Remove the image; if it was the thumbnail, the first remaining image inherits the role."""

    def require(entry: GalleryEntry) -> None:
        check_image(call.request, entry.image)

    remove_image(call.catalogue, product(call), image_id(call), require)
    return Response(204)
