"""Importing files that arrived in storage: dropped ones, and those of upload batches. Idempotent.

S3 delivers the event of a file at least once. The outcome of each version of a file is recorded
in the transaction that adds the image, so a repeated event adds no second image.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from vitrine.domain.arrival_order import marks_of, place_dropped, place_in_batch
from vitrine.domain.errors import (
    ImageNotFoundError,
    ImportMissingError,
    ImportSettledError,
    PictureRefusedError,
    ProductNotFoundError,
)
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, Texts
from vitrine.domain.imports import Arrival, Import, Slot
from vitrine.domain.rejections import (
    NO_PRODUCT,
    REPLACED_IMAGE_GONE,
    ReasonCode,
    Rejection,
    rejection_of,
)
from vitrine.domain.rules import FILE_RULES
from vitrine.domain.shops import ProductKey
from vitrine.domain.uploads import UploadBatch
from vitrine.services.adding import NewImage, PlacingAmong, add_image
from vitrine.services.catalogue import Catalogue
from vitrine.services.changing import Change, change_image
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.reading import get_entry
from vitrine.services.settling import refuse_settled, reject
from vitrine.services.sources import Source, from_import, from_upload

RULES = FILE_RULES


def import_file(catalogue: Catalogue, arrival: Arrival) -> Import | None:
    """Add a dropped file as an image, or record why it cannot be one.

    Returns:
        The outcome; None if there is nothing to do, because this version was settled before, or the
        file was deleted or overwritten. Overwriting causes an event of its own.

    Raises:
        ConflictError: other writers won every attempt; retry.
    """
    try:
        refuse_settled(catalogue, arrival)
        if arrival.fault:
            return reject(catalogue, arrival, Rejection(ReasonCode.BAD_PATH, arrival.fault))
        product = catalogue.product(arrival.product)
        source = from_import(catalogue, arrival.path, arrival.tag)
        inspected = _inspect(source)
        if isinstance(inspected, Rejection):
            return reject(catalogue, arrival, inspected)
        new = NewImage(place_among=_placing(arrival), edit=_mark(arrival), arrival=arrival)
        entry = add_image(catalogue, product, inspected, RULES, new)
    except (ImportSettledError, ImportMissingError):
        return None
    except ProductNotFoundError:
        return reject(catalogue, arrival, NO_PRODUCT)
    except PictureRefusedError as error:
        return reject(catalogue, arrival, rejection_of(error.broken, None, RULES))
    return Import(arrival, entry.image.created_at, entry.image.id)


def import_upload(catalogue: Catalogue, arrival: Arrival, slot: Slot) -> Import | None:
    """Add a file of an upload batch as an image, or record why it cannot be one.

    The object of a file that has become an image is deleted. That of a rejected one stays until
    its lifecycle rule deletes it, because the client may be sending another version meanwhile.

    Returns:
        The outcome; None if there is nothing to do, because the file's place in the batch has its
        image, this version was settled before, or the object was deleted or overwritten.

    Raises:
        ConflictError: other writers won every attempt; retry.
    """
    stores = catalogue.stores
    batch, outcome = stores.imports.batch_and_outcome(arrival.shop, slot)
    if batch is None or not 1 <= slot.number <= len(batch.files):
        stores.blobs.remove_originals([arrival.key])  # the batch has expired: nothing waits for it
        return None
    arrival = replace(arrival, product=batch.product, file_name=batch.file(slot.number).name)
    if outcome is None or not outcome.settles(arrival):
        outcome = _import_slot(catalogue, batch, arrival, slot.number)
    if outcome is not None and outcome.image is not None:
        stores.blobs.remove_originals([arrival.key])
    return outcome


def _import_slot(
    catalogue: Catalogue, batch: UploadBatch, arrival: Arrival, number: int
) -> Import | None:
    """Settle a file of a batch."""
    try:
        inspected = _inspect(
            from_upload(catalogue, arrival.key, arrival.tag, batch.file(number).name)
        )
        if isinstance(inspected, Rejection):
            return reject(catalogue, arrival, inspected)
        if batch.file(number).replaces is None:
            return _add(catalogue, batch, arrival, number, inspected)
        return _replace(catalogue, batch, arrival, number, inspected)
    except (ImportSettledError, ImportMissingError):
        return None
    except ImageNotFoundError:
        return reject(catalogue, arrival, REPLACED_IMAGE_GONE)
    except PictureRefusedError as error:
        return reject(catalogue, arrival, rejection_of(error.broken, None, RULES))


def _add(
    catalogue: Catalogue,
    batch: UploadBatch,
    arrival: Arrival,
    number: int,
    inspected: InspectedUpload,
) -> Import:
    texts = Texts(batch.file(number).alt)
    new = NewImage(
        place=lambda gallery, image: place_in_batch(gallery, image, batch.images),
        edit=lambda image: replace(image, texts=texts),
        arrival=arrival,
        id=batch.image(number),
    )
    entry = add_image(catalogue, ProductKey(batch.product), inspected, RULES, new)
    return Import(arrival, entry.image.created_at, entry.image.id)


def _replace(
    catalogue: Catalogue,
    batch: UploadBatch,
    arrival: Arrival,
    number: int,
    inspected: InspectedUpload,
) -> Import:
    found = get_entry(catalogue, ProductKey(batch.product), batch.image(number))
    alt = batch.file(number).alt

    def edit(image: Image) -> Image:
        return replace(image, texts=Texts(alt, image.texts.translations)) if alt else image

    change = Change(source=inspected, edit=edit, arrival=arrival)
    entry = change_image(catalogue, found, change, RULES)
    return Import(arrival, entry.image.updated_at, entry.image.id)


def _inspect(source: Source) -> InspectedUpload | Rejection:
    """The inspected file, or why its bytes are not accepted."""
    try:
        inspected = inspect_upload(source, RULES)
    except PictureRefusedError as error:
        return rejection_of(error.broken, None, RULES)
    broken = inspected.broken()
    return rejection_of(broken, inspected.upload.data, RULES) if broken else inspected


def _placing(arrival: Arrival) -> PlacingAmong:
    def place(gallery: Gallery, others: Mapping[int, Image], image: int) -> Gallery:
        return place_dropped(gallery, image, arrival.file_name, marks_of(gallery, others))

    return place


def _mark(arrival: Arrival) -> Callable[[Image], Image]:
    return lambda image: replace(image, dropped=arrival.path)
