"""Pagination of lists (contract: bigcommerce §4)."""

from collections.abc import Sequence
from typing import TypeVar

from bigcommerce.wire import InvalidFieldError
from vitrine.edge.body import whole_number
from vitrine.edge.request import Call
from vitrine.records import dataclass

_LIMIT = 50
_MAX_LIMIT = 250
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        number: the page's number, from 1.
        limit: maximum number of items on the page.
        requested: whether the query has `page` or `limit`.
    """

    number: int
    limit: int
    requested: bool


def requested_page(call: Call) -> Page:
    """The page that the query requests.

    Raises:
        InvalidFieldError: `page` or `limit` is not a positive integer, or `limit` is too large.
    """
    arguments = call.request.arguments
    number = _positive(arguments.get("page", "1"), "page")
    limit = _positive(arguments.get("limit", str(_LIMIT)), "limit")
    if limit > _MAX_LIMIT:
        raise InvalidFieldError("The limit parameter exceeded the maximum.", 413)
    return Page(number, limit, requested=bool({"page", "limit"} & arguments.keys()))


def items_on(page: Page, items: Sequence[_Item]) -> list[_Item]:
    """The items on a page of a list."""
    return list(items[(page.number - 1) * page.limit : page.number * page.limit])


def _positive(text: str, name: str) -> int:
    number = whole_number(text)
    if number is None or number < 1:
        raise InvalidFieldError(f"The field '{name}' is invalid.")
    return number
