"""Reading imported images again, at the source and in the shop, and comparing their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from vitrine.domain.errors import OriginalMissingError
from vitrine.domain.locations import original_address
from vitrine_cli.importing.ledger import DONE, State
from vitrine_cli.importing.reports import images_of
from vitrine_cli.importing.unfetched import UnfetchedError
from vitrine_cli.importing.verifying import Difference
from vitrine_cli.importing.workers import Workers

if TYPE_CHECKING:
    from threading import Event

    from vitrine.domain.images import Image
    from vitrine.domain.library import LibraryImage
    from vitrine.services.catalogue import Catalogue
    from vitrine_cli.importing.fetching import Fetcher
    from vitrine_cli.importing.ledger import Entry, Ledger

BYTES = "bytes, read again"
"""What differs, as `differs.csv` names it."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """A comparison of the bytes at the source with the stored ones.

    Attributes:
        ledger: the import.
        catalogue: the shop's.
        fetcher: gets the bytes from the source.
        stopping: set when the comparison is to end early.
    """

    ledger: Ledger
    catalogue: Catalogue
    fetcher: Fetcher
    stopping: Event

    def differences(self, at_once: int, seen: Callable[[Entry], None]) -> Iterator[Difference]:
        """Images whose bytes differ, or cannot be read at the source or here any more.

        Args:
            at_once: products at the same time, each with one image in memory.
            seen: called with each image that was compared.

        Raises:
            FailureError: AWS cannot be reached, or the ledger cannot be written.
        """
        products = [each.name for each in self.ledger.products()]
        found: dict[str, list[Difference]] = {name: [] for name in products}

        def compare(product: str) -> None:
            found[product] += self._compared(product, seen)

        Workers(compare, at_once, self.stopping).work_through(products)
        yield from chain.from_iterable(found.values())

    def _compared(self, product: str, seen: Callable[[Entry], None]) -> Iterator[Difference]:
        entries = [
            each
            for each in self.ledger.entries(product)
            if each.is_current and each.state in DONE and each.image is not None
        ]
        images = images_of(self.catalogue, product, entries)[1] if entries else {}
        for entry in entries:
            if self.stopping.is_set():
                return
            image = None if entry.image is None else images.get(entry.image)
            if image is None:
                continue  # its absence is a difference already
            source, here = self._at_source(entry), self._here(image)
            if source != here:
                self.ledger.update(replace(entry, state=State.STORED))
                yield Difference(product, entry.listed.id, BYTES, source, here)
            seen(entry)

    def _at_source(self, entry: Entry) -> str:
        """The SHA-256 of the bytes at the source, or why they are not available."""
        try:
            return _digest(self.fetcher.fetch(entry.listed).upload.data)
        except UnfetchedError as error:
            return str(error)

    def _here(self, image: Image | LibraryImage) -> str:
        """The SHA-256 of the stored bytes."""
        try:
            key = original_address(image).original_key
            return _digest(self.catalogue.stores.blobs.original(key).data)
        except OriginalMissingError:
            return "missing"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
