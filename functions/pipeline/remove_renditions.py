"""S3, object removed under `originals/`: remove every public picture of the original."""

from collections.abc import Mapping
from typing import Any

from pipeline.events import addresses
from vitrine import environment
from vitrine.edge.telemetry import logger
from vitrine.services.unpublishing import unpublish

environment.prepare()


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Remove the renditions of each original in the event; raise to have it sent again."""
    here = environment.current()
    for address in addresses(event):
        removed = unpublish(here.stores, address)
        logger.info("renditions", extra={"key": address.original_key, "removed": removed})
