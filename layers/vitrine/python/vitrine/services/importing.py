"""A file dropped into the import folder becomes an image by itself, once for each version of it."""

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
"""What a file must fulfil: more bytes than any API lets through, since none is in the way."""

NO_SHOP = "there is no such shop"
_REASONS = {
    Rule.FORMAT: "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture",
    Rule.PIXELS: "it has too many pixels: a JPEG or PNG may have 120 million, others 50 million",
    Rule.WEIGHT: f"it is larger than {RULES.max_bytes} bytes",
    Rule.ROOM: f"the product has {RULES.max_images} images already",
}


def import_file(catalogue: Catalogue, arrival: Arrival) -> Import | None:
    """Make an image of a file that was dropped, or note why it cannot be one.

    Returns:
        What became of it; None when there is nothing to do: this version was settled before, or the
        file has been removed or written over, which is another arrival.

    Raises:
        ConflictError: other writers won every time; try again.
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
    """Note why a file became no image; None when this version of it was settled before."""
    try:
        imports.reject(rejected)
    except ConflictError:  # another was first
        return None
    return rejected
