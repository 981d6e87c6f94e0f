"""S3, object created under `originals/`: render and store all public pictures of the original.

Idempotent. S3 invokes the function asynchronously and retries it when it raises.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.events import parse_originals
from vitrine import environment
from vitrine.edge.remaining_time import within_time
from vitrine.edge.telemetry import logger
from vitrine.services.catalogue import CLIENT_RETRY
from vitrine.services.rendering import make_renditions

environment.prepare("blobs", "library")


def handler(event: Mapping[str, Any], context: object) -> None:
    """Store the public pictures of each original in the event; an exception causes a retry."""
    here, retry = environment.current(), within_time(CLIENT_RETRY, context)
    for address in parse_originals(event):
        stored = make_renditions(here.stores, address, here.alternatives, retry)
        logger.info("renditions", extra={"key": address.original_key, "stored": stored})
