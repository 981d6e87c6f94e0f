"""Pages of a list (contract: bigcommerce §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from bigcommerce.wire import FieldRefusedError
from vitrine.edge.body import whole_number
from vitrine.edge.request import Call

_LIMIT = 50
_HIGHEST_LIMIT = 250
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        number: which, from 1.
        limit: how many items it has at most.
        asked: whether the client named either.
    """

    number: int
    limit: int
    asked: bool


def asked_page(call: Call) -> Page:
    """The page that the query asks for.

    Raises:
        FieldRefusedError: it cannot be one, or is too long.
    """
    wanted = call.request.arguments
    number = _from_one(wanted.get("page", "1"), "page")
    limit = _from_one(wanted.get("limit", str(_LIMIT)), "limit")
    if limit > _HIGHEST_LIMIT:
        raise FieldRefusedError("The limit parameter exceeded the maximum.", 413)
    return Page(number, limit, asked=bool({"page", "limit"} & wanted.keys()))


def slice_of(items: Sequence[_Item], page: Page) -> list[_Item]:
    """The items that stand on the page."""
    return list(items[(page.number - 1) * page.limit : page.number * page.limit])


def _from_one(text: str, name: str) -> int:
    number = whole_number(text)
    if number is None or number < 1:
        raise FieldRefusedError(f"The field '{name}' is invalid.")
    return number
