"""GET and HEAD of a public picture or manifest that is not in the media bucket: make it, or 404.

`admit_missing`, the CDN's failover origin, hands a request to it after cheap checks.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from pipeline.missing_pictures import key_of, not_found
from vitrine import environment
from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.locations import FOR_EVER
from vitrine.edge.telemetry import logger
from vitrine.services.on_demand import OnDemand

environment.prepare("blobs", "library")

ROOM = 4_400_000
"""The maximum size in bytes of an object in an answer: Lambda's limit is 6 MB, base64 included."""


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer with the object, as S3 would; redirect to a presigned URL if it is too large."""
    here = environment.current()
    method = event["requestContext"]["http"]["method"]
    on_demand = OnDemand(here.stores, here.alternatives, here.media_url)
    key = key_of(event)
    try:
        picture = on_demand.render(key) if method in ("GET", "HEAD") else None
    except PictureRefusedError:  # an original that an earlier version of Vitrine accepted
        logger.exception("an original cannot be shown", extra={"key": key[:1024]})
        picture = None
    logger.info("missing", extra={"key": key[:1024], "made": picture is not None})
    if picture is None:
        return not_found()
    headers = {"Content-Type": picture.media_type, "Cache-Control": FOR_EVER}
    if method == "HEAD":
        # A function URL renames Content-Length, and states that of the empty body: keep it nowhere.
        return {"statusCode": 200, "headers": {**headers, "Cache-Control": "no-store"}}
    if len(picture.data) > ROOM:
        link = here.stores.blobs.link(key)
        return {"statusCode": 302, "headers": {"Location": link, "Cache-Control": "no-store"}}
    body = b64encode(picture.data).decode()
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}
