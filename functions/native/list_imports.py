"""GET /vitrine/v1/imports: what became of dropped and uploaded files.

Contract: vitrine §4.4.
"""

from collections.abc import Mapping
from typing import TypedDict

from native.paging import next_path, requested_page
from native.problems import MalformedRequestError
from native.wire import READ, answer, dialect, time
from vitrine.domain.imports import Import
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response

_REJECTED: Mapping[str | None, bool | None] = {None: None, "rejected": True, "imported": False}


class ReasonBody(TypedDict):
    """Why a file became no image."""

    code: str | None
    detail: str


class ImportBody(TypedDict):
    """What became of one file."""

    path: str
    product: str
    source: str
    state: str
    reason: ReasonBody | None
    image: int | None
    settled_at: str


class ImportsBody(TypedDict):
    """A page of outcomes, and the path of the next one."""

    items: list[ImportBody]
    next: str | None


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer a page of outcomes by path."""
    state = call.request.arguments.get("state")
    if state not in _REJECTED:
        raise MalformedRequestError("state is not rejected or imported.")
    items = f"imports {state}"
    page = requested_page(call, items)
    found, last = call.catalogue.stores.imports.import_page(
        call.catalogue.shop.id, page.after, page.limit, rejected=_REJECTED[state]
    )
    body: ImportsBody = {
        "items": [_present(each) for each in found],
        "next": next_path(call, "/imports", items, last),
    }
    return answer(call, body)


def _present(outcome: Import) -> ImportBody:
    rejected = outcome.image is None
    code = outcome.code.value if outcome.code else None
    return {
        "path": outcome.arrival.path,
        "product": outcome.arrival.product,
        "source": "upload" if outcome.arrival.slot else "drop",
        "state": "rejected" if rejected else "imported",
        "reason": {"code": code, "detail": outcome.reason} if rejected else None,
        "image": outcome.image,
        "settled_at": time(outcome.settled_at),
    }
