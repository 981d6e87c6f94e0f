"""S3, object created under `import/` or `uploads/`: create an image from the file.

A file under `import/` lies in a product's folder, one under `uploads/` was sent with a form of an
upload batch. Idempotent: each version of a file is settled once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.events import parse_arrivals
from vitrine import environment
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.rejections import NO_SHOP
from vitrine.domain.shops import Shop
from vitrine.edge.remaining_time import within_time
from vitrine.edge.telemetry import logger
from vitrine.services.catalogue import BULK_RETRY, RetryPolicy
from vitrine.services.importing import import_file, import_upload
from vitrine.services.settling import reject

environment.prepare("blobs", "imports")


def handler(event: Mapping[str, Any], context: object) -> None:
    """Create an image from each file in the event; an exception causes a retry."""
    for arrival in parse_arrivals(event):
        settled = _settle(arrival, within_time(BULK_RETRY, context))
        logger.info(
            "import",
            extra={
                "key": arrival.key,
                "image": settled and settled.image,
                "rejected": settled and settled.reason,
            },
        )


def _settle(arrival: Arrival, retry: RetryPolicy) -> Import | None:
    here = environment.current()
    shop = here.stores.shops.shop(arrival.shop)
    if shop is None and arrival.slot:  # the client got its form before the shop was deleted
        here.stores.blobs.remove_originals([arrival.key])
        return None
    if shop is None:
        return reject(here.catalogue(Shop(arrival.shop)), arrival, NO_SHOP)
    catalogue = replace(here.catalogue(shop), retry=retry)
    if arrival.slot:
        return import_upload(catalogue, arrival, arrival.slot)
    settled = import_file(catalogue, arrival)
    if here.tags_imported and settled and settled.image is not None:
        here.stores.blobs.tag_imported(arrival.key)
    return settled
