"""Images of a shop as an operator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitrine.domain.gallery import GalleryEntry, entries_of
from vitrine.domain.images import Image, RenditionState, ViewFacts
from vitrine.domain.locations import ORIGINALS, named_key, original_address, public_url
from vitrine.domain.public_keys import (
    ImageReference,
    LibraryReference,
    NameReference,
    parse_public_key,
)
from vitrine.domain.public_urls import parse_public_url
from vitrine.domain.renditions import Alternative
from vitrine.domain.responsive_images import responsive_image_of
from vitrine.domain.shops import product_key
from vitrine.services.image_state import originals_of
from vitrine_cli.operations.usage_check import products_of
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from vitrine.domain.library import LibraryImage
    from vitrine.domain.locations import OriginalAddress
    from vitrine_cli.operations.deployed_stack import DeployedStack
    from vitrine_cli.operations.records import StackRecords

_AVIF = f".{Alternative.AVIF.extension}"


def list_images(
    records: StackRecords,
    media_url: str,
    shop: str,
    product: str | None = None,
    *,
    pending: bool = False,
    since: datetime | None = None,
) -> Iterator[dict[str, Any]]:
    """The images of a shop, product by product, each in gallery order.

    Args:
        records: records of the stack.
        media_url: base URL of public pictures.
        shop: the shop's id.
        product: the only product; None for all that have images.
        pending: only images whose renditions are not complete.
        since: only images that were created at this moment, UTC, or later.
    """
    for each in [product_key(product)] if product else products_of(records, shop):
        gallery, images = records.stores.galleries.gallery_with_images(shop, each)
        for entry in entries_of(gallery, images):
            complete = entry.image.renditions is RenditionState.COMPLETE
            if (pending and complete) or (since and entry.image.created_at < since):
                continue
            yield _row(entry, media_url)


def show_image(
    records: StackRecords, media_url: str, shop: str, image_or_url: str
) -> dict[str, Any]:
    """Everything about one image, with all its public URLs.

    Args:
        records: records of the stack.
        media_url: base URL of public pictures.
        shop: the shop's id.
        image_or_url: the image's id, or the URL of one of its public pictures.

    Raises:
        FailureError: the shop has no such image.
    """
    number = _number(records, shop, image_or_url)
    originals = originals_of(records.stores.blobs, shop, number) if number else frozenset()
    for address in sorted(originals, key=lambda each: each.revision, reverse=True):
        product = records.stores.blobs.original_metadata(address.original_key).product
        found = records.stores.record_of(shop, address.image, product)
        if found is not None:
            return _described(records, media_url, found, product)
    raise FailureError(f"Shop '{shop}' has no image '{image_or_url}'.")


def _number(records: StackRecords, shop: str, image_or_url: str) -> int | None:
    """The id of the image that an id or a URL names; None for another shop's."""
    if image_or_url.isascii() and image_or_url.isdigit():
        return int(image_or_url)
    url = parse_public_url(image_or_url.removesuffix(".json"))
    match parse_public_key(url.key) if url else None:
        case ImageReference(owner, image) if owner == shop:
            return image
        case NameReference(owner, name) if owner == shop:
            named = records.stores.galleries.named(shop, name)
            return named.image if named else None
        case LibraryReference(_, image):
            return image
        case _:
            return None


def _row(entry: GalleryEntry, media_url: str) -> dict[str, Any]:
    image, original = entry.image, entry.image.original
    width, height = original.displayed or (original.width, original.height)
    return {
        "product": image.product,
        "id": image.id,
        "position": entry.position,
        "roles": sorted(entry.gallery.roles_of(image.id)),
        "width": width,
        "height": height,
        "format": original.format.name.lower(),
        "bytes": original.size,
        "alt": image.alt,
        "file_name": original.file_name,
        "state": image.renditions.value,
        "created": image.created_at.isoformat(timespec="milliseconds"),
        "url": public_url(media_url, original_address(image).full_size_key(original.format)),
    }


def _described(
    records: StackRecords, media_url: str, found: Image | LibraryImage, product: str
) -> dict[str, Any]:
    address, original = original_address(found), found.original
    sizes = responsive_image_of(media_url, found, _alternatives(records, address)).sizes
    described: dict[str, Any] = {
        "id": found.id,
        "shop": found.shop,
        "product": product or None,
        "file_name": original.file_name,
        "format": original.format.name.lower(),
        "bytes": original.size,
        "published_bytes": original.published_size,
        "width": original.width,
        "height": original.height,
        "turned": original.turned,
        "frames": original.frames,
        "transparent": original.transparent,
        "revision": original.revision,
        "sha256": original.digest,
        "state": found.renditions.value,
        "colour": found.appearance and found.appearance.colour,
        "thumbhash": found.appearance and found.appearance.thumbhash,
        "created": found.created_at.isoformat(timespec="milliseconds"),
        "updated": found.updated_at.isoformat(timespec="milliseconds"),
        "url": public_url(media_url, address.full_size_key(original.format)),
        "sizes": {each.name: dict(each.formats) for each in sizes},
    }
    if isinstance(found, Image):
        described |= _place(records, media_url, found)
    else:
        described |= {"account": found.account, "purpose": found.purpose.value}
    versions = originals_of(records.stores.blobs, found.shop, found.id)
    described["originals"] = sorted(each.original_key for each in versions)
    return described


def _alternatives(records: StackRecords, address: OriginalAddress) -> tuple[Alternative, ...]:
    """The formats of an image's renditions: AVIF, a parameter of the stack, if one is stored."""
    stored = records.stores.blobs.public_keys(address.renditions_prefix)
    avif = any(key.endswith(_AVIF) for key in stored)
    return (Alternative.WEBP, Alternative.AVIF) if avif else (Alternative.WEBP,)


def _overridden(facts: ViewFacts) -> dict[str, Any]:
    values = {"label": facts.label, "sort": facts.sort, "excluded": facts.excluded}
    overridden = {name: value for name, value in values.items() if value is not None}
    return overridden | ({"removed": True} if facts.removed else {})


def stored_versions(stack: DeployedStack, shop: str, image: int) -> list[dict[str, Any]]:
    """All versions of an image's originals in the bucket, deleted ones included, newest first.

    Without the parameter `BackupDays`, the bucket keeps one version of each.
    """
    pages = stack.s3().get_paginator("list_object_versions")
    bucket, prefix = stack.outputs["OriginalsBucket"], f"{ORIGINALS}{shop}/{image}/"
    found: list[Any] = []
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        found += [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [
        {
            "key": each["Key"],
            "version": each["VersionId"],
            "stored": each["LastModified"].isoformat(timespec="seconds"),
            "bytes": each.get("Size"),
            "current": each["IsLatest"],
            "deleted": "Size" not in each,
        }
        for each in sorted(found, key=lambda each: each["LastModified"], reverse=True)
    ]


def _place(records: StackRecords, media_url: str, image: Image) -> dict[str, Any]:
    """Where an image of a product stands, its texts, and the URLs of its file names."""
    gallery = records.stores.galleries.gallery(image.shop, image.product)
    live = image.id in gallery
    names = records.stores.galleries.names_of(image.shop, image.id)
    return {
        "retired": not live,
        "position": gallery.positions[image.id] if live else None,
        "roles": sorted(gallery.roles_of(image.id)),
        "alt": image.alt,
        "translations": dict(image.texts.translations),
        "excluded": image.excluded,
        "views": {view: _overridden(facts) for view, facts in image.views.items()},
        "dropped": image.dropped or None,
        "version": image.version,
        "names": [public_url(media_url, named_key(image.shop, name)) for name in sorted(names)],
    }
