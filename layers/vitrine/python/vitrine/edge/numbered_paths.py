"""Path parameters that are numbers (contract: tiendanube §1, bigcommerce §1)."""

import re

from vitrine.domain.errors import ImageNotFoundError, ProductNotFoundError
from vitrine.domain.shops import ProductKey
from vitrine.edge.request import Call

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_NOTHING = re.compile("")


def product(call: Call) -> ProductKey:
    """The key of the product in the path.

    Raises:
        ProductNotFoundError: it is not a number, or the shop registers its products and has not
            registered this one.
    """
    name = call.request.parameters["product"]
    if not _NUMBER.fullmatch(name):
        raise ProductNotFoundError(name)
    return call.catalogue.product(name)


def image_id(call: Call, suffix: re.Pattern[str] = _NOTHING) -> int:
    """The id of the image in the path.

    Args:
        call: the call.
        suffix: what may follow the number.

    Raises:
        ImageNotFoundError: it is not a number.
    """
    name = suffix.sub("", call.request.parameters["image"])
    if not _NUMBER.fullmatch(name):
        raise ImageNotFoundError(name)
    return int(name)
