"""Counters of a shop against its records and its objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from vitrine.adapters import counters
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.table import ConditionFailedError, milliseconds
from vitrine.clock import now
from vitrine.domain.locations import original_address, parse_original_key
from vitrine.domain.publication import Fate, fate_of, is_settled
from vitrine.domain.usage import usage_of
from vitrine.services.orphans import delete_if_orphaned
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_s3 import S3Client

    from vitrine.adapters.table import Item
    from vitrine.domain.images import Image
    from vitrine.domain.library import LibraryImage
    from vitrine.domain.locations import OriginalAddress
    from vitrine.domain.usage import Usage
    from vitrine_cli.operations.records import StackRecords

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ShopRecords:
    """All records of images of a shop."""

    live: tuple[Image, ...]
    kept: tuple[Image, ...]
    library: tuple[LibraryImage, ...]

    @property
    def usage(self) -> Usage:
        """What they add up to."""
        return usage_of(self.live, self.kept, self.library)

    @property
    def by_id(self) -> dict[int, Image | LibraryImage]:
        """All of them, by id."""
        images: dict[int, Image | LibraryImage] = {each.id: each for each in self.live}
        images |= {each.id: each for each in self.kept}
        return images | {each.id: each for each in self.library}


@dataclass(frozen=True, slots=True)
class Recount:
    """Counters compared with records, at a moment when no writer changed either.

    Attributes:
        records: the records.
        differing: values of counters that differ, by name: as counted, as recounted.
        exact: when the counters began to be exact, milliseconds since 1970; None if never.
    """

    records: ShopRecords
    differing: Mapping[str, tuple[int, int]]
    exact: int | None


@dataclass(slots=True)
class StoredObjects:
    """The objects under one prefix.

    Attributes:
        files: number of objects.
        bytes: their size, bytes.
    """

    files: int = 0
    bytes: int = 0


@dataclass(slots=True)
class ObjectCheck:
    """The objects of a shop compared with its records.

    Attributes:
        originals: all originals.
        public: public pictures, except for the library's.
        imports: the import folder.
        orphans: originals that no record knows, older than an hour.
        missing: keys of originals that records name and that are not stored.
    """

    originals: StoredObjects = field(default_factory=StoredObjects)
    public: StoredObjects = field(default_factory=StoredObjects)
    imports: StoredObjects = field(default_factory=StoredObjects)
    orphans: list[OriginalAddress] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def products_of(records: StackRecords, shop: str) -> Iterator[str]:
    """All products of a shop that have images, in the order of text."""
    after, more = "", True
    while more:
        page = records.stores.galleries.products(shop, after=after)
        yield from page.products
        more = page.more and bool(page.products)
        after = page.products[-1] if page.products else ""


def require_indexed(records: StackRecords, shop: str) -> None:
    """Refuse a shop whose products are not all in the index.

    Raises:
        FailureError: it is one.
    """
    if not records.shops.is_indexed(shop):
        raise FailureError(
            f"Shop '{shop}' was created by an earlier version: run 'vitrine shop reindex' first."
        )


def recount(records: StackRecords, shop: str) -> Recount:
    """Compare the counters of a shop with its records.

    The index of products is a second late. So a walk over the records counts when it found as many
    images as the counter has, which is right since the shop's first image, or when two walks agree.

    Raises:
        FailureError: the shop is not indexed, or it was changed during every attempt.
    """
    require_indexed(records, shop)
    earlier = None
    for _ in range(_ATTEMPTS):
        before = _counters(records, shop)
        found = _records(records, shop)
        counted = counters.totals(_counters(records, shop))
        quiet = _counters(records, shop) == before
        if quiet and (len(found.live) == counted["images"] or found == earlier):
            return Recount(found, _differing(counted, found.usage), _exact(before))
        earlier = found
    raise FailureError(f"Shop '{shop}' is being changed; run the command again later.")


def correct(records: StackRecords, shop: str, recounted: Recount) -> None:
    """Correct the counters by what a recount found; changes since then stay counted.

    Raises:
        FailureError: another recount was quicker.
    """
    growth = {name: right - wrong for name, (wrong, right) in recounted.differing.items()}
    update = counters.correction(growth, recounted.exact, milliseconds(now()))
    try:
        records.table.update(f"SHOP#{shop}", f"{counters.PREFIX}0", **update)
    except ConditionFailedError:
        raise FailureError(f"The counters of shop '{shop}' were corrected meanwhile.") from None


def check_objects(
    s3: S3Client, outputs: Mapping[str, str], shop: str, found: ShopRecords
) -> ObjectCheck:
    """Compare the objects of a shop with its records, by listing the buckets.

    Args:
        s3: a client of the buckets.
        outputs: the stack's outputs.
        shop: the shop's id.
        found: the shop's records, read before.
    """
    check, known, stored = ObjectCheck(), found.by_id, set()
    for key, size, settled in _listed(s3, outputs["OriginalsBucket"], f"originals/{shop}/"):
        stored.add(key)
        check.originals.files += 1
        check.originals.bytes += size
        address = parse_original_key(key)
        if address and settled and fate_of(address, known.get(address.image)) is Fate.DELETED:
            check.orphans.append(address)
    for stock, bucket, prefix in (
        (check.public, "MediaBucket", f"media/{shop}/"),
        (check.imports, "OriginalsBucket", f"import/{shop}/"),
    ):
        for _, size, _ in _listed(s3, outputs[bucket], prefix):
            stock.files += 1
            stock.bytes += size
    expected = (original_address(each).original_key for each in known.values())
    check.missing = sorted(key for key in expected if key not in stored)
    return check


def delete_orphans(records: StackRecords, orphans: list[OriginalAddress]) -> int:
    """Delete originals that no record knows, after another look at each; return their number."""
    fates = [delete_if_orphaned(records.stores, each, now()) for each in orphans]
    return sum(fate is Fate.DELETED for fate in fates)


def _listed(s3: S3Client, bucket: str, prefix: str) -> Iterator[tuple[str, int, bool]]:
    """Key and size of each object, and whether no request can still commit its record."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", []):
            yield each["Key"], each["Size"], is_settled(each["LastModified"], now())


def _records(records: StackRecords, shop: str) -> ShopRecords:
    live: list[Image] = []
    for product in products_of(records, shop):
        _, images = records.stores.galleries.gallery_with_images(shop, product)
        live += images.values()
    later = now() + timedelta(days=1)
    return ShopRecords(
        tuple(live),
        tuple(records.stores.galleries.retired_before(shop, later)),
        tuple(DynamoLibrary(records.table).images(shop)),
    )


def _counters(records: StackRecords, shop: str) -> list[Item]:
    return list(records.table.query(f"SHOP#{shop}", counters.PREFIX))


def _differing(counted: Mapping[str, int], usage: Usage) -> dict[str, tuple[int, int]]:
    right = counters.counters_of(usage)
    names = sorted({*counted, *right} - {counters.CHANGES})
    pairs = {name: (counted.get(name, 0), right.get(name, 0)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _exact(items: list[Item]) -> int | None:
    return next((int(item[counters.EXACT]) for item in items if counters.EXACT in item), None)
