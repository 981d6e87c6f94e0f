"""S3, object created under `originals/`: make every public picture of the new original."""

from collections.abc import Mapping
from typing import Any

from pipeline.events import addresses
from vitrine import environment
from vitrine.edge.telemetry import logger
from vitrine.services.rendering import make_renditions

environment.prepare()


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Store the renditions of each original in the event; raise to have it sent again."""
    here = environment.current()
    for address in addresses(event):
        stored = make_renditions(here.stores, address, here.alternatives)
        logger.info("renditions", extra={"key": address.original_key, "stored": stored})
