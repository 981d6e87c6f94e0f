"""Importing a file that was uploaded to the import folder. Idempotent.

S3 delivers the event of an upload at least once. The outcome of each version of a file is recorded
in the transaction that adds the image, so a repeated event adds no second image.
"""

from vitrine.domain.errors import (
    ConflictError,
    ImportMissingError,
    ImportSettledError,
    PictureRefusedError,
    ProductNotFoundError,
    Rule,
)
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.ports import Imports
from vitrine.services.adding import NewImage, add_image, refuse_settled
from vitrine.services.catalogue import Catalogue
from vitrine.services.sources import from_import

RULES = PictureRules(formats=frozenset(Format), max_bytes=20 * 1024 * 1024)
"""The rules for imported files. No API limits their size, so it is larger than in any dialect."""

NO_SHOP = "there is no such shop"
_REASONS = {
    Rule.FORMAT: "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture",
    Rule.PIXELS: "it has too many pixels: a JPEG or PNG may have 120 million, others 50 million",
    Rule.WEIGHT: f"it is larger than {RULES.max_bytes} bytes",
    Rule.ROOM: f"the product has {RULES.max_images} images already",
}


def import_file(catalogue: Catalogue, arrival: Arrival) -> Import | None:
    """Add an uploaded file as an image, or record why it cannot be one.

    Returns:
        The outcome; None if there is nothing to do, because this version was settled before, or the
        file was deleted or overwritten. Overwriting causes an event of its own.

    Raises:
        ConflictError: other writers won every attempt; retry.
    """
    try:
        refuse_settled(catalogue, arrival)
        if arrival.fault:
            return _reject(catalogue, arrival, arrival.fault)
        product = catalogue.product(arrival.product)
        source = from_import(catalogue, arrival.path, arrival.tag)
        entry = add_image(catalogue, product, source, RULES, NewImage(arrival=arrival))
        return Import(arrival, entry.image.created_at, entry.image.id)
    except (ImportSettledError, ImportMissingError):
        return None
    except ProductNotFoundError:
        return _reject(catalogue, arrival, "the shop has no such product")
    except PictureRefusedError as error:
        return _reject(catalogue, arrival, "; ".join(_REASONS[rule] for rule in error.broken))


def _reject(catalogue: Catalogue, arrival: Arrival, reason: str) -> Import | None:
    return reject(catalogue.stores.imports, Import(arrival, catalogue.clock(), reason=reason))


def reject(imports: Imports, rejected: Import) -> Import | None:
    """Record why a file became no image; None if this version was settled before."""
    try:
        imports.reject(rejected)
    except ConflictError:  # another invocation settled it
        return None
    return rejected
