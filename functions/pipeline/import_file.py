"""S3, object created under `import/`: create an image from a file in a product's folder.

Idempotent: each version of a file is settled once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.events import parse_arrivals
from vitrine import environment
from vitrine.domain.imports import Import
from vitrine.edge.telemetry import logger
from vitrine.services.catalogue import BULK_RETRY
from vitrine.services.importing import NO_SHOP, import_file, reject

environment.prepare("blobs", "imports")


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Create an image from each file in the event; an exception causes a retry."""
    here = environment.current()
    for arrival in parse_arrivals(event):
        if shop := here.stores.shops.shop(arrival.shop):
            catalogue = replace(here.catalogue(shop), retry=BULK_RETRY)
            settled = import_file(catalogue, arrival)
        else:
            settled = reject(here.stores.imports, Import(arrival, here.clock(), reason=NO_SHOP))
        logger.info(
            "import",
            extra={
                "key": arrival.key,
                "image": settled and settled.image,
                "rejected": settled and settled.reason,
            },
        )
