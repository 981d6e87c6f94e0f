"""S3, object deleted under `originals/`: unpublish the original, i.e. delete its public pictures.

Idempotent. Nothing happens if the original was stored again in the meantime.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.events import parse_originals
from vitrine import environment
from vitrine.edge.telemetry import logger
from vitrine.services.unpublishing import unpublish

environment.prepare("blobs")


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Delete the public pictures of each original in the event; an exception causes a retry."""
    here = environment.current()
    for address in parse_originals(event):
        removed = unpublish(here.stores, address)
        logger.info("renditions", extra={"key": address.original_key, "removed": removed})
