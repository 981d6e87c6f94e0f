"""DynamoDB, image's record removed: remove originals that whoever removed it left behind.

Handlers remove them too, so that bytes are gone when the client hears so; this is for those that
die in between. A retired image's record leaves its gallery for another place; its bytes stay.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.events import records
from vitrine import environment
from vitrine.edge.telemetry import logger
from vitrine.services.orphans import delete_leftover_originals

environment.prepare()


def handler(event: Mapping[str, Any], _context: object) -> None:
    """See to the originals of each record in the event; raise to have it sent again."""
    here = environment.current()
    for key in records(event):
        removed = delete_leftover_originals(here.stores, key.shop, key.image, key.product)
        if removed:
            facts = {"shop": key.shop, "image": key.image, "removed": removed}
            logger.info("originals left behind", extra=facts)
