"""A local stack whose emulator was killed: its catalogue is made to agree with its objects.

Objects are stored at once, the table only every minute. So there can be originals that no record
knows, and records whose originals were deleted since. The copy of the table can hold an import's
record without its image, as both were written while it was read: a file whose image was lost can be
imported again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.table_keys import library, parse_gallery, sort_key
from vitrine.clock import now
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.locations import original_address, parse_original_key
from vitrine_cli.local import emulator, table_copy
from vitrine_cli.operations import records, usage_check

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from vitrine.domain.locations import OriginalAddress
    from vitrine_cli.local.stacks import Stack
    from vitrine_cli.operations.records import StackRecords


@dataclass(slots=True)
class Recovery:
    """What was made of a stack that was killed.

    Attributes:
        killed: when it was last seen running.
        as_of: the time of the catalogue.
        originals: originals without a record, which were removed.
        records: records without an original, which were removed.
    """

    killed: datetime
    as_of: datetime
    originals: int = 0
    records: int = 0

    def __str__(self) -> str:
        """What happened, for the person who starts the stack again."""
        return (
            f"The stack was killed at {_clock(self.killed)}; the catalogue is as of "
            f"{_clock(self.as_of)}. {_number(self.originals, 'original')} without a record and "
            f"{_number(self.records, 'record')} without an original were removed."
        )


def recover(stack: Stack, *, again: bool = False) -> Recovery:
    """Load the last copy of the table, and remove what does not belong together. Idempotent.

    A copy that is older than the state that the emulator stored is not loaded, unless this is done
    again: an interrupted start may have stored a state in which the copy was loaded in part.

    The emulator must run, and nothing else that writes.

    Args:
        stack: the stack.
        again: whether an earlier start was interrupted before the catalogue was repaired.
    """
    folder = stack.folder
    storage = stack.storage
    copied, saved = table_copy.copied_at(folder), emulator.saved_at(folder)
    if copied is not None and (again or saved is None or copied > saved):
        storage.restore(folder / table_copy.FILE)
    as_of = max((each for each in (copied, saved) if each), default=now())
    found = Recovery(max(stack.last_seen or as_of, as_of), as_of)
    stored = records.local(stack)
    galleries = [each for pk in storage.partitions() if (each := parse_gallery(pk)) is not None]
    for shop in stored.shops.listed_shops():
        if not stored.shops.is_closing(shop):
            products = [product for owner, product in galleries if owner == shop]
            reconcile(stored, shop, products, found)
    return found


def reconcile(stored: StackRecords, shop: str, products: Sequence[str], found: Recovery) -> None:
    """Make heads, records, counters and originals of a shop name the same images. Idempotent.

    Nothing else may write meanwhile.

    Args:
        stored: the stack's records and objects.
        shop: the shop's id.
        products: all of its products that have a gallery.
        found: counts what is removed.
    """
    galleries, blobs = stored.stores.galleries, stored.stores.blobs
    originals = set(blobs.shop_keys(shop))
    known: set[str] = set()
    for product in products:
        known |= _reconcile_gallery(stored, shop, product, originals, found)
    for retired in [*galleries.retired_before(shop, now() + timedelta(days=1))]:
        key = original_address(retired).original_key
        if key in originals:
            known.add(key)
        else:
            galleries.forget_retired(retired)
            found.records += 1
    for image in [*DynamoLibrary(stored.table).images(shop)]:
        key = original_address(image).original_key
        if key in originals:
            known.add(key)
        else:
            stored.table.delete(library(shop), sort_key(image.id))
            found.records += 1
    orphans = sorted(originals - known)
    lost = _skip_ids(stored, shop, orphans) - {each.image for each in _addresses(known)}
    DynamoImports(stored.table).forget(shop, lost)
    blobs.remove_originals(orphans)  # last, because they name what the other two have to do
    found.originals += len(orphans)
    recounted = usage_check.recount(stored, shop)
    if recounted.differing:
        usage_check.correct(stored, shop, recounted)


def _reconcile_gallery(
    stored: StackRecords, shop: str, product: str, originals: set[str], found: Recovery
) -> set[str]:
    """Make a gallery's head and records agree with the originals; return those it names."""
    galleries = stored.stores.galleries
    before, images = galleries.gallery_with_images(shop, product)
    keys = {each.id: original_address(each).original_key for each in images.values()}
    whole = {image for image, key in keys.items() if key in originals}
    after = before.remove(*(image for image in before.sorts if image not in whole))
    for image in sorted(whole - set(before.sorts)):  # committed while the copy was being written
        after = after.append(image)
    removed = tuple(each for each in images.values() if each.id not in whole)
    if after != before or removed:
        galleries.commit(GalleryChange(shop, product, before, after, removed=removed))
    found.records += len(removed)
    return {keys[image] for image in whole}


def _skip_ids(stored: StackRecords, shop: str, orphans: Collection[str]) -> set[int]:
    """Never give the ids of removed originals again: events about them can still arrive.

    Returns:
        These ids.
    """
    ids = {each.image for each in _addresses(orphans)}
    highest = max(ids, default=0)
    last = stored.stores.galleries.next_image_id(shop)
    if highest > last:
        stored.stores.galleries.reserve_image_ids(shop, highest - last)
    return ids


def _addresses(keys: Iterable[str]) -> list[OriginalAddress]:
    return [address for key in keys if (address := parse_original_key(key)) is not None]


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}" if _is_today(moment) else f"{moment.astimezone():%c}"


def _is_today(moment: datetime) -> bool:
    return moment.astimezone().date() == datetime.now(UTC).astimezone().date()


def _number(count: int, name: str) -> str:
    return f"{count} {name}" + ("" if count == 1 else "s")
