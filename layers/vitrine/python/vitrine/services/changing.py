"""Changing an image: place, role, texts and bytes in one commit, and nothing when nothing differs.

New bytes get a new revision, and with it new keys. The old original stays until the renditions of
the new one are stored (`vitrine.services.rendering`), so that no reader finds an image without
pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, RenditionState
from vitrine.domain.locations import original_address
from vitrine.domain.names import FileName
from vitrine.domain.rules import PictureRules
from vitrine.services.catalogue import Catalogue, retry_on_conflict
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.naming import WantedName, choose
from vitrine.services.sources import Source


def _same(gallery: Gallery, _image: int) -> Gallery:
    return gallery


def _as_it_is(image: Image) -> Image:
    return image


def _no_name(_image: Image) -> WantedName | None:
    return None


@dataclass(frozen=True, slots=True)
class Change:
    """What a caller wants to be different. What it leaves out stays.

    Attributes:
        place: puts the image, given by its id, elsewhere in its gallery.
        role: gives the image, given by its id, the thumbnail's role or takes it.
        edit: the record as it is to be, but for what the others say.
        source: new bytes; None to keep those it has.
        rename: the file name it is to get, from the image as it is; None to keep the one it has.
        names: whether a file name is asked for, be it the one it has: one that a failure kept from
            becoming public then does.
    """

    place: Callable[[Gallery, int], Gallery] = _same
    role: Callable[[Gallery, int], Gallery] = _same
    edit: Callable[[Image], Image] = _as_it_is
    source: Source | InspectedUpload | None = None
    rename: Callable[[Image], WantedName | None] = _no_name
    names: bool = False


def change_image(
    catalogue: Catalogue, found: GalleryEntry, change: Change, rules: PictureRules
) -> GalleryEntry:
    """Change an image as it was `found`, or as others have left it since.

    `updated_at` moves with bytes, texts and asked-for place, not with roles (contract:
    tiendanube §3).

    Raises:
        ImageNotFoundError: it has been removed meanwhile.
        PictureRefusedError: the new picture breaks rules; all of them are named.
        DownloadError, ImportMissingError: the source has nothing.
        ConflictError: other writers won every time.
    """
    inspected = None
    if change.source is not None:
        inspected = inspect_upload(change.source, rules, Gallery())
        inspected.check(images=0)  # the gallery does not grow
    image = found.image
    seen, stored = [found], set[str]()
    chosen: list[FileName] = []

    def attempt() -> GalleryEntry:
        now = seen.pop() if seen else _read(catalogue, image)
        wanted_name = change.rename(now.image)
        name = choose(catalogue, wanted_name, chosen) if wanted_name else None
        wanted = _changed(catalogue, now, change, inspected, name)
        if inspected and original_address(wanted.image).original_key not in stored:
            stored.add(inspected.store(catalogue.stores.blobs, wanted.image))
        if wanted == now:
            return now
        return GalleryEntry(
            catalogue.stores.galleries.commit(
                GalleryChange(
                    catalogue.shop.id,
                    image.product,
                    now.gallery,
                    wanted.gallery,
                    changed=((now.image, wanted.image),) if wanted.image != now.image else (),
                    named=(name, image.id) if name else None,
                )
            ),
            wanted.image,
        )

    try:
        changed = retry_on_conflict(attempt, catalogue.retry)
    except ImageNotFoundError:
        # Nobody can commit these bytes any more. After other failures somebody might, who sends
        # the same ones: they stay, and go when the image's next renditions are complete.
        catalogue.stores.blobs.remove_originals(sorted(stored))
        raise
    pending = changed.image.renditions is RenditionState.PENDING
    if change.names and pending and not inspected:
        _announce(catalogue, changed.image)
    return changed


def _announce(catalogue: Catalogue, image: Image) -> None:
    """Let the picture become public under its new name, by the storage event of its original.

    Storing an original once more would bring back one that is removed at the same moment.
    """
    key = original_address(image).original_key
    catalogue.stores.blobs.announce_original(key)
    galleries, shop = catalogue.stores.galleries, catalogue.shop.id
    if galleries.image(shop, image.product, image.id) or galleries.retired(shop, image.id):
        return
    catalogue.stores.blobs.remove_originals([key])


def _read(catalogue: Catalogue, image: Image) -> GalleryEntry:
    gallery, found = catalogue.stores.galleries.gallery_with_image(
        catalogue.shop.id, image.product, image.id
    )
    if found is None or image.id not in gallery:
        raise ImageNotFoundError(image.id)
    return GalleryEntry(gallery, found)


def _changed(
    catalogue: Catalogue,
    now: GalleryEntry,
    change: Change,
    inspected: InspectedUpload | None,
    name: FileName | None,
) -> GalleryEntry:
    image = now.image
    moved = change.place(now.gallery, image.id)
    wanted = change.edit(image)
    if (
        name or inspected
    ):  # a name's public picture never changes: new bytes do without the old name
        wanted = replace(wanted, name=name, renditions=RenditionState.PENDING)
    if inspected:
        original = inspected.original(image.original.revision + 1)
        wanted = replace(wanted, original=original, appearance=None)
    touched = inspected or wanted.texts != image.texts or moved.sorts != now.gallery.sorts
    if touched:
        wanted = replace(wanted, updated_at=catalogue.clock())
    if touched or wanted != image:
        wanted = replace(wanted, version=image.version + 1)
    return GalleryEntry(change.role(moved, image.id), wanted)
