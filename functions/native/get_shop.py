"""GET /vitrine/v1/shop: the shop, its limits, and what the token permits.

Contract: vitrine §4.1.
"""

from native.shop_object import present
from native.wire import READ, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer what a client must know before its first upload."""
    return answer(call, present(call))
