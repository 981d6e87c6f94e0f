"""DynamoDB stream, image record deleted: delete the orphaned originals of the image.

A handler deletes the originals itself, so that they are gone when the client gets the answer. This
function covers handlers that failed in between. The originals of a retired (soft-deleted) image
stay: its record only moves to another partition.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.events import parse_deleted_records
from vitrine import environment
from vitrine.domain.locations import ORIGINALS
from vitrine.edge.telemetry import logger
from vitrine.services.orphans import delete_leftover_originals

environment.prepare("blobs", "library")


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Delete the orphans of each record in the event; an exception causes a retry."""
    here = environment.current()
    for key in parse_deleted_records(event):
        removed = delete_leftover_originals(here.stores, key.shop, key.image, key.product)
        if removed:
            folder = f"{ORIGINALS}{key.shop}/{key.image}/"
            facts = {"shop": key.shop, "key": folder, "image": key.image, "removed": removed}
            logger.info("originals left behind", extra=facts)
