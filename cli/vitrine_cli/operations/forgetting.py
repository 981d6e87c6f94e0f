"""Taking an image down, with all versions of its files that a deployed stack keeps."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitrine.adapters.remote import HttpRemote
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.clock import now
from vitrine.domain.errors import ImageNotFoundError, OriginalMissingError, PictureExistsError
from vitrine.domain.idempotency import ObjectIdentity, object_id
from vitrine.domain.images import Image
from vitrine.domain.locations import ORIGINALS
from vitrine.domain.public_keys import (
    LibraryReference,
    NameReference,
    parse_public_key,
)
from vitrine.domain.public_urls import parse_public_url
from vitrine.domain.shops import product_key
from vitrine.domain.take_downs import PublicTarget, TakeDown, parse_target
from vitrine.services.catalogue import BULK_RETRY, Catalogue
from vitrine.services.taking_down import TakingDown
from vitrine_cli.operations import shop_settings
from vitrine_cli.operations.usage_check import products_of
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitrine.domain.imports import Import
    from vitrine.domain.shops import Shop
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.records import StackRecords

_SECONDS = 600
_INTERVAL = 1  # seconds
_BATCH = 1000  # keys per DeleteObjects, outcomes of files per page
_LIBRARY = "Library images cannot be taken down."


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An image to take down.

    Attributes:
        shop: its shop.
        image: its id.
        product: key of the product that holds or held its record; None if it has no record.
        target: the picture at the URL that names it; None if an id does.
    """

    shop: Shop
    image: int
    product: str | None
    target: PublicTarget | None = None


def find(records: StackRecords, text: str) -> Forgotten:
    """The image that an operator names.

    Args:
        records: records of the stack.
        text: `SHOP/ID`, or the URL of a public picture or manifest.

    Raises:
        UsageError: it is neither.
        FailureError: there is no such shop, image or name, or it is an image of the library, which
            belongs to no product.
    """
    url = parse_public_url(text.removesuffix(".json"))
    if url and isinstance(parse_public_key(url.key), LibraryReference):
        raise FailureError(_LIBRARY)
    if "://" not in text:
        shop, _, number = text.rpartition("/")
        if not number.isdecimal() or not shop:
            raise UsageError(f"'{text}' is neither SHOP/ID nor the URL of a picture.")
        named = shop_settings.find_shop(records, shop)
        if records.stores.library.image(named.id, int(number)):
            raise FailureError(_LIBRARY)
        chosen = _chosen(records, named, int(number))
        if chosen.product is None:
            raise _missing(chosen)
        return chosen
    _, found, rest = text.rpartition("/media/")
    owner = shop_settings.find_shop(records, rest.partition("/")[0]) if found else None
    target = parse_target(owner.id, text) if owner else None
    if owner is None or target is None:
        raise UsageError(f"'{text}' is no picture of a shop's products.")
    reference = target.reference
    if not isinstance(reference, NameReference):
        return _chosen(records, owner, reference.image, target)
    naming = records.stores.galleries.named(owner.id, reference.name)
    if naming is None:
        raise FailureError(f"No image of the shop has had the name '{reference.name}'.")
    return _chosen(records, owner, naming.image, target)


def _chosen(
    records: StackRecords, shop: Shop, image: int, target: PublicTarget | None = None
) -> Forgotten:
    return Forgotten(shop, image, _product_of(records, shop.id, image), target)


def _missing(chosen: Forgotten) -> FailureError:
    return FailureError(f"The shop has no image {chosen.image}.")


def begin(records: StackRecords, chosen: Forgotten, reason: str) -> TakeDown:
    """Remove an image's record and original, and begin its take-down.

    Raises:
        FailureError: there is no such image.
    """
    catalogue = Catalogue(chosen.shop, records.stores, HttpRemote(), now, BULK_RETRY)
    taking = TakingDown(
        catalogue,
        DynamoTakeDowns(records.table),
        ObjectIdentity(object_id("t", os.urandom(32)), ""),
        reason,
    )
    # By its URL, a record whose original is lost would stay.
    lost = chosen.product is not None and is_gone(records, chosen)
    if chosen.target is not None and not lost:
        try:
            return taking.url(chosen.target).take_down
        except PictureExistsError:
            pass
    if chosen.product is None:
        raise _missing(chosen)
    try:
        return taking.image(product_key(chosen.product), chosen.image).take_down
    except ImageNotFoundError:  # another operator was faster
        raise _missing(chosen) from None


def _product_of(records: StackRecords, shop: str, image: int) -> str | None:
    """The product of an image: from the metadata of its original, or else from all galleries."""
    stores = records.stores
    for key in stores.blobs.original_keys(shop, image):
        try:
            product = stores.blobs.original_metadata(key).product
        except OriginalMissingError:
            continue
        if isinstance(found := stores.record_of(shop, image, product), Image):
            return found.product
    if (retired := stores.galleries.retired(shop, image)) is not None:
        return retired.product
    for product in products_of(records, shop):
        if image in stores.galleries.gallery(shop, product).sorts:
            return product
    return None


def is_gone(records: StackRecords, chosen: Forgotten) -> bool:
    """Whether no original of the image is stored; one is after a take-down of replaced bytes."""
    return not records.stores.blobs.original_keys(chosen.shop.id, chosen.image)


def delete_versions(stack: DeployedStack, records: StackRecords, chosen: Forgotten) -> int:
    """Delete all versions of an image's originals and of the files that it was made from.

    Those are files in the import folder, and files that were sent with a form.

    Returns:
        The number of versions.
    """
    shop, image = chosen.shop.id, chosen.image
    imported = (each.arrival.key for each in _imports(records, shop) if each.image == image)
    prefixes = [f"{ORIGINALS}{shop}/{image}/", *imported]
    found = [each for prefix in prefixes for each in _versions(stack, prefix)]
    client, bucket = stack.s3(), stack.outputs["OriginalsBucket"]
    for start in range(0, len(found), _BATCH):
        batch: Any = {"Objects": found[start : start + _BATCH], "Quiet": True}
        failed = client.delete_objects(Bucket=bucket, Delete=batch).get("Errors")
        if failed:
            raise FailureError(f"S3 keeps {len(failed)} versions: {failed[0]}")
    return len(found)


def _imports(records: StackRecords, shop: str) -> Iterator[Import]:
    """The outcomes of all files that became images of a shop."""
    after, more = "", True
    while more:
        page, last = records.stores.imports.import_page(shop, after, _BATCH, rejected=False)
        yield from page
        after, more = last or "", last is not None


def _versions(stack: DeployedStack, prefix: str) -> Iterator[dict[str, str]]:
    pages = stack.s3().get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=stack.outputs["OriginalsBucket"], Prefix=prefix):
        for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            if prefix.endswith("/") or each["Key"] == prefix:
                yield {"Key": each["Key"], "VersionId": each["VersionId"]}


def wait(stack: DeployedStack, records: StackRecords, begun: TakeDown) -> TakeDown:
    """Wait until a take-down is done and the CDN has forgotten its copies.

    Raises:
        FailureError: it takes longer than ten minutes; it goes on by itself.
    """
    take_downs, deadline = DynamoTakeDowns(records.table), time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = take_downs.take_down(begun.shop, begun.id)
        if found is not None and found.done_at is not None:
            waiter = stack.client("cloudfront").get_waiter("invalidation_completed")
            waiter.wait(DistributionId=stack.outputs["CdnId"], Id=found.invalidation)
            return found
        time.sleep(_INTERVAL)
    raise FailureError("The take-down is not done after ten minutes; it goes on by itself.")
