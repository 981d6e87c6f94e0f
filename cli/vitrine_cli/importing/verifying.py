"""Comparing a shop with what was imported into it: number, order, bytes, texts, roles, views."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vitrine.domain.gallery import Gallery
from vitrine_cli.importing.ledger import DONE, State
from vitrine_cli.importing.source import LIBRARY

if TYPE_CHECKING:
    from vitrine.domain.images import Image
    from vitrine.domain.library import LibraryImage
    from vitrine_cli.importing.ledger import Entry, Ledger
    from vitrine_cli.importing.storing import Shelf


ABSENT = "image"
"""What differs if an image is not in the shop any more."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was at the source.

    Attributes:
        product: key of the product.
        image: id of the image at the source; empty for the product itself.
        what: what differs.
        source: its value at the source.
        here: its value here.
    """

    product: str
    image: str
    what: str
    source: str
    here: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a comparison has found.

    Attributes:
        differences: lines of `differs.csv`.
        absent: those of them that name an image which is not in the shop any more.
        pending: images that are here, and whose renditions are not stored.
        images: images of the last list that are imported, and were compared.
        undone: images of that list that are not.
        source: the source: a path, or the part of the images' paths that names a platform's store.
    """

    differences: int
    absent: int
    pending: int
    images: int
    undone: int
    source: str


def verify(
    ledger: Ledger, shelf: Shelf, here: Callable[[Image | LibraryImage], None] = lambda _: None
) -> Iterator[Difference]:
    """All differences between the present list and the shop. Equal images become `verified`.

    Args:
        ledger: the import.
        shelf: the shop.
        here: called with each image that is in the shop.
    """
    for product in ledger.products():
        entries = [each for each in ledger.entries(product.name) if each.is_current]
        done = [each for each in entries if each.state in DONE]
        if not done:
            continue
        if product.name == LIBRARY:
            for entry in done:
                yield from _noted(entry, list(_library_image(entry, shelf, here)), ledger)
            continue
        key = shelf.catalogue.product(product.name)
        gallery, images = shelf.catalogue.stores.galleries.gallery_with_images(
            shelf.catalogue.shop.id, key
        )
        yield from _order(product.name, done, gallery)
        for entry in done:
            image = None if entry.image is None else images.get(entry.image)
            if image is not None:
                here(image)
            yield from _noted(entry, list(_image(entry, gallery, image, shelf)), ledger)


def _noted(entry: Entry, found: list[Difference], ledger: Ledger) -> list[Difference]:
    """The differences of an image, whose state they decide."""
    state = State.STORED if found else State.VERIFIED
    if state is not entry.state:
        ledger.update(replace(entry, state=state))
    return found


def _library_image(
    entry: Entry, shelf: Shelf, here: Callable[[LibraryImage], None]
) -> Iterator[Difference]:
    library, shop = shelf.catalogue.stores.library, shelf.catalogue.shop.id
    image = None if entry.image is None else library.image(shop, entry.image)
    if image is None:
        yield Difference(LIBRARY, entry.listed.id, ABSENT, "present", entry.reason or "missing")
        return
    here(image)
    digest = image.original.digest
    compared = {"bytes": (entry.digest or digest, digest)}
    compared["purpose"] = (entry.listed.purpose, image.purpose.value)
    for what, (source, own) in compared.items():
        if source != own:
            yield Difference(LIBRARY, entry.listed.id, what, source, own)


def _order(product: str, entries: list[Entry], gallery: Gallery) -> Iterator[Difference]:
    wanted = [each.image for each in entries if each.image in gallery.sorts]
    present = [each for each in gallery.order if each in wanted]
    if wanted != present:
        yield Difference(product, "", "order", _joined(wanted), _joined(present))


def _image(
    entry: Entry, gallery: Gallery, image: Image | None, shelf: Shelf
) -> Iterator[Difference]:
    if image is None:
        here = entry.reason or "missing"
        yield Difference(entry.product, entry.listed.id, ABSENT, "present", here)
        return
    for what, source, here in _compared(entry, gallery, image, shelf):
        if source != here:
            yield Difference(entry.product, entry.listed.id, what, source, here)


def _compared(
    entry: Entry, gallery: Gallery, image: Image, shelf: Shelf
) -> Iterator[tuple[str, str, str]]:
    """What is compared: its name, its value at the source, and here."""
    listed, place = entry.listed, shelf.place(entry.listed)
    digest = image.original.digest
    yield "bytes", entry.digest or digest, digest
    yield "alt", listed.alt, image.texts.alt
    yield "translations", _sorted(listed.translations), _sorted(image.texts.translations)
    yield "excluded", str(listed.excluded), str(image.excluded)
    yield "views", _sorted(shelf.view_facts(listed)), _sorted(image.views)
    roles = gallery.roles_of(image.id)
    yield "roles", _joined(roles if place.roles is None else place.roles), _joined(roles)
    for view, wanted in (place.view_roles or {}).items():
        yield f"roles in view {view}", _joined(wanted), _joined(gallery.roles_of(image.id, view))


def _sorted(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {values[name]}" for name in sorted(values))


def _joined(values: Iterable[object]) -> str:
    ordered = sorted(map(str, values)) if isinstance(values, frozenset) else map(str, values)
    return "|".join(ordered)
