"""POST /vitrine/v1/take-downs: remove a picture from everywhere, the CDN's copies included.

Contract: vitrine §7.1.
"""

from native.fields import TakeDownTarget, read_target
from native.take_down_object import present
from native.wire import TAKE_DOWN, created, dialect
from vitrine import environment
from vitrine.edge.endpoint import endpoint
from vitrine.edge.idempotency import identify
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.taking_down import TakingDown


@endpoint(dialect, scope=TAKE_DOWN, uses=["blobs", "take_downs"])
def handler(call: Call) -> Response:
    """Remove the image's record and bytes, and note what the pipeline takes down after that."""
    take_downs = environment.current().take_downs
    taking = TakingDown(call.catalogue, take_downs, identify(call, "t"))
    match read_target(call):
        case TakeDownTarget(product, image):
            started = taking.image(call.catalogue.product(product), image)
        case shown:
            started = taking.url(shown)
    body = present(started.take_down)
    return created(body, f"/take-downs/{body['id']}", status=202, replayed=started.replayed)
