"""GET /vitrine/v1/imports: what became of dropped and uploaded files.

Contract: vitrine §4.4.
"""

from collections.abc import Mapping

from native.import_object import ImportsBody, present
from native.paging import next_path, requested_page
from native.problems import MalformedRequestError
from native.wire import READ, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response

_REJECTED: Mapping[str | None, bool | None] = {None: None, "rejected": True, "imported": False}


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
        "items": [present(each) for each in found],
        "next": next_path(call, "/imports", items, last),
    }
    return answer(call, body)
