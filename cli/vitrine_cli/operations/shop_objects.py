"""All objects of a shop in the buckets, with all their versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitrine.adapters.library import DynamoLibrary
from vitrine.domain.imports import FOLDER, UPLOADS
from vitrine.domain.locations import (
    ORIGINALS,
    PUBLIC,
    LibraryAddress,
    original_address,
    parse_original_key,
)
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_s3 import S3Client

    from vitrine_cli.operations.records import StackRecords

_BATCH = 1000  # keys per DeleteObjects


@dataclass(frozen=True, slots=True)
class Prefix:
    """A part of a bucket.

    Attributes:
        bucket: name of the bucket.
        prefix: the beginning of its keys; ends with `/`.
    """

    bucket: str
    prefix: str


def prefixes_of(
    outputs: Mapping[str, str], shop: str, *, keep_import: bool
) -> dict[str, list[Prefix]]:
    """Where the objects of a shop are, by what they are, without its library's pictures.

    Args:
        outputs: the stack's outputs.
        shop: the shop's id.
        keep_import: leave out the import folder.
    """
    originals, media = outputs["OriginalsBucket"], outputs["MediaBucket"]
    found = {
        "originals": [Prefix(originals, f"{ORIGINALS}{shop}/")],
        "import_files": [Prefix(originals, f"{UPLOADS}{shop}/")],
        "public_pictures": [Prefix(media, f"{PUBLIC}{shop}/")],
    }
    if not keep_import:
        found["import_files"].append(Prefix(originals, f"{FOLDER}{shop}/"))
    return found


def library_folders(client: S3Client, bucket: str, records: StackRecords, shop: str) -> set[str]:
    """Prefixes of the public pictures of a shop's library images, which no other shop shares.

    An account can belong to several shops. If another one has an image with the same id and the
    same bytes, both have the same URLs, and the pictures stay.

    Args:
        client: a client of the buckets.
        bucket: the bucket of originals.
        records: records of the stack.
        shop: the shop's id.
    """
    addresses = {original_address(each) for each in DynamoLibrary(records.table).images(shop)}
    for each in versions(client, Prefix(bucket, f"{ORIGINALS}{shop}/")):
        if (address := parse_original_key(each["Key"])) is not None:
            addresses.add(address)
    return {
        each.renditions_prefix
        for each in addresses
        if isinstance(each, LibraryAddress) and not _is_shared(records, each)
    }


def _is_shared(records: StackRecords, address: LibraryAddress) -> bool:
    library = DynamoLibrary(records.table)
    others = set(records.shops.shops_of_account(address.account)) - {address.shop}
    images = [library.image(other, address.image) for other in others]
    folders = {original_address(each).renditions_prefix for each in images if each}
    return address.renditions_prefix in folders


def versions(client: S3Client, where: Prefix) -> Iterator[dict[str, Any]]:
    """Every version and delete marker under a prefix."""
    pages = client.get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=where.bucket, Prefix=where.prefix):
        yield from page.get("Versions", [])  # type: ignore[misc]
        yield from page.get("DeleteMarkers", [])  # type: ignore[misc]


@dataclass(slots=True)
class DeletedVersions:
    """What was deleted.

    Attributes:
        files: current objects.
        older: older versions and delete markers.
    """

    files: int = 0
    older: int = 0


def delete_versions(client: S3Client, where: Prefix) -> Iterator[DeletedVersions]:
    """Delete every version and delete marker under a prefix, and yield each deleted batch.

    Raises:
        FailureError: S3 refuses some of them.
    """
    deleted, batch = DeletedVersions(), list[dict[str, Any]]()
    for each in versions(client, where):
        batch.append({"Key": each["Key"], "VersionId": each["VersionId"]})
        current = each["IsLatest"] and "Size" in each  # a delete marker has no size
        deleted.files += current
        deleted.older += not current
        if len(batch) == _BATCH:
            _delete(client, where.bucket, batch)
            yield deleted
            deleted, batch = DeletedVersions(), []
    if batch:
        _delete(client, where.bucket, batch)
        yield deleted


def _delete(client: S3Client, bucket: str, batch: list[dict[str, Any]]) -> None:
    wanted: Any = {"Objects": batch, "Quiet": True}
    failed = client.delete_objects(Bucket=bucket, Delete=wanted).get("Errors")
    if failed:
        raise FailureError(f"S3 keeps {len(failed)} objects in {bucket}: {failed[0]}")
