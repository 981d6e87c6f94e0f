"""Running an import: list the source, then fetch, check and store its images, and restore order.

Products are imported in parallel, the images of a product one after another, so that their places
are right as they arise.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from vitrine.domain.errors import (
    AliasTakenError,
    ConflictError,
    ProductNotFoundError,
    ThrottledError,
    UnavailableError,
)
from vitrine.domain.shops import ProductMode, is_product_name
from vitrine.services.restoring_order import restore_source_order
from vitrine_cli.importing.ledger import DONE, SETTLED, Entry, State
from vitrine_cli.importing.registering import Registration
from vitrine_cli.importing.source import LIBRARY, Page, SourceProduct, identity
from vitrine_cli.importing.storing import GONE, NO_PRODUCT, Outcome
from vitrine_cli.importing.unfetched import UnfetchedError
from vitrine_cli.importing.workers import Workers

if TYPE_CHECKING:
    from vitrine.adapters.shops import DynamoShops
    from vitrine_cli.importing.fetching import Fetched, Fetcher
    from vitrine_cli.importing.ledger import Ledger
    from vitrine_cli.importing.source import Source
    from vitrine_cli.importing.storing import Shelf


class Seen(Protocol):
    """What is called after each image."""

    def __call__(self, entry: Entry, /, *, is_new: bool) -> None:
        """Count an image, which is new unless an earlier run had done it."""


def _unseen(_: Entry, *, is_new: bool) -> None:
    del is_new  # the images are not counted


@dataclass
class Engine:
    """One run of an import.

    Attributes:
        ledger: what is listed, and what became of it.
        shelf: the shop.
        fetcher: gets the bytes of images.
        registers: registers the products of the source; None for not.
        at_once: products that are imported at the same time.
        stopping: set when the run is to end after the images that are under way.
        outcomes: what the run did, counted.
        seen: called after each image, with whether no earlier run had done it.
        wants: whether a product of the source, given by its name, is to be imported.
        reduced: how many images were added with fewer pixels than were uploaded.
    """

    ledger: Ledger
    shelf: Shelf
    fetcher: Fetcher
    registers: DynamoShops | None = None
    at_once: int = 4
    stopping: threading.Event = field(default_factory=threading.Event)
    outcomes: Counter[Outcome | State] = field(default_factory=Counter)
    seen: Seen = _unseen
    wants: Callable[[str], bool] = lambda _: True
    reduced: int = 0
    _registration: Registration | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def refused_aliases(self) -> int:
        """How many SKUs are no aliases of registered products, because they cannot be."""
        return 0 if self._registration is None else self._registration.refused

    def list_source(self, source: Source, told: Callable[[Page], None]) -> None:
        """Write the source's list into the ledger, from where an earlier run ended.

        Args:
            source: the source.
            told: called after each page.
        """
        names = set[str]()
        for whole in source.pages(self.ledger.cursor):
            new = {each.name for each in whole.products} - names
            names |= new
            kept = (each for each in whole.products if self.wants(each.name))
            page = replace(whole, products=tuple(kept))
            paths = {
                product.name: {
                    each.id: identity(source.prefix, product.name, each.id)
                    for each in product.images
                }
                for product in page.products
            }
            self.ledger.add_page(page, paths, len(new))
            told(page)
            if self.stopping.is_set():
                return

    def import_all(self) -> None:
        """Import all products of the list. Returns early when the run is to end.

        Raises:
            FailureError: AWS cannot be reached, or the ledger cannot be written.
        """
        if self.registers is not None:
            shop = self.shelf.catalogue.shop.id
            self._registration = Registration(self.registers, shop, self.ledger.products())
        Workers(self._import_product, self.at_once, self.stopping).work_through(
            self.ledger.products()
        )

    def _import_product(self, product: SourceProduct) -> None:
        entries = self.ledger.entries(product.name)
        problem = self._register(product)
        here = frozenset[int]() if problem else self._still_here(product, entries)
        settled = []
        for entry in entries:
            if self.stopping.is_set():
                return
            done = self._import_image(entry, problem, here)
            settled.append(done)
        self._restore_order(product, settled)

    def _still_here(self, product: SourceProduct, entries: list[Entry]) -> frozenset[int]:
        """Which images the shop still has of those that the ledger has as stored.

        Images that are fetched in any case are not looked up.
        """
        stored = {
            each.image
            for each in entries
            if each.state in DONE and each.image is not None and not self._refetches(each)
        }
        if not stored:
            return frozenset()
        catalogue = self.shelf.catalogue
        shop, stores = catalogue.shop.id, catalogue.stores
        if product.name == LIBRARY:
            found = {each for each in stored if stores.library.image(shop, each) is not None}
            return frozenset(found)
        gallery = stores.galleries.gallery(shop, catalogue.product(product.name))
        return frozenset(stored & gallery.sorts.keys())

    def _import_image(self, entry: Entry, problem: str, here: frozenset[int]) -> Entry:
        """Import one image unless it is done, and note what became of it.

        Args:
            entry: the image.
            problem: why no image of its product can be imported; empty if they can.
            here: which images that the ledger has as stored are known to be in the shop.
        """
        if not entry.is_current:
            return entry
        is_here = entry.state in DONE and entry.image in here
        mended = entry.reason == NO_PRODUCT and not problem  # the product was registered since
        if is_here or (entry.state is State.REJECTED and not mended):
            self._count(Outcome.PRESENT if is_here else Outcome.REJECTED)
            self.seen(entry, is_new=False)
            return entry
        if problem:
            done = replace(entry, state=State.REJECTED, reason=problem, image=None)
            outcome = Outcome.REJECTED
        else:
            done, outcome = self._attempt(entry)
        self.ledger.update(done)
        self._count(State.FAILED if done.state is State.FAILED else outcome)
        self.seen(done, is_new=self.shelf.changes or entry.state not in SETTLED)
        return done

    def _refetches(self, entry: Entry) -> bool:
        """Whether an image is fetched although it is here: local files are always compared."""
        return self.shelf.changes or "://" not in entry.listed.places[0]

    def _attempt(self, entry: Entry) -> tuple[Entry, Outcome]:
        if not self._refetches(entry):
            settled = self.shelf.settled(entry)
            if settled is not None:
                here = self.shelf.holds(settled)
                image, reason = (settled.image, "") if here else (None, GONE)
                found = replace(entry, state=State.STORED, image=image, reason=reason)
                return found, Outcome.PRESENT if here else Outcome.LEFT
        if problem := self.shelf.problem_before(entry):  # before its bytes travel
            return replace(entry, state=State.REJECTED, reason=problem), Outcome.REJECTED
        try:
            return self._store(entry, self.fetcher.fetch(entry.listed))
        except UnfetchedError as error:
            state = State.REJECTED if error.is_final else State.FAILED
            return replace(entry, state=state, reason=str(error)), Outcome.REJECTED
        except (ConflictError, ThrottledError, UnavailableError) as error:
            reason = f"the shop could not store it ({type(error).__name__})"
            return replace(entry, state=State.FAILED, reason=reason), Outcome.REJECTED

    def _store(self, entry: Entry, fetched: Fetched) -> tuple[Entry, Outcome]:
        stored, outcome = self.shelf.store(entry, fetched.upload)
        if fetched.is_reduced and outcome is Outcome.ADDED:
            with self._lock:
                self.reduced += 1
        return stored, outcome

    def _register(self, product: SourceProduct) -> str:
        """Register a product if that is requested; why none of its images can be imported."""
        if product.name == LIBRARY:
            return ""
        if not is_product_name(product.name):
            return ""  # each of its images is rejected
        shop = self.shelf.catalogue.shop
        try:
            if shop.products is ProductMode.REGISTERED and self._registration is not None:
                self._registration.register(product)
            self.shelf.catalogue.product(product.name)
        except AliasTakenError as error:
            return f"'{error.alias}' is already product '{error.product}'"
        except ProductNotFoundError:
            return NO_PRODUCT
        return ""

    def _restore_order(self, product: SourceProduct, entries: list[Entry]) -> None:
        places = {
            entry.image: self.shelf.place(entry.listed)
            for entry in entries
            if entry.image is not None
        }
        if product.name == LIBRARY:
            return
        if not (self.shelf.update or self.ledger.is_unordered(product.name)):
            return  # a client may have moved them since
        if len(places) > 1:
            key = self.shelf.catalogue.product(product.name)
            restore_source_order(self.shelf.catalogue, key, places)
        self.ledger.note_order(product.name, unordered=False)

    def _count(self, what: Outcome | State) -> None:
        with self._lock:
            self.outcomes[what] += 1
