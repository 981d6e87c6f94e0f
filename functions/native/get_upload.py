"""GET /vitrine/v1/uploads/{upload}: what became of announced files.

Contract: vitrine §6.2.
"""

from native.upload_object import present_states
from native.wire import READ, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.uploading import find_upload


@endpoint(dialect, scope=READ, uses=["imports"])
def handler(call: Call) -> Response:
    """Answer the state of each file, for clients that poll."""
    upload = find_upload(call.catalogue, call.request.parameters["upload"])
    return answer(call, present_states(upload, call))
