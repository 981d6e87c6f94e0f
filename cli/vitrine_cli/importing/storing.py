"""Storing one image of a source in a shop, exactly once: the table decides what is new."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from vitrine.domain.errors import (
    ImageNotFoundError,
    ImportSettledError,
    PictureRefusedError,
    ProductNotFoundError,
)
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, Texts, ViewFacts
from vitrine.domain.imports import SOURCE_MARK, Import, source_arrival
from vitrine.domain.library import Purpose
from vitrine.domain.rejections import rejection_of
from vitrine.domain.shops import ProductKey, is_product_name
from vitrine.domain.source_order import SourcePlace
from vitrine.services.adding import NewImage, add_image, add_library_image
from vitrine.services.changing import Change, change_image
from vitrine.services.importing import RULES
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.naming import WantedName
from vitrine.services.reading import get_entry
from vitrine.services.sources import at_hand
from vitrine_cli.importing.csv_columns import LONGEST_TEXT
from vitrine_cli.importing.ledger import Entry, State
from vitrine_cli.importing.source import LIBRARY
from vitrine_cli.operations.export_rows import export_identity

if TYPE_CHECKING:
    from vitrine.domain.gallery import GalleryEntry
    from vitrine.domain.imports import Arrival
    from vitrine.services.catalogue import Catalogue
    from vitrine.services.sources import Upload
    from vitrine_cli.importing.source import SourceImage

_LONGEST_NAME = 128  # characters: the 100 that OpenMage accepts, and the number behind them
GONE = "deleted here since; --again imports it again"
NO_PRODUCT = "the shop has no such product; --register registers it"
NO_NAME = "its name cannot name a product: 1 to 64 characters, no '/', no control characters"
DIFFERS = "other bytes at the source; --update replaces them"


class Outcome(StrEnum):
    """What an import did with an image."""

    ADDED = "added"
    PRESENT = "already here"
    UPDATED = "updated"
    LEFT = "left"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shop that images are stored in.

    Attributes:
        catalogue: the shop's.
        views: ids of store views by their code.
        update: whether images that differ from their source are changed.
        again: whether images that were deleted here are imported again.
        adding: called with the product's key before an image is added.
        numbered: file names of added images to which a number was added, because they were taken.
    """

    catalogue: Catalogue
    views: Mapping[str, str]
    update: bool = False
    again: bool = False
    adding: Callable[[str], None] = lambda _: None
    numbered: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether images that an earlier import has settled can be stored once more."""
        return self.update or self.again

    def settled(self, entry: Entry) -> Import | None:
        """What an earlier import made of an image; None if none has settled it."""
        arrival = source_arrival(self.catalogue.shop.id, entry.path, entry.product, "", 1)
        return self.catalogue.stores.imports.outcome(arrival) or self._exported(entry)

    def _exported(self, entry: Entry) -> Import | None:
        """The image of this very shop that a line of its own export describes."""
        shop, stores = self.catalogue.shop.id, self.catalogue.stores
        number = entry.path.rpartition("/")[2].partition("-")[0]
        if not (entry.path.startswith(f"{SOURCE_MARK}vitrine/{shop}/") and number.isdecimal()):
            return None
        image = stores.record_of(shop, int(number), entry.product)
        if image is None or export_identity(image) != entry.path:
            return None
        digest, product = image.original.digest, entry.product
        arrival = source_arrival(shop, entry.path, product, digest, 0)
        return Import(arrival, image.created_at, image.id)

    def holds(self, settled: Import) -> bool:
        """Whether the image that an import added still exists."""
        if settled.image is None:
            return False
        product, shop = settled.arrival.product, self.catalogue.shop.id
        if product == LIBRARY:
            return self.catalogue.stores.library.image(shop, settled.image) is not None
        return self.catalogue.stores.galleries.image(shop, product, settled.image) is not None

    def store(self, entry: Entry, upload: Upload) -> tuple[Entry, Outcome]:
        """Store the bytes of an image unless it is settled; what became of it.

        Raises:
            ConflictError: other writers won every attempt.
            ThrottledError, UnavailableError: AWS does not answer as it should.
        """
        digest = hashlib.sha256(upload.data).hexdigest()
        entry = replace(entry, digest=digest, size=len(upload.data), state=State.FETCHED, reason="")
        if problem := self.problem_before(entry) or _other_bytes(entry.listed, digest):
            return _rejected(entry, problem)
        settled = self.settled(entry)
        if settled is not None:
            if self.holds(settled):
                return self._keep(entry, settled, upload)
            if not self.again:
                return replace(entry, state=State.STORED, image=None, reason=GONE), Outcome.LEFT
        return self._add(entry, settled, upload)

    def problem_before(self, entry: Entry) -> str:
        """Why an image cannot be stored, regardless of its bytes; empty if it can."""
        listed = entry.listed
        if entry.product != LIBRARY and not is_product_name(entry.product):
            return NO_NAME
        texts = [listed.alt, *listed.translations.values()]
        texts += [view.label or "" for view in listed.views.values()]
        if any(len(text) > LONGEST_TEXT for text in texts):
            return f"a text has at most {LONGEST_TEXT} characters"
        unknown = sorted(listed.views.keys() - self.views.keys())
        return f"the shop has no store view '{unknown[0]}'" if unknown else ""

    def _add(self, entry: Entry, settled: Import | None, upload: Upload) -> tuple[Entry, Outcome]:
        inspected = _inspect(upload)
        if isinstance(inspected, str):
            return _rejected(entry, inspected)
        self.adding(entry.product)
        try:
            if entry.product == LIBRARY:
                image = self._add_to_library(entry, settled, inspected)
            else:
                image = self._add_to_product(entry, settled, inspected)
        except ImportSettledError:
            settled = self.settled(entry)
            here = settled.image if settled else None
            return replace(entry, state=State.STORED, image=here), Outcome.PRESENT
        except ProductNotFoundError:
            return _rejected(entry, NO_PRODUCT)
        except PictureRefusedError as error:
            return _rejected(entry, rejection_of(error.broken, upload.data, RULES).reason)
        return replace(entry, state=State.STORED, image=image), Outcome.ADDED

    def _add_to_product(
        self, entry: Entry, settled: Import | None, inspected: InspectedUpload
    ) -> int:
        product = self.catalogue.product(entry.product)
        new = NewImage(
            place=self.place(entry.listed).put_in,
            edit=lambda image: self._edited(image, entry.listed),
            name=_wanted_name(entry.listed),
            arrival=self._next_version(entry, product, settled),
        )
        image = add_image(self.catalogue, product, inspected, RULES, new).image
        if image.name is not None and image.name.unnumbered:
            self.numbered.append(image.name.full)
        return image.id

    def _add_to_library(
        self, entry: Entry, settled: Import | None, inspected: InspectedUpload
    ) -> int:
        shop = self.catalogue.shop
        account = shop.settings.get("inventorum.account", shop.id)
        arrival = self._next_version(entry, ProductKey(LIBRARY), settled)
        purpose = Purpose(entry.listed.purpose)
        return add_library_image(self.catalogue, inspected, purpose, account, arrival).id

    def _keep(self, entry: Entry, settled: Import, upload: Upload) -> tuple[Entry, Outcome]:
        """Keep an image that is here, with --update as its source has it now."""
        kept = replace(entry, state=State.STORED, image=settled.image)
        same = settled.arrival.tag == entry.digest
        if not self.update or entry.product == LIBRARY:  # whose images are never changed
            left = kept if same else replace(kept, reason=DIFFERS)
            return left, Outcome.PRESENT if same else Outcome.LEFT
        inspected = None if same else _inspect(upload)
        if isinstance(inspected, str):
            return _rejected(entry, inspected)
        product = ProductKey(settled.arrival.product)
        change = Change(
            place=self.place(entry.listed).put_in,
            edit=lambda image: self._edited(image, entry.listed),
            source=inspected,
            arrival=self._next_version(entry, product, settled) if inspected else None,
        )
        try:
            found = self._found(settled)
            changed = change_image(self.catalogue, found, change, RULES)
        except ImageNotFoundError:
            return replace(kept, image=None, reason=GONE), Outcome.LEFT
        except ImportSettledError:
            return kept, Outcome.PRESENT
        return kept, Outcome.PRESENT if changed == found else Outcome.UPDATED

    def place(self, listed: SourceImage) -> SourcePlace:
        """The place of an image in its gallery, as the source lists it."""
        view_roles = {
            self.views[code]: view.roles
            for code, view in listed.views.items()
            if view.roles is not None and code in self.views
        }
        return SourcePlace(listed.sort, listed.roles, view_roles)

    def _next_version(self, entry: Entry, product: ProductKey, settled: Import | None) -> Arrival:
        version = 1 if settled is None else int(settled.arrival.sequencer, 16) + 1
        shop = self.catalogue.shop.id
        return source_arrival(shop, entry.path, product, entry.digest, version)

    def _found(self, settled: Import) -> GalleryEntry:
        if settled.image is None:
            raise ImageNotFoundError(settled.arrival.path)
        return get_entry(self.catalogue, ProductKey(settled.arrival.product), settled.image)

    def _edited(self, image: Image, listed: SourceImage) -> Image:
        return replace(
            image,
            texts=Texts(listed.alt, dict(listed.translations)),
            excluded=listed.excluded,
            views={**image.views, **self.view_facts(listed)},
        )

    def view_facts(self, listed: SourceImage) -> dict[str, ViewFacts]:
        """What store views override in the record of an image, by id of the view."""
        facts = {
            self.views[code]: ViewFacts(view.label, view.sort, view.excluded, view.removed)
            for code, view in listed.views.items()
            if code in self.views
        }
        return {view: each for view, each in facts.items() if each != ViewFacts()}


def problem_of(entry: Entry, upload: Upload) -> str:
    """Why an image with these bytes would be rejected; empty if it would be accepted."""
    digest = hashlib.sha256(upload.data).hexdigest()
    return _other_bytes(entry.listed, digest) or picture_problem(upload)


def picture_problem(upload: Upload) -> str:
    """Why bytes are no accepted picture; empty if they are one."""
    found = _inspect(upload)
    return found if isinstance(found, str) else ""


def product_problem(shelf: Shelf, name: str) -> str:
    """Why a shop cannot have images of a product; empty if it can."""
    try:
        if name != LIBRARY:
            shelf.catalogue.product(name)
    except ProductNotFoundError:
        return NO_PRODUCT
    return ""


def _other_bytes(listed: SourceImage, digest: str) -> str:
    """Why bytes are not those that the source announces; empty if they are."""
    return f"its SHA-256 is {digest}" if listed.sha256 and listed.sha256 != digest else ""


def _inspect(upload: Upload) -> InspectedUpload | str:
    """The inspected bytes, or why they are no accepted picture."""
    try:
        inspected = inspect_upload(at_hand(upload.data, upload.file_name), RULES, Gallery())
    except PictureRefusedError as error:
        return rejection_of(error.broken, upload.data, RULES).reason
    broken = inspected.broken()
    return rejection_of(broken, upload.data, RULES).reason if broken else inspected


def _rejected(entry: Entry, reason: str) -> tuple[Entry, Outcome]:
    return replace(entry, state=State.REJECTED, reason=reason), Outcome.REJECTED


def _wanted_name(listed: SourceImage) -> WantedName | None:
    """The permanent file name that the source gives an image, with safe characters only."""
    base, dot, extension = listed.name.rpartition(".")
    if not listed.name or not dot:
        return None
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", base)[:_LONGEST_NAME]
    return WantedName(safe if safe.strip("_") else "file", extension.lower())
