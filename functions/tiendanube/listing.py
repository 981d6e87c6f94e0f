"""Filters, pagination and field selection of lists (contract: tiendanube §4, §5)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from tiendanube.wire import PageNotFoundError
from vitrine.domain.gallery import GalleryEntry
from vitrine.domain.public_urls import is_current_url
from vitrine.edge.body import whole_number
from vitrine.edge.request import Call

_PER_PAGE = 30
_MAX_PER_PAGE = 200


def matches(images: Sequence[GalleryEntry], call: Call) -> list[GalleryEntry]:
    """The images that match all filters of the query, in the order of the answer."""
    wanted = call.request.arguments
    found = list(images)
    if "position" in wanted:
        position = whole_number(wanted["position"])
        found = [each for each in found if each.position == position]
    if "src" in wanted:
        found = [each for each in found if is_current_url(wanted["src"], each.image)]
    if (since := whole_number(wanted.get("since_id", ""))) is not None:
        found = [each for each in found if each.image.id > since]
        found.sort(key=lambda each: each.image.id)  # or the next `since_id` would skip images
    return found


def page_of(
    found: Sequence[GalleryEntry], call: Call
) -> tuple[Sequence[GalleryEntry], dict[str, str]]:
    """The requested page, and the headers with the total and the links to other pages.

    Raises:
        PageNotFoundError: the list has fewer pages.
    """
    wanted = call.request.arguments
    size = min(_positive(wanted.get("per_page", "")) or _PER_PAGE, _MAX_PER_PAGE)
    number = _positive(wanted.get("page", "")) or 1
    last = -(-len(found) // size)
    if number > max(1, last):
        raise PageNotFoundError(last)
    others: dict[str, int] = {}
    if number > 1:
        others |= {"first": 1, "prev": number - 1}
    if number < last:
        others |= {"next": number + 1, "last": last}
    headers = {"X-Total-Count": str(len(found))}
    if others:
        links = [f'<{_url_of_page(page, call)}>; rel="{name}"' for name, page in others.items()]
        headers["Link"] = ", ".join(links)
    return found[(number - 1) * size : number * size], headers


def only_fields(body: Mapping[str, Any], call: Call) -> Mapping[str, Any]:
    """The image object with the keys in the query's `fields`, or with all keys."""
    wanted = call.request.arguments.get("fields", "")
    if not wanted:
        return body
    names = {name.strip() for name in wanted.split(",")}
    return {name: value for name, value in body.items() if name in names}


def _url_of_page(page: int, call: Call) -> str:
    """The list's URL with the client's query, in which only the page is replaced."""
    pieces = [piece for piece in call.request.query.split("&") if piece]
    indexes = [
        index
        for index, piece in enumerate(pieces)
        if unquote_plus(piece.partition("=")[0]) == "page"
    ]
    if indexes:  # if the name is repeated, the last value counts
        pieces[indexes[-1]] = f"page={page}"
    else:
        pieces.append(f"page={page}")
    query = "&".join(pieces).replace("<", "%3C").replace(">", "%3E")
    return f"{call.public_url}{call.request.path}?{query}"


def _positive(text: str) -> int | None:
    number = whole_number(text)
    return number if number is not None and number >= 1 else None
