"""A shop's originals with all that is recorded of them, as files that can be imported again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from vitrine.adapters.library import DynamoLibrary
from vitrine.clock import now
from vitrine.domain.errors import OriginalMissingError
from vitrine.domain.gallery import entries_of
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import original_address
from vitrine.domain.shops import product_key
from vitrine_cli.operations.export_rows import Exported, columns, image_row, product_rows
from vitrine_cli.operations.export_targets import DESCRIPTION, FORMAT
from vitrine_cli.operations.shop_settings import store_views
from vitrine_cli.operations.usage_check import products_of, require_indexed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from vitrine.domain.shops import Shop
    from vitrine_cli.operations.export_targets import Target
    from vitrine_cli.operations.records import StackRecords

_IN_MEMORY = 2**24
"""Bytes of a table in memory; a longer one is a temporary file."""
_ATTEMPTS = 3
_BLOCK = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Selection:
    """Which images to export.

    Attributes:
        product: the only product, in any case; None for all, and for the library.
        since: only images created at this moment, UTC, or later; None for all.
        retired: also retired (soft-deleted) images.
    """

    product: str | None = None
    since: datetime | None = None
    retired: bool = False

    def __contains__(self, image: Image | LibraryImage) -> bool:
        wanted = self.product is None or (
            isinstance(image, Image) and image.product == product_key(self.product)
        )
        return wanted and (self.since is None or image.created_at >= self.since)


class Outcome(Enum):
    """What became of one image."""

    WRITTEN = "written"
    PRESENT = "present"
    DELETED = "deleted"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(slots=True)
class Export:
    """What an export contains.

    Attributes:
        images: number of gallery images.
        library: number of library images.
        retired: number of retired images.
        bytes: size of their originals.
        written: number of originals that were written; the others were there already.
        deleted: number of images that were deleted during the export, which are left out.
        missing: ids of images whose originals are not stored; left out.
        damaged: ids of images whose originals do not have their recorded SHA-256; left out.
        others: files in the target that belong to no image of this export.
    """

    images: int = 0
    library: int = 0
    retired: int = 0
    bytes: int = 0
    written: int = 0
    deleted: int = 0
    missing: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def count(self, exported: Exported, outcome: Outcome) -> bool:
        """Count an image; whether the export contains it."""
        image = exported.image
        match outcome:
            case Outcome.DELETED:
                self.deleted += 1
                return False
            case Outcome.MISSING:
                self.missing.append(image.id)
                return False
            case Outcome.DAMAGED:
                self.damaged.append(image.id)
                return False
        self.written += outcome is Outcome.WRITTEN
        self.bytes += image.original.size
        if isinstance(image, LibraryImage):
            self.library += 1
        elif exported.gallery is None:
            self.retired += 1
        else:
            self.images += 1
        return True


def description(shop: Shop, selection: Selection) -> dict[str, Any]:
    """The beginning of `vitrine.json`: shop and selection."""
    since = selection.since
    return {
        "format": FORMAT,
        "shop": shop.id,
        "selection": {
            "product": selection.product and product_key(selection.product),
            "since": since and since.isoformat(),
            "retired": selection.retired,
        },
    }


def export(
    records: StackRecords,
    media_url: str,
    shop: Shop,
    selection: Selection,
    target: Target,
    at_once: int = 4,
    advance: Callable[[], None] = lambda: None,
) -> Export:
    """Store originals and tables of a shop in a target. A repeated call completes an earlier one.

    Args:
        records: records of the stack.
        media_url: base URL of public pictures.
        shop: the shop.
        selection: which images.
        target: where to.
        at_once: the most originals in memory.
        advance: called after each image.

    Raises:
        FailureError: the index of the shop's products is not complete.
    """
    require_indexed(records, shop.id)
    views = store_views(shop)
    result, paths, used = Export(), set[str](), set[str]()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as rows:
        found = _images(records, shop.id, selection)
        for exported, outcome in _stored(records, target, found, at_once):
            advance()
            if result.count(exported, outcome):
                cells = image_row(exported, media_url, views)
                paths.add(exported.path)
                used |= cells.keys()
                rows.write(json.dumps(cells) + "\n")
        rows.seek(0)
        names = columns(used)
        lines = ([json.loads(row).get(name, "") for name in names] for row in rows)
        digests = {"images.csv": _write_table(target, "images.csv", _with_header(names, lines))}
    products = records.shops.products(shop.id)
    if selection.product is not None:
        only = product_key(selection.product)
        products = {only: products[only]} if only in products else {}
    digests["products.csv"] = _write_table(target, "products.csv", product_rows(products))
    _write_description(target, shop, selection, result, digests)
    result.others = target.others(paths)
    return result


def _images(records: StackRecords, shop: str, selection: Selection) -> Iterator[Exported]:
    """The selected images: product by product in order, then retired ones, then the library."""
    only = selection.product
    for product in [product_key(only)] if only else products_of(records, shop):
        gallery, images = records.stores.galleries.gallery_with_images(shop, product)
        for entry in entries_of(gallery, images):
            if entry.image in selection:
                yield Exported(entry.image, gallery)
    if selection.retired:
        for image in records.stores.galleries.retired_before(shop, now()):
            if image in selection:
                yield Exported(image)
    for shelved in DynamoLibrary(records.table).images(shop):
        if shelved in selection:
            yield Exported(shelved)


def _stored(
    records: StackRecords, target: Target, images: Iterable[Exported], at_once: int
) -> Iterator[tuple[Exported, Outcome]]:
    """Store originals, several at a time, and tell in the given order what became of each."""
    under_way: deque[Future[tuple[Exported, Outcome]]] = deque()
    pool = ThreadPoolExecutor(at_once)
    try:
        for each in images:
            under_way.append(pool.submit(_store, records, target, each))
            if len(under_way) > 2 * at_once:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _store(records: StackRecords, target: Target, exported: Exported) -> tuple[Exported, Outcome]:
    """Store one original; a replaced image is read again, a deleted one is left out."""
    for _ in range(_ATTEMPTS):
        image = exported.image
        if target.holds(exported.path, image.original.digest):
            return exported, Outcome.PRESENT
        try:
            data = records.stores.blobs.original(original_address(image).original_key).data
        except OriginalMissingError:
            product = image.product if isinstance(image, Image) else ""
            again = records.stores.record_of(image.shop, image.id, product)
            if again is None:
                return exported, Outcome.DELETED
            if original_address(again) == original_address(image):
                break
            exported = replace(exported, image=again)
            continue
        if hashlib.sha256(data).hexdigest() != image.original.digest:
            return exported, Outcome.DAMAGED
        target.write(exported.path, io.BytesIO(data))
        return exported, Outcome.WRITTEN
    return exported, Outcome.MISSING


def _with_header(names: list[str], lines: Iterable[list[str]]) -> Iterator[list[str]]:
    yield names
    yield from lines


def _write_table(target: Target, path: str, lines: Iterable[list[str]]) -> str:
    """Store a CSV file, UTF-8; return its SHA-256."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        csv.writer(text).writerows(lines)  # RFC 4180, which quotes line breaks of both kinds
        text.detach()
        digest = hashlib.sha256()
        file.seek(0)
        while block := file.read(_BLOCK):
            digest.update(block)
        file.seek(0)
        target.write(path, file)
    return digest.hexdigest()


def _write_description(
    target: Target, shop: Shop, selection: Selection, result: Export, digests: dict[str, str]
) -> None:
    """Store `vitrine.json`, the last file of an export."""
    counts = {"images": result.images, "library": result.library, "retired": result.retired}
    whole = {
        **description(shop, selection),
        "complete": not (result.missing or result.damaged),
        "exported_at": now().isoformat(timespec="seconds"),
        "products": shop.products.value,
        "settings": dict(sorted(shop.settings.items())),
        "counts": {**counts, "bytes": result.bytes},
        "sha256": digests,
    }
    data = json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"
    target.write(DESCRIPTION, io.BytesIO(data))
