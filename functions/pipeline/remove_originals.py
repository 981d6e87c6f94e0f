"""DynamoDB stream, image record deleted, or pictures of an image unpublished: delete what is left.

Of a deleted record, these are the orphaned originals of the image. A handler deletes the originals
itself, so that they are gone when the client gets the answer. This function covers handlers that
failed in between. The originals of a retired (soft-deleted) image stay: its record only moves to
another partition.

Of unpublished pictures, these are the CDN's copies, if the shop's setting `cdn.invalidate` is
`yes`. Lambda collects stream records for a minute, so that one invalidation covers many images.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.events import first_sequence_number, parse_deleted_records, parse_unpublished
from vitrine import environment
from vitrine.domain.locations import ORIGINALS
from vitrine.edge.telemetry import logger
from vitrine.services.orphans import delete_leftover_originals

environment.prepare("blobs", "library")


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Delete the orphans of each record in the event, then the CDN's copies.

    An exception causes a retry.
    """
    here = environment.current()
    for key in parse_deleted_records(event):
        removed = delete_leftover_originals(here.stores, key.shop, key.image, key.product)
        if removed:
            folder = f"{ORIGINALS}{key.shop}/{key.image}/"
            facts = {"shop": key.shop, "key": folder, "image": key.image, "removed": removed}
            logger.info("originals left behind", extra=facts)
    if unpublished := parse_unpublished(event):
        from vitrine.services.invalidating import invalidate  # for shops that invalidate

        reference = f"unpublished-{first_sequence_number(event)}"
        galleries = here.stores.galleries
        outcome = invalidate(galleries, here.cdn, reference, unpublished, here.clock())
        for shop, paths in outcome.paths.items():
            facts = {"shop": shop, "paths": paths, "invalidation": outcome.id}
            logger.info("invalidated", extra=facts)
        for shop, paths in outcome.put_off.items():
            logger.info("invalidation put off", extra={"shop": shop, "paths": paths})
