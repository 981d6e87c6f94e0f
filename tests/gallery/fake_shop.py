"""A shop in memory, with the rules of Vitrine's own API (contract: vitrine §2 and §3)."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.gallery.sample_pictures import SIZES, Sample, inspected, samples

JSON = dict[str, Any]
LIMITS = {
    "bytes": 20_971_520,
    "pixels": 50_000_000,
    "images": 1000,
    "files": 250,
    "formats": ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"],
}


class RefusedError(Exception):
    """An answer with problem details.

    Attributes:
        status: HTTP status.
        code: of the problem.
        members: further members of the body.
    """

    def __init__(self, status: int, code: str, **members: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.members = members


@dataclass(slots=True)
class FakeImage:
    """An image's record. `complete_at` is the monotonic time at which its sizes exist."""

    id: int
    file_name: str
    sample: Sample
    alt: str = ""
    translations: dict[str, str] = field(default_factory=dict)
    hidden: bool = False
    version: int = 1
    complete_at: float = 0.0

    @property
    def complete(self) -> bool:
        return time.monotonic() >= self.complete_at


@dataclass(slots=True)
class FakeGallery:
    """The images of a product in order."""

    order: list[int] = field(default_factory=list)
    thumbnail: int | None = None
    version: int = 1


@dataclass(slots=True)
class Slot:
    """One file of a batch."""

    name: str
    type: str
    bytes: int
    replaces: int | None
    state: str = "waiting"
    reason: str = ""
    image: int | None = None


@dataclass(slots=True)
class Batch:
    """Files that were announced together."""

    id: str
    product: str
    slots: list[Slot]
    first: int
    fingerprint: str
    expires_at: datetime


