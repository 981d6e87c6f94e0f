"""S3, object created under `import/`: a file in a product's folder becomes its image."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.events import arrivals
from vitrine import environment
from vitrine.domain.imports import Import
from vitrine.edge.telemetry import logger
from vitrine.services.catalogue import BULK_RETRY
from vitrine.services.importing import NO_SHOP, import_file, reject

environment.prepare()


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Make an image of each file in the event; raise to have it sent again."""
    here = environment.current()
    for arrival in arrivals(event):
        if shop := here.stores.shops.shop(arrival.shop):
            patient = replace(here.catalogue(shop), retry=BULK_RETRY)
            settled = import_file(patient, arrival)
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
