"""A local stack whose emulator was killed: its catalogue is made to agree with its objects.

Objects are stored at once, the table only every minute. So there can be originals that no record
knows, records whose originals were deleted since, and images whose bytes were replaced since.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.table_keys import library, parse_gallery, sort_key
from vitrine.clock import now
from vitrine.domain.errors import PictureRefusedError
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import RenditionState
from vitrine.domain.locations import original_address, parse_original_key
from vitrine.domain.rules import FILE_RULES
from vitrine.services.inspecting import inspect_upload
from vitrine.services.sources import at_hand
from vitrine_cli.local import emulator, table_copy
from vitrine_cli.operations import records, usage_check

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from vitrine.domain.images import Image
    from vitrine.domain.locations import OriginalAddress
    from vitrine.ports import Blobs
    from vitrine_cli.local.stacks import Stack
    from vitrine_cli.operations.records import StackRecords

_BATCH = 50
"""Records that one transaction deletes; it takes at most 100 items."""


@dataclass(slots=True)
class Recovery:
    """What was made of a stack that was killed.

    Attributes:
        killed: when it was last seen running.
        as_of: the time of the catalogue.
        originals: originals without a record, which were removed.
        records: records without an original, which were removed.
        replaced: images whose bytes were replaced after `as_of`, and which have the later bytes.
    """

    killed: datetime
    as_of: datetime
    originals: int = 0
    records: int = 0
    replaced: int = 0

    def __str__(self) -> str:
        """What happened, for the person who starts the stack again."""
        told = (
            f"The stack was killed at {_clock(self.killed)}; the catalogue is as of "
            f"{_clock(self.as_of)}. {_number(self.originals, 'original')} without a record and "
            f"{_number(self.records, 'record')} without an original were removed."
        )
        if self.replaced:
            told += f" The bytes of {_number(self.replaced, 'image')} are newer."
        return told


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
    by_image = _by_image(originals)
    known: set[str] = set()
    for product in products:
        known |= _reconcile_gallery(stored, shop, product, by_image, found)
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
    _skip_ids(stored, shop, orphans)
    blobs.remove_originals(orphans)  # last, because they name the ids to skip
    found.originals += len(orphans)
    recounted = usage_check.recount(stored, shop)
    if recounted.differing:
        usage_check.correct(stored, shop, recounted)


def _reconcile_gallery(
    stored: StackRecords,
    shop: str,
    product: str,
    originals: Mapping[int, Sequence[OriginalAddress]],
    found: Recovery,
) -> set[str]:
    """Make a gallery's head and records agree with the originals; return those that stay.

    The originals that an image's present bytes supersede stay until these have their renditions,
    as they always do: then the pipeline stores what outlives them, and deletes them.

    Args:
        stored: the stack's records and objects.
        shop: the shop's id.
        product: the product.
        originals: addresses of the shop's originals by image, the oldest first.
        found: counts what is removed or replaced.
    """
    galleries, blobs = stored.stores.galleries, stored.stores.blobs
    head, images = galleries.gallery_with_images(shop, product)
    kept: set[str] = set()
    whole: set[int] = set()
    removed: list[Image] = []
    for image in images.values():
        present = _with_stored_bytes(blobs, image, originals.get(image.id, ()))
        if present is None:
            removed.append(image)
            continue
        whole.add(image.id)
        if present != image:
            galleries.commit(GalleryChange(shop, product, head, head, changed=((image, present),)))
            found.replaced += 1
        address = original_address(present)
        older = [each for each in originals[image.id] if each.revision < address.revision]
        kept |= {each.original_key for each in (*older, address)}
        if older or present != image:
            blobs.announce_original(address.original_key)
    for start in range(0, len(removed), _BATCH):
        batch = tuple(removed[start : start + _BATCH])
        left = head.remove(*(each.id for each in batch if each.id in head))
        head = galleries.commit(GalleryChange(shop, product, head, left, removed=batch))
    found.records += len(removed)
    after = head.remove(*(image for image in head.sorts if image not in whole))
    for added in sorted(whole - set(head.sorts)):
        after = after.append(added)
    if after != head:
        galleries.commit(GalleryChange(shop, product, head, after))
    return kept


def _with_stored_bytes(
    blobs: Blobs, image: Image, originals: Sequence[OriginalAddress]
) -> Image | None:
    """An image with the bytes that are stored: its own, or else those that replaced them later.

    Args:
        blobs: originals.
        image: the image.
        originals: addresses of its originals, the oldest first.

    Returns:
        The image, changed or not; None if it has no bytes any more.
    """
    if original_address(image) in originals:
        return image
    later = [each for each in originals if each.revision > image.original.revision]
    if not later:
        return None
    newest = later[-1]
    source = at_hand(blobs.original(newest.original_key).data, newest.file_name)
    try:
        inspected = inspect_upload(source, FILE_RULES)
        inspected.check(images=0)
    except PictureRefusedError:  # not all of it was stored
        return None
    present = replace(
        image,
        original=inspected.original(newest.revision),
        name=None,  # a named picture never changes, as in `changing`
        renditions=RenditionState.PENDING,
        appearance=None,
        updated_at=now(),
        version=image.version + 1,
    )
    return present if original_address(present) == newest else None


def _skip_ids(stored: StackRecords, shop: str, orphans: Collection[str]) -> None:
    """Never give the ids of removed originals again: events about them can still arrive."""
    highest = max((each.image for each in _addresses(orphans)), default=0)
    last = stored.stores.galleries.next_image_id(shop)
    if highest > last:
        stored.stores.galleries.reserve_image_ids(shop, highest - last)


def _by_image(keys: Iterable[str]) -> dict[int, list[OriginalAddress]]:
    """The addresses of originals by image, the oldest first."""
    found: dict[int, list[OriginalAddress]] = defaultdict(list)
    for each in sorted(_addresses(keys), key=lambda address: address.revision):
        found[each.image].append(each)
    return found


def _addresses(keys: Iterable[str]) -> list[OriginalAddress]:
    return [address for key in keys if (address := parse_original_key(key)) is not None]


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}" if _is_today(moment) else f"{moment.astimezone():%c}"


def _is_today(moment: datetime) -> bool:
    return moment.astimezone().date() == datetime.now(UTC).astimezone().date()


def _number(count: int, name: str) -> str:
    return f"{count} {name}" + ("" if count == 1 else "s")
