"""Changing an image: place, role, texts and bytes in one transaction; no write if nothing differs.

New bytes get a new revision and with it new keys. The old original stays until the renditions of
the new one are stored (`vitrine.services.rendering`), so that no client finds an image without
pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, RenditionState
from vitrine.domain.imports import Arrival, Import
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName
from vitrine.domain.rules import PictureRules
from vitrine.services.catalogue import Catalogue, retry_on_conflict
from vitrine.services.naming import NameChoice, WantedName
from vitrine.services.settling import refuse_settled

if TYPE_CHECKING:
    from vitrine.services.inspecting import InspectedUpload
    from vitrine.services.sources import Source


def _same_gallery(gallery: Gallery, _image: int) -> Gallery:
    return gallery


def _same_record(image: Image) -> Image:
    return image


def _no_name(_image: Image) -> WantedName | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A requested change. What it leaves out stays as it is.

    Attributes:
        place: moves the image, given by its id, in its gallery.
        role: assigns the thumbnail role to the image, given by its id, or removes it.
        edit: changes the other fields of the record.
        source: new bytes; None to keep the present ones.
        rename: the requested file name, from the present record; None to keep the present name.
        names: whether the request contains a file name, even the current one; repeating a name
            publishes it again if an earlier attempt failed.
        arranges: whether the request contains a place or a role, even the current one; dropped
            files are then placed independently of the image.
        arrival: the file that arrived in storage and brings the new bytes. The same transaction
            settles it.
    """

    place: Callable[[Gallery, int], Gallery] = _same_gallery
    role: Callable[[Gallery, int], Gallery] = _same_gallery
    edit: Callable[[Image], Image] = _same_record
    source: Source | InspectedUpload | None = None
    rename: Callable[[Image], WantedName | None] = _no_name
    names: bool = False
    arranges: bool = False
    arrival: Arrival | None = None


def change_image(
    catalogue: Catalogue, found: GalleryEntry, change: Change, rules: PictureRules
) -> GalleryEntry:
    """Change an image as it was `found`, or as other writers have left it since.

    `updated_at` changes with bytes, texts and requested place, not with roles (contract:
    tiendanube §3).

    Args:
        catalogue: the shop's.
        found: the image and its gallery, as read.
        change: the requested change.
        rules: the rules that new bytes must fulfil.

    Raises:
        ImageNotFoundError: another request has removed the image.
        PictureRefusedError: the new picture breaks rules; all of them are named.
        DownloadError, ImportMissingError: the source has no picture.
        ImportSettledError: another request has settled the arrival meanwhile.
        ConflictError: other writers won every attempt.
    """
    inspected = None
    if change.source is not None:
        from vitrine.services.inspecting import inspect_upload  # Pillow: not for texts alone

        inspected = inspect_upload(change.source, rules, Gallery())
        inspected.check(images=0)  # the gallery does not grow
    update = _Update(catalogue, change, inspected, found)
    try:
        changed = retry_on_conflict(update.attempt, catalogue.retry)
    except ImageNotFoundError:
        # No request can commit these bytes any more. After other failures a retry with the same
        # bytes might, so they stay until the image's next renditions are complete.
        catalogue.stores.blobs.remove_originals(sorted(update.stored))
        raise
    pending = changed.image.renditions is RenditionState.PENDING
    if change.names and pending and not inspected:
        _publish_name(catalogue, changed.image)
    return changed


@dataclass(slots=True)
class _Update:
    """The commit of one change, attempted until no other writer interferes.

    Attributes:
        catalogue: the shop's.
        change: the requested change.
        inspected: the new bytes; None to keep the present ones.
        found: the image as the caller read it.
        stored: keys of originals that attempts have stored.
    """

    catalogue: Catalogue
    change: Change
    inspected: InspectedUpload | None
    found: GalleryEntry
    stored: set[str] = field(default_factory=set)
    _names: NameChoice = field(init=False)
    _attempts: int = 0

    def __post_init__(self) -> None:
        self._names = NameChoice(self.catalogue)

    def attempt(self) -> GalleryEntry:
        """Read the image again unless this is the first attempt, then change and commit it."""
        arrival, now = self.change.arrival, self.found
        if self._attempts:
            refuse_settled(self.catalogue, arrival)
            now = _read(self.catalogue, now.image)
        self._attempts += 1
        name = self._names.choose(self.change.rename(now.image))
        wanted = self._changed(now, name)
        key = original_address(wanted.image).original_key
        if self.inspected and key not in self.stored:
            self.stored.add(self.inspected.store(self.catalogue.stores.blobs, wanted.image))
        if wanted == now:
            return now
        image = now.image
        gallery = self.catalogue.stores.galleries.commit(
            GalleryChange(
                image.shop,
                image.product,
                now.gallery,
                wanted.gallery,
                changed=((image, wanted.image),) if wanted.image != image else (),
                named=(name, image.id) if name else None,
                imported=Import(arrival, wanted.image.updated_at, image.id) if arrival else None,
                invalidates=self.catalogue.shop.invalidates_cdn,
            )
        )
        return GalleryEntry(gallery, wanted.image)

    def _changed(self, now: GalleryEntry, name: FileName | None) -> GalleryEntry:
        """The image as this attempt wants it."""
        image, change, inspected = now.image, self.change, self.inspected
        moved = change.place(now.gallery, image.id)
        wanted = change.edit(image)
        if name or inspected:
            # A named picture never changes, so new bytes lose the name of the old ones.
            wanted = replace(wanted, name=name, renditions=RenditionState.PENDING)
        if inspected:
            original = inspected.original(image.original.revision + 1)
            wanted = replace(wanted, original=original, appearance=None)
        if change.arranges:
            wanted = replace(wanted, dropped="")
        touched = inspected or wanted.texts != image.texts or moved.sorts != now.gallery.sorts
        if touched:
            wanted = replace(wanted, updated_at=self.catalogue.clock())
        if touched or wanted != image:
            wanted = replace(wanted, version=image.version + 1)
        return GalleryEntry(change.role(moved, image.id), wanted)


def _publish_name(catalogue: Catalogue, image: Image) -> None:
    """Have the picture stored under its new name, by sending the event of its original again.

    Sending it stores the original once more, which can bring back an original that is deleted at
    the same moment. Reading the record afterwards finds that out.
    """
    key, stores = original_address(image).original_key, catalogue.stores
    stores.blobs.announce_original(key)
    if stores.record_of(image.shop, image.id, image.product) is None:
        stores.blobs.remove_originals([key])


def _read(catalogue: Catalogue, image: Image) -> GalleryEntry:
    gallery, found = catalogue.stores.galleries.gallery_with_image(
        image.shop, image.product, image.id
    )
    if found is None or image.id not in gallery:
        raise ImageNotFoundError(image.id)
    return GalleryEntry(gallery, found)
