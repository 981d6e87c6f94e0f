"""DELETE /api/v2/products/{product}/images.json: delete a product's images, or one page of them.

BigCommerce's documentation, "DELETE all product images".
"""

from bigcommerce.paging import items_on, requested_page
from bigcommerce.wire import NO_CONTENT, WRITE, dialect
from vitrine.domain.gallery import Gallery
from vitrine.edge.endpoint import endpoint
from vitrine.edge.numbered_paths import product
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_images


@endpoint(dialect, scope=WRITE, uses=["blobs"])
def handler(call: Call) -> Response:
    """Delete all images, or those on the requested page of the list by id."""
    product_key = product(call)
    page = requested_page(call)

    def choose(gallery: Gallery) -> list[int]:
        images = sorted(gallery.sorts)
        return items_on(page, images) if page.requested else images

    remove_images(call.catalogue, product_key, choose)
    return NO_CONTENT
