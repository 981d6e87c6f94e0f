"""A list's filters, pages and fields, and the links between pages (contract: tiendanube §4, §5)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from tiendanube.wire import PageNotFoundError, is_url_of
from vitrine.domain.gallery import GalleryEntry
from vitrine.edge.body import whole_number
from vitrine.edge.request import Call

_PER_PAGE = 30
_MOST_PER_PAGE = 200


def matches(images: Sequence[GalleryEntry], call: Call) -> list[GalleryEntry]:
    """The images that all filters let through, in the order that the list has them."""
    wanted = call.request.arguments
    found = list(images)
    if "position" in wanted:
        position = whole_number(wanted["position"])
        found = [each for each in found if each.position == position]
    if "src" in wanted:
        found = [each for each in found if is_url_of(wanted["src"], each.image, call)]
    if (since := whole_number(wanted.get("since_id", ""))) is not None:
        found = [each for each in found if each.image.id > since]
        found.sort(key=lambda each: each.image.id)  # so that walking on skips nothing
    return found


def page_of(
    found: Sequence[GalleryEntry], call: Call
) -> tuple[Sequence[GalleryEntry], dict[str, str]]:
    """The page that is asked for, and the headers that tell of the others.

    Raises:
        PageNotFoundError: there are fewer pages.
    """
    wanted = call.request.arguments
    size = min(_from_one(wanted.get("per_page", "")) or _PER_PAGE, _MOST_PER_PAGE)
    number = _from_one(wanted.get("page", "")) or 1
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
    """An image object with the keys that are asked for; all of them unless some are named."""
    wanted = call.request.arguments.get("fields", "")
    if not wanted:
        return body
    names = {name.strip() for name in wanted.split(",")}
    return {name: value for name, value in body.items() if name in names}


def _url_of_page(page: int, call: Call) -> str:
    """The list's URL with the caller's query as sent, but for the page."""
    pieces = [piece for piece in call.request.query.split("&") if piece]
    asked = [
        at for at, piece in enumerate(pieces) if unquote_plus(piece.partition("=")[0]) == "page"
    ]
    if asked:  # of several the last counts
        pieces[asked[-1]] = f"page={page}"
    else:
        pieces.append(f"page={page}")
    query = "&".join(pieces).replace("<", "%3C").replace(">", "%3E")
    return f"{call.public_url}{call.request.path}?{query}"


def _from_one(text: str) -> int | None:
    number = whole_number(text)
    return number if number is not None and number >= 1 else None