@dataclass(slots=True)
class FakeShop:
    """A shop with one token.

    Attributes:
        pending_seconds: how long the sizes of an uploaded picture take.
        settle_seconds: how long a stored file waits until it is settled.
        take_down_seconds: how long a take-down takes.
    """

    id: str
    token: str
    language: str = "es"
    mode: str = "open"
    scopes: list[str] = field(default_factory=lambda: ["images:read", "images:write"])
    expires_at: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(hours=8))
    ended: bool = False
    limits: JSON = field(default_factory=lambda: dict(LIMITS))
    pending_seconds: float = 0.6
    settle_seconds: float = 0.2
    take_down_seconds: float = 1.0
    galleries: dict[str, FakeGallery] = field(default_factory=dict)
    images: dict[int, FakeImage] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    imports: list[JSON] = field(default_factory=list)
    take_downs: dict[str, float] = field(default_factory=dict)
    stored: list[tuple[float, str, int, bytes]] = field(default_factory=list)
    next_id: int = 101

    def fill(self, product: str, count: int, **texts: Any) -> FakeGallery:
        """Give a product so many pictures; `alts` and `names` are used in turn."""
        gallery = self.galleries.setdefault(product, FakeGallery())
        alts, names = texts.get("alts", [""]), texts.get("names", ["picture-{}.jpg"])
        for number in range(count):
            made = FakeImage(
                id=self.reserve(1),
                file_name=names[number % len(names)].format(number + 1),
                sample=samples()[(number + texts.get("start", 0)) % len(samples())],
                alt=alts[number % len(alts)],
                translations=dict(texts.get("translations", {})),
            )
            self.images[made.id] = made
            gallery.order.append(made.id)
        if gallery.order:
            gallery.thumbnail = gallery.order[0]
        return gallery

    def reserve(self, count: int) -> int:
        """The lowest of so many new image ids."""
        first = self.next_id
        self.next_id += count
        return first

    def gallery(self, product: str) -> FakeGallery:
        """A product's gallery, which is empty where the product is new."""
        known = self.galleries.get(product)
        if known is None and self.mode == "registered":
            raise RefusedError(404, "not_found", what="product")
        return known or FakeGallery()

    def image(self, product: str, image: int) -> FakeImage:
        if image not in self.gallery(product).order:
            raise RefusedError(404, "not_found", what="image")
        return self.images[image]

    def put_order(self, product: str, order: list[int], match: str | None) -> JSON:
        gallery = self.gallery(product)
        if match is None:
            raise RefusedError(428, "precondition_required", etag=etag(gallery))
        if match != etag(gallery):
            raise RefusedError(412, "stale", etag=etag(gallery))
        if sorted(order) != sorted(gallery.order):
            raise RefusedError(422, "wrong_order", missing=[], unknown=[])
        self.reorder(product, order)
        return {"images": order, "etag": etag(gallery)}

    def reorder(self, product: str, order: list[int]) -> None:
        """Change the order, as another client does."""
        gallery = self.galleries[product]
        if order != gallery.order:
            gallery.order = list(order)
            gallery.version += 1

    def patch(self, product: str, image: int, body: JSON) -> FakeImage:
        record = self.image(product, image)
        for pointer, value in [
            ("/alt", body.get("alt", "")),
            *((f"/translations/{key}", text) for key, text in body.get("translations", {}).items()),
        ]:
            if value is not None and len(value) > 1000:
                error = {"pointer": pointer, "code": "too_long", "detail": "", "max": 1000}
                raise RefusedError(422, "invalid_fields", errors=[error])
        record.alt = body.get("alt", record.alt)
        for language, value in body.get("translations", {}).items():
            if value is None:
                record.translations.pop(language, None)
            else:
                record.translations[language] = value
        if body.get("thumbnail"):
            self.galleries[product].thumbnail = image
            self.galleries[product].version += 1
        record.version += 1
        return record

    def delete(self, product: str, image: int) -> None:
        self.image(product, image)
        gallery = self.galleries[product]
        gallery.order.remove(image)
        gallery.version += 1
        if gallery.thumbnail == image:
            gallery.thumbnail = next(iter(gallery.order), None)

    def create_batch(self, product: str, files: list[JSON], key: str | None) -> Batch:
        gallery = self.gallery(product)
        fingerprint = hashlib.sha256(json.dumps([product, files]).encode()).hexdigest()
        if key is not None and key in self.keys:
            batch = self.batches[self.keys[key]]
            if batch.fingerprint != fingerprint:
                raise RefusedError(422, "idempotency_mismatch")
            batch.expires_at = datetime.now(UTC) + timedelta(hours=1)
            return batch
        room = LIMITS["images"] - len(gallery.order)
        if len([each for each in files if "replaces" not in each]) > room:
            raise RefusedError(422, "gallery_full", room=room)
        errors = [
            {"pointer": f"/files/{number}/name", "code": "invalid", "detail": ""}
            for number, each in enumerate(files)
            if each["name"].startswith("refused")
        ]
        if errors:
            raise RefusedError(422, "invalid_fields", errors=errors)
        slots = [
            Slot(each["name"], each["type"], each["bytes"], each.get("replaces")) for each in files
        ]
        first = self.reserve(len(files))
        batch = Batch(
            id=f"u{secrets.token_hex(8)}",
            product=product,
            slots=slots,
            first=first,
            fingerprint=fingerprint,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
        self.batches[batch.id] = batch
        if key is not None:
            self.keys[key] = batch.id
        return batch

    def store(self, batch: str, number: int, data: bytes) -> None:
        """Take a file, which is settled a little later."""
        self.stored.append((time.monotonic() + self.settle_seconds, batch, number, data))

    def settle_next(self) -> None:
        """Let all that is stored be settled with the next request."""
        self.stored[:] = [(0.0, *each[1:]) for each in self.stored]

    def settle(self) -> None:
        """Settle the files whose time has come."""
        due = [each for each in self.stored if each[0] <= time.monotonic()]
        for each in due:
            self.stored.remove(each)
            _, batch, number, data = each
            self._settle(self.batches[batch], number, data)

    def _settle(self, batch: Batch, number: int, data: bytes) -> None:
        slot = batch.slots[number - 1]
        if slot.state == "done":
            return
        try:
            sample = inspected(data)
        except OSError:
            slot.state = "rejected"
            slot.reason = "heic" if b"ftypheic" in data[:32] else "not_a_picture"
            self.imports.insert(0, _settlement(batch, slot, None))
            return
        complete_at = time.monotonic() + self.pending_seconds
        gallery = self.galleries.setdefault(batch.product, FakeGallery())
        slot.state = "done"
        if slot.replaces is not None:
            record = self.images[slot.replaces]
            record.sample, record.complete_at = sample, complete_at
            record.version += 1
            slot.image = record.id
            return
        slot.image = batch.first + number - 1
        siblings = range(batch.first, batch.first + len(batch.slots))
        self.images[slot.image] = FakeImage(slot.image, slot.name, sample, complete_at=complete_at)
        earlier = [each for each in gallery.order if each in siblings and each < slot.image]
        later = [each for each in gallery.order if each in siblings and each > slot.image]
        if earlier:
            place = gallery.order.index(max(earlier)) + 1
        elif later:
            place = gallery.order.index(min(later))
        else:
            place = len(gallery.order)
        gallery.order.insert(place, slot.image)
        if gallery.thumbnail is None or gallery.thumbnail in later:
            gallery.thumbnail = slot.image
        gallery.version += 1
        self.imports.insert(0, _settlement(batch, slot, slot.image))

    def usage(self) -> JSON:
        """Counts of originals."""
        formats: dict[str, dict[str, int]] = {}
        for gallery in self.galleries.values():
            for image in gallery.order:
                sample = self.images[image].sample
                amount = formats.setdefault(sample.format, {"images": 0, "bytes": 0})
                amount["images"] += 1
                amount["bytes"] += len(sample.data)
        return {
            "images": sum(each["images"] for each in formats.values()),
            "bytes": sum(each["bytes"] for each in formats.values()),
            "formats": formats,
            "kept": {"images": 3, "bytes": 912_345},
            "library": {"images": 7, "bytes": 55_555},
            "counts": "originals",
            "exact": True,
        }

    def copy_with(self, **changes: Any) -> "FakeShop":
        """The same shop under another token."""
        return replace(self, **changes)


def etag(gallery: FakeGallery) -> str:
    """The strong ETag of a gallery's order."""
    return f'"{gallery.version}"'


def size_names(width: int) -> list[tuple[str, int]]:
    """Names and widths of the sizes of a picture so wide."""
    return [(f"{each}-{each}" if each == 1024 else f"{each}-0", min(each, width)) for each in SIZES]


def _settlement(batch: Batch, slot: Slot, image: int | None) -> JSON:
    reason = {"code": slot.reason, "detail": slot.reason} if slot.reason else None
    return {
        "path": f"uploads/{batch.id}/{slot.name}",
        "product": batch.product,
        "source": "upload",
        "state": "rejected" if reason else "imported",
        "reason": reason,
        "image": image,
        "settled_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
