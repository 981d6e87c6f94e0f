"""DELETE /api/v2/products/{product}/images.json: remove a product's images, or a page of them.

BigCommerce's document, "DELETE all product images".
"""

from bigcommerce.paging import asked_page, slice_of
from bigcommerce.wire import NO_CONTENT, WRITE, dialect, product
from vitrine.domain.gallery import Gallery
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.removing import remove_images


@endpoint(dialect, scope=WRITE)
def handler(call: Call) -> Response:
    """Remove all images, or those of the page that is asked for, by id."""
    product_key = product(call)
    page = asked_page(call)

    def chosen(present: Gallery) -> list[int]:
        images = sorted(present.sorts)
        return slice_of(images, page) if page.asked else images

    remove_images(call.catalogue, product_key, chosen)
    return NO_CONTENT
