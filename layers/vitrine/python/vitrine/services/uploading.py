"""Upload batches: announcing files, renewing their forms, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from vitrine.domain.errors import (
    ConflictError,
    GalleryFullError,
    ReplacedImagesMissingError,
    UploadNotFoundError,
)
from vitrine.domain.gallery import Gallery
from vitrine.domain.idempotency import ObjectIdentity
from vitrine.domain.imports import Import
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.domain.uploads import FORM_LIFE, UploadBatch, UploadFile, UploadForm
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue, retry_on_conflict


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload batch and what became of its files.

    Attributes:
        batch: the batch.
        outcomes: the outcomes of settled files, by number.
        repeated: whether an earlier request made the batch.
    """

    batch: UploadBatch
    outcomes: Mapping[int, Import]
    repeated: bool = False


def announce_files(
    catalogue: Catalogue,
    product: ProductKey,
    files: Sequence[UploadFile],
    rules: PictureRules,
    identity: ObjectIdentity,
) -> Upload:
    """Make an upload batch, or renew the forms of the one that an equal request made before.

    Raises:
        IdempotencyKeyReusedError: another request made a batch with this identity.
        GalleryFullError: the product cannot have as many images.
        ReplacedImagesMissingError: the product has no image that a file is to replace.
        ConflictError: the batch expired while its forms were renewed.
    """
    galleries, imports = catalogue.stores.galleries, catalogue.stores.imports
    read = partial(galleries.gallery_with_batch, catalogue.shop.id, product, identity.id)
    gallery, present = retry_on_conflict(read, catalogue.retry)
    if present is not None:
        return _renewed(catalogue, identity)
    _check(gallery, files, rules)
    now = catalogue.clock()
    batch = UploadBatch(
        id=identity.id,
        shop=catalogue.shop.id,
        product=product,
        files=tuple(files),
        fingerprint=identity.fingerprint,
        first=galleries.reserve_image_ids(catalogue.shop.id, len(files)),
        created_at=now,
        expires_at=now + FORM_LIFE,
    )
    try:
        imports.create_batch(batch)
    except ConflictError:  # an equal request at the same time, or this one, repeated by its client
        return _renewed(catalogue, identity)
    return Upload(batch, {})


def find_upload(catalogue: Catalogue, upload: str) -> Upload:
    """An upload batch of the shop.

    Raises:
        UploadNotFoundError: there is none with this id, or no longer.
    """
    batch, outcomes = catalogue.stores.imports.batch_with_outcomes(catalogue.shop.id, upload)
    if batch is None:
        raise UploadNotFoundError(upload)
    return Upload(batch, outcomes)


def form_of(catalogue: Catalogue, batch: UploadBatch, number: int) -> UploadForm:
    """A form with which the file of a number can be sent until the batch's forms end."""
    file, seconds = batch.file(number), round(FORM_LIFE.total_seconds())
    return catalogue.stores.blobs.upload_form(
        batch.key(number), file.media_type, file.size, seconds
    )


def _renewed(catalogue: Catalogue, identity: ObjectIdentity) -> Upload:
    found = find_upload(catalogue, identity.id)
    identity.check(found.batch.fingerprint)
    batch = replace(found.batch, expires_at=catalogue.clock() + FORM_LIFE)
    catalogue.stores.imports.renew_batch(batch)
    return Upload(batch, found.outcomes, repeated=True)


def _check(gallery: Gallery, files: Sequence[UploadFile], rules: PictureRules) -> None:
    missing = [
        number
        for number, file in enumerate(files, 1)
        if file.replaces is not None and file.replaces not in gallery
    ]
    if missing:
        raise ReplacedImagesMissingError(tuple(missing))
    room = max(0, rules.max_images - len(gallery))
    if sum(1 for file in files if file.replaces is None) > room:
        raise GalleryFullError(room)
