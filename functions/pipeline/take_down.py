"""DynamoDB stream, take-down begun: delete what is left of the image, then tell the CDN.

Idempotent. While the CDN has too many invalidations in progress, the function fails and the stream
repeats the event.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.events import parse_take_downs
from vitrine import environment
from vitrine.edge.telemetry import logger
from vitrine.services.taking_down import carry_out

environment.prepare("blobs", "take_downs")


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Carry out each take-down in the event; an exception causes a retry."""
    here = environment.current()
    for shop, take_down_id in parse_take_downs(event):
        found = here.take_downs.take_down(shop, take_down_id)
        if found is None or found.done_at is not None:
            continue
        done = carry_out(here.stores, here.take_downs, here.cdn, found, here.clock())
        facts = {"shop": shop, "key": found.original_key, "take_down": done.id, "image": done.image}
        logger.info("taken down", extra={**facts, "invalidation": done.invalidation})
