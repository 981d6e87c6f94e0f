"""Products and images that a path names by number (contract: tiendanube §1, bigcommerce §1)."""

import re

from vitrine.domain.errors import ImageNotFoundError, ProductNotFoundError
from vitrine.domain.shops import ProductKey
from vitrine.edge.request import Call

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def numbered_product(call: Call) -> ProductKey:
    """The product that the path names.

    Raises:
        ProductNotFoundError: it is no number, or the shop registers its products and not this one.
    """
    name = call.request.parameters["product"]
    if not _NUMBER.fullmatch(name):
        raise ProductNotFoundError(name)
    return call.catalogue.product(name)


def image_number(name: str) -> int:
    """The image that a path calls `name`.

    Raises:
        ImageNotFoundError: it is no number.
    """
    if not _NUMBER.fullmatch(name):
        raise ImageNotFoundError(name)
    return int(name)
