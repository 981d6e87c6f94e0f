"""POST /vitrine/v1/products/{product}/uploads: announce files, and get a form for each.

Contract: vitrine §6.1.
"""

from native.problems import FieldsRefusedError
from native.upload_fields import read_files, replaced_missing
from native.upload_object import present
from native.wire import RULES, WRITE, created, dialect, product
from vitrine.domain.errors import ReplacedImagesMissingError
from vitrine.edge.endpoint import endpoint
from vitrine.edge.idempotency import identify
from vitrine.edge.request import Call
from vitrine.edge.response import Response
from vitrine.services.uploading import announce_files


@endpoint(dialect, scope=WRITE, uses=["blobs", "imports"])
def handler(call: Call) -> Response:
    """Reserve the places of the files, and sign a form for each that has not arrived."""
    identity, key, files = identify(call, "u"), product(call), read_files(call)
    try:
        upload = announce_files(call.catalogue, key, files, RULES, identity)
    except ReplacedImagesMissingError as error:
        raise FieldsRefusedError(map(replaced_missing, error.files)) from error
    location = f"/uploads/{upload.batch.id}"
    return created(present(upload, call), location, replayed=upload.repeated)
