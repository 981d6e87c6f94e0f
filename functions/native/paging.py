"""Pages of lists, which clients follow by `next` (contract: vitrine §3.2)."""

import base64
import binascii
import json
import re
from urllib.parse import urlencode

from native.problems import MalformedRequestError
from native.wire import BASE
from vitrine.edge.request import Call
from vitrine.records import dataclass

_LIMIT = 50
_MAX_LIMIT = 100
_NUMBER = re.compile("[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a list that a query requests.

    Attributes:
        limit: maximum number of items on the page.
        after: the position of the last item before the page; empty for the first page.
    """

    limit: int
    after: str


def requested_page(call: Call, items: str) -> Page:
    """The page that the query requests.

    Args:
        call: the call.
        items: which list it is, including its filters: a cursor of another list is refused.

    Raises:
        MalformedRequestError: `limit` or `cursor` is not valid.
    """
    arguments = call.request.arguments
    limit = arguments.get("limit", str(_LIMIT))
    if not _NUMBER.fullmatch(limit) or int(limit) > _MAX_LIMIT:
        raise MalformedRequestError(f"limit is not a number from 1 to {_MAX_LIMIT}.")
    cursor = arguments.get("cursor")
    return Page(int(limit), "" if cursor is None else _position(cursor, items))


def next_path(call: Call, path: str, items: str, last: str | None) -> str | None:
    """The path and query of the next page.

    Args:
        call: the call, whose other parameters the next page keeps.
        path: path of the list below the base, such as `/products`.
        items: which list it is, as in `requested_page`.
        last: position of the last item of this page; None if no items follow.
    """
    if last is None:
        return None
    cursor = base64.urlsafe_b64encode(json.dumps([items, last]).encode()).decode().rstrip("=")
    return f"{BASE}{path}?{urlencode({**call.request.arguments, 'cursor': cursor})}"


def _position(cursor: str, items: str) -> str:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        decoded = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        decoded = None
    match decoded:
        case [listed, str(last)] if listed == items and last:
            return last
        case _:
            raise MalformedRequestError("cursor is not one of this list's.")
