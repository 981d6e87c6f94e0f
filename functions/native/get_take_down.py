"""GET /vitrine/v1/take-downs/{take_down}: how far a take-down is.

Contract: vitrine §7.1.
"""

from native.take_down_object import present
from native.wire import TAKE_DOWN, answer, dialect
from vitrine import environment
from vitrine.domain.errors import TakeDownNotFoundError
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response


@endpoint(dialect, scope=TAKE_DOWN, uses=["take_downs"])
def handler(call: Call) -> Response:
    """Answer the take-down of the shop with this id."""
    take_down_id = call.request.parameters["take_down"]
    found = environment.current().take_downs.take_down(call.caller.shop.id, take_down_id)
    if found is None:
        raise TakeDownNotFoundError(take_down_id)
    return answer(call, present(found))
