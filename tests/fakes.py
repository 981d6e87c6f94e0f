"""Shops, galleries and blobs in memory: they hold state, so tests look at results, not at calls.

`tests/adapters` runs the same tests against these and against the real adapters.
"""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from typing import Any, TypeVar

from gateway.dialects import package_of
from vitrine.clock import now
from vitrine.domain import locations
from vitrine.domain.credentials import Credential, OAuthConsumer, OAuthSecrets, RefreshToken, Scheme
from vitrine.domain.errors import (
    AliasTakenError,
    ConflictError,
    CredentialUnknownError,
    DownloadError,
    ImportMissingError,
    OriginalMissingError,
    PictureRefusedError,
    RecordMissingError,
    Rule,
    SecretsMissingError,
    ShopExistsError,
    ThrottledError,
)
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.idempotency import Attempt, Claim
from vitrine.domain.images import Appearance, Image, RenditionState
from vitrine.domain.imports import SOURCE_MARK, UPLOADS, Arrival, Import, Slot
from vitrine.domain.invalidations import Unpublished
from vitrine.domain.library import LibraryImage
from vitrine.domain.listing import ProductPage
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.names import FileName, Naming
from vitrine.domain.shops import ProductKey, Shop
from vitrine.domain.storage import OriginalMetadata, PublicPicture, StoredOriginal
from vitrine.domain.take_downs import TakeDown
from vitrine.domain.uploads import UploadBatch, UploadForm
from vitrine.domain.usage import Usage, usage_of
from vitrine.ports import (
    Blobs,
    Cdn,
    Functions,
    Galleries,
    IdempotencyKeys,
    Imports,
    Library,
    OAuthConsumers,
    OAuthSecretStore,
    RateLimit,
    Remote,
    Shops,
    TakeDowns,
)

Record = TypeVar("Record", Image, LibraryImage)
APPEARANCE = Appearance("#a0b0c0", "1QcSHQRnh493V4dIh4eXh1h4kJUI")


def completed(record: Record, appearance: Appearance, *, turned: bool) -> Record:
    """The record of an image, of which all renditions are stored."""
    original = replace(record.original, turned=turned)
    return replace(
        record, original=original, renditions=RenditionState.COMPLETE, appearance=appearance
    )


def etag(data: bytes) -> str:
    """The ETag that S3 gives to an object that was uploaded in one piece."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@dataclass
class FakeShops(Shops):
    profiles: dict[str, Shop] = field(default_factory=dict)
    by_digest: dict[str, Credential] = field(default_factory=dict)
    registered: dict[tuple[str, str], str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    accounts: set[tuple[str, str]] = field(default_factory=set)
    issued: dict[str, Credential] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)

    def shop(self, shop: str) -> Shop | None:
        return self.profiles.get(shop)

    def create_shop(self, shop: Shop) -> None:
        if shop.id in self.profiles:
            raise ShopExistsError(shop.id)
        self.profiles[shop.id] = shop

    def change_shop(self, shop: Shop) -> None:
        if shop.id not in self.profiles:
            raise ConflictError
        self.profiles[shop.id] = shop

    def registered_product(self, shop: str, alias: str) -> str | None:
        return self.registered.get((shop, alias))

    def shop_of_host(self, host: str) -> str | None:
        return self.hosts.get(host) or self.hosts.get("*")

    def open_host(self, host: str, shop: str) -> None:
        self.hosts[host] = shop

    def shops_of_account(self, account: str) -> list[str]:
        return [shop for owner, shop in sorted(self.accounts) if owner == account]

    def open_account(self, account: str, shop: str) -> None:
        self.accounts.add((account, shop))

    def register_product(self, shop: str, product: ProductKey, *aliases: ProductKey) -> None:
        for alias in (product, *aliases):
            owner = self.registered.get((shop, alias), product)
            if owner != product:
                raise AliasTakenError(alias, owner)
        self.registered |= {(shop, alias): product for alias in (product, *aliases)}

    def products(self, shop: str) -> dict[ProductKey, list[ProductKey]]:
        found: dict[ProductKey, list[ProductKey]] = defaultdict(list)
        for (owner, alias), product in sorted(self.registered.items()):
            if owner == shop:
                found[ProductKey(product)] += [ProductKey(alias)] if alias != product else []
        return dict(sorted(found.items()))

    def credential(self, digest: str) -> Credential | None:
        found = self.by_digest.get(digest) or self.issued.get(digest)
        return found if found and found.scheme is Scheme.BEARER else None

    def create_credential(self, credential: Credential) -> None:
        self.by_digest[credential.digest] = credential

    def credentials(self, shop: str) -> list[Credential]:
        mine = [each for each in [*self.by_digest.values()] if each.shop == shop]
        return sorted(mine, key=lambda each: each.created_at)

    def revoke_credential(self, shop: str, credential: str, when: datetime) -> None:
        for each in self.credentials(shop):
            if each.id == credential:
                revoked_at = each.revoked_at or when
                self.by_digest[each.digest] = replace(each, revoked_at=revoked_at)
                return
        raise CredentialUnknownError(credential)

    def refresh_token(self, digest: str) -> RefreshToken | None:
        return self.refresh_tokens.get(digest)

    def issue(
        self, access: Credential, refresh: RefreshToken, used: RefreshToken | None = None
    ) -> None:
        if used and self.refresh_tokens.pop(used.digest, None) is None:
            raise ConflictError
        self.issued[access.digest] = access
        self.refresh_tokens[refresh.digest] = refresh


@dataclass
class FakeOAuthConsumers(OAuthConsumers):
    """OAuth consumers in memory; their credentials are in the shops' lists."""

    shops: FakeShops
    tokens: dict[str, str] = field(default_factory=dict)
    nonces: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def consumer(self, digest: str) -> OAuthConsumer | None:
        if digest not in self.tokens:
            return None
        return OAuthConsumer(self.shops.by_digest[digest], self.tokens[digest])

    def create_consumer(self, consumer: OAuthConsumer) -> None:
        if consumer.credential.digest in self.tokens:
            raise ConflictError
        self.shops.create_credential(consumer.credential)
        self.tokens[consumer.credential.digest] = consumer.token

    def use_nonce(self, digest: str, request: str, expires: datetime) -> None:
        used = self.nonces.setdefault(digest, (request, expires))
        if used[0] != request:
            raise ConflictError


@dataclass
class FakeOAuthSecretStore(OAuthSecretStore):
    secrets: dict[str, OAuthSecrets] = field(default_factory=dict)

    def secrets_of(self, digest: str) -> OAuthSecrets:
        if digest not in self.secrets:
            raise SecretsMissingError(digest)
        return self.secrets[digest]

    def keep(self, digest: str, secrets: OAuthSecrets) -> None:
        assert digest not in self.secrets
        self.secrets[digest] = secrets


@dataclass
class FakeImports(Imports):
    settled: dict[tuple[str, str], Import] = field(default_factory=dict)
    batches: dict[tuple[str, str], UploadBatch] = field(default_factory=dict)

    def outcome(self, arrival: Arrival) -> Import | None:
        return self.settled.get((arrival.shop, _place(arrival)))

    def reject(self, rejected: Import) -> None:
        self.settle(rejected)

    def settle(self, decided: Import) -> None:
        latest = self.outcome(decided.arrival)
        if latest is not None and latest.settles(decided.arrival):
            raise ConflictError
        self.settled[decided.arrival.shop, _place(decided.arrival)] = decided

    def imports(self, shop: str, source: str = "") -> list[Import]:
        found = [self.settled[each] for each in sorted(self.settled) if each[0] == shop]
        begins = f"{source}/" if source else "products/"
        return [
            each
            for each in found
            if each.arrival.slot is None and each.arrival.path.startswith(begins)
        ]

    def import_page(
        self, shop: str, after: str, limit: int, *, rejected: bool | None = None
    ) -> tuple[list[Import], str | None]:
        places = [
            place
            for owner, place in sorted(self.settled)
            if owner == shop and place > after and not place.startswith(SOURCE_MARK)
        ]
        found = [(place, self.settled[shop, place]) for place in places]
        if rejected is not None:
            found = [each for each in found if (each[1].image is None) == rejected]
        page = found[:limit]
        return [each for _, each in page], page[-1][0] if len(found) > limit else None

    def create_batch(self, batch: UploadBatch) -> None:
        if (batch.shop, batch.id) in self.batches:
            raise ConflictError
        self.batches[batch.shop, batch.id] = batch

    def renew_batch(self, batch: UploadBatch) -> None:
        if (batch.shop, batch.id) not in self.batches:
            raise ConflictError
        self.batches[batch.shop, batch.id] = batch

    def batch_with_outcomes(
        self, shop: str, upload: str
    ) -> tuple[UploadBatch | None, Mapping[int, Import]]:
        outcomes = {
            each.arrival.slot.number: each
            for (owner, _), each in sorted(self.settled.items())
            if owner == shop and each.arrival.slot and each.arrival.slot.upload == upload
        }
        return self.batches.get((shop, upload)), outcomes

    def batch_and_outcome(self, shop: str, slot: Slot) -> tuple[UploadBatch | None, Import | None]:
        batch, outcomes = self.batch_with_outcomes(shop, slot.upload)
        return batch, outcomes.get(slot.number)


def _place(arrival: Arrival) -> str:
    """What the outcome of a file is found by."""
    slot = arrival.slot
    return f"upload {slot.upload} {slot.number:03d}" if slot else arrival.path


@dataclass
class FakeIdempotencyKeys(IdempotencyKeys):
    attempts: dict[str, Attempt] = field(default_factory=dict)

    def claim(self, digest: str, attempt: Attempt, now: datetime) -> Attempt | None:
        found = self.attempts.get(digest)
        if found is None or found.until <= now:
            self.attempts[digest] = attempt
            return None
        repeated = found.request == attempt.request and found.created is None
        if repeated and not found.answer:
            self.attempts[digest] = attempt
            return None
        return found

    def settle(self, digest: str, attempt: Attempt) -> None:
        found = self.attempts.get(digest)
        if found is None or found.request != attempt.request:
            raise ConflictError
        if found.created is not None and not attempt.answer:
            raise ConflictError
        self.attempts[digest] = attempt

    def create(self, claim: Claim, image: int) -> None:
        found = self.attempts.get(claim.digest)
        if found is None or found.request != claim.request or found.created is not None:
            raise ConflictError
        self.attempts[claim.digest] = replace(found, created=image, until=claim.until)


@dataclass
class FakeLibrary(Library):
    records: dict[tuple[str, int], LibraryImage] = field(default_factory=dict)
    keys: FakeIdempotencyKeys = field(default_factory=FakeIdempotencyKeys)
    imports: FakeImports = field(default_factory=FakeImports)

    def add(
        self, image: LibraryImage, claim: Claim | None = None, imported: Import | None = None
    ) -> None:
        if imported:
            self.imports.settle(imported)
        if claim:
            self.keys.create(claim, image.id)
        self.records[image.shop, image.id] = image

    def image(self, shop: str, image: int) -> LibraryImage | None:
        return self.records.get((shop, image))

    def complete_renditions(
        self, address: OriginalAddress, appearance: Appearance, *, turned: bool
    ) -> None:
        found = self.image(address.shop, address.image)
        if found is None or locations.original_address(found) != address:
            raise RecordMissingError(address.original_key)
        self.add(completed(found, appearance, turned=turned))


@dataclass
class FakeTakeDowns(TakeDowns):
    """Take-downs by shop and id, and each one that begins in the stream of the table."""

    records: dict[tuple[str, str], TakeDown] = field(default_factory=dict)

    def begin(self, take_down: TakeDown) -> None:
        if (take_down.shop, take_down.id) in self.records:
            raise ConflictError
        self.records[take_down.shop, take_down.id] = take_down

    def take_down(self, shop: str, take_down: str) -> TakeDown | None:
        return self.records.get((shop, take_down))

    def finish(self, take_down: TakeDown) -> None:
        if (take_down.shop, take_down.id) in self.records:
            self.records[take_down.shop, take_down.id] = take_down


@dataclass
class FakeGalleries(Galleries):
    heads: dict[tuple[str, str], Gallery] = field(default_factory=lambda: defaultdict(Gallery))
    records: dict[tuple[str, str], dict[int, Image]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    sequences: dict[str, "itertools.count[int]"] = field(
        default_factory=lambda: defaultdict(lambda: itertools.count(1))
    )
    counts: Counter[str] = field(default_factory=Counter)
    imports: FakeImports = field(default_factory=FakeImports)
    take_downs: FakeTakeDowns = field(default_factory=FakeTakeDowns)
    keys: FakeIdempotencyKeys = field(default_factory=FakeIdempotencyKeys)
    gone: dict[tuple[str, int], Image] = field(default_factory=dict)
    taken: dict[tuple[str, str], Naming] = field(default_factory=dict)
    defaults: Counter[str] = field(default_factory=Counter)
    library: FakeLibrary = field(default_factory=FakeLibrary)
    uncounted: set[str] = field(default_factory=set)
    flagged: set[tuple[str, int]] = field(default_factory=set)
    unpublished: list[Unpublished] = field(default_factory=list)

    def next_image_id(self, shop: str) -> int:
        return next(self.sequences[shop])

    def reserve_image_ids(self, shop: str, count: int) -> int:
        return min([next(self.sequences[shop]) for _ in range(count)])

    def gallery_with_batch(
        self, shop: str, product: str, upload: str
    ) -> tuple[Gallery, UploadBatch | None]:
        return self.gallery(shop, product), self.imports.batches.get((shop, upload))

    def gallery(self, shop: str, product: str) -> Gallery:
        return self.heads[shop, product]

    def image(self, shop: str, product: str, image: int) -> Image | None:
        return self.records[shop, product].get(image)

    def gallery_with_image(
        self, shop: str, product: str, image: int
    ) -> tuple[Gallery, Image | None]:
        return self.gallery(shop, product), self.image(shop, product, image)

    def gallery_with_images(self, shop: str, product: str) -> tuple[Gallery, Mapping[int, Image]]:
        return self.gallery(shop, product), dict(self.records[shop, product])

    def commit(self, change: GalleryChange) -> Gallery:
        where = change.shop, change.product
        writes = len(change.added) + len(change.removed) + len(change.flagged)
        assert writes <= 98, "a transaction takes 100 writes"
        present, head = self.records[where], self.heads[where]
        if change.after != change.before and head.version != change.before.version:
            raise ConflictError
        leaving = (*change.removed, *change.retired)
        for read in (*leaving, *(before for before, _ in change.changed)):
            if read.id not in present or present[read.id].version != read.version:
                raise ConflictError
        self._note(change)
        if change.after != change.before:
            self.heads[where] = replace(change.after, version=head.version + 1)
        for before, after in change.changed:
            # Unless it brings other bytes, or a name that is not public yet, what their renditions
            # are is not a change's to write.
            known = present[after.id] if after.original == before.original else after
            state = known.renditions if after.name == before.name else after.renditions
            present[after.id] = replace(
                after,
                original=known.original,
                renditions=state,
                appearance=known.appearance,
            )
        present |= {image.id: image for image in change.added}
        if change.named:
            self._take(change, *change.named)
        for image in leaving:
            del self.records[where][image.id]
        self.gone |= {(change.shop, image.id): image for image in change.retired}
        self.flagged |= {(change.shop, image) for image in change.flagged}
        self.counts[change.shop] += len(change.added) - len(leaving)
        return self.heads[where]

    def _note(self, change: GalleryChange) -> None:
        if change.named and not self._can_take(change.shop, change.named[0]):
            raise ConflictError
        if change.taken_down:
            self.take_downs.begin(change.taken_down)
        if change.imported:
            self.imports.settle(change.imported)
        if change.claim:
            self.keys.create(change.claim, change.added[0].id)

    def _can_take(self, shop: str, name: FileName) -> bool:
        known = not name.unnumbered or (shop, name.unnumbered) in self.taken
        return known and (shop, name.full) not in self.taken

    def _take(self, change: GalleryChange, name: FileName, image: int) -> None:
        self.taken[change.shop, name.full] = Naming(
            image, change.product, change.version_of(image), change.key_before_naming(image)
        )
        if name.unnumbered:
            first = change.shop, name.unnumbered
            self.taken[first] = replace(self.taken[first], last_number=name.number)

    def retired(self, shop: str, image: int) -> Image | None:
        return self.gone.get((shop, image))

    def retired_before(self, shop: str, moment: datetime) -> Iterator[Image]:
        for (owner, _), image in sorted(self.gone.items()):
            if owner == shop and image.updated_at < moment:
                yield image

    def take_down_retired(self, image: Image, take_down: TakeDown) -> None:
        if (image.shop, image.id) not in self.gone:
            raise ConflictError
        self.take_downs.begin(take_down)
        self.flag(image.shop, image.id)
        self.forget_retired(image)

    def forget_retired(self, image: Image) -> None:
        self.gone.pop((image.shop, image.id), None)

    def next_default_name(self, shop: str) -> int:
        self.defaults[shop] += 1
        return self.defaults[shop]

    def skip_default_names(self, shop: str, number: int) -> None:
        self.defaults[shop] = max(self.defaults[shop], number)

    def taken_names(self, shop: str, names: Sequence[str]) -> set[str]:
        return {name for name in names if (shop, name) in self.taken}

    def names_of(self, shop: str, image: int) -> Mapping[str, Naming]:
        return {
            name: naming
            for (owner, name), naming in [*self.taken.items()]
            if (owner, naming.image) == (shop, image)
        }

    def names_and_flag(self, shop: str, image: int) -> tuple[Mapping[str, Naming], bool]:
        return self.names_of(shop, image), (shop, image) in self.flagged

    def flag(self, shop: str, image: int) -> None:
        self.flagged.add((shop, image))

    def note_unpublished(self, unpublished: Unpublished) -> None:
        if (unpublished.shop, unpublished.image) in self.flagged:
            self.unpublished.append(unpublished)

    def named(self, shop: str, name: str) -> Naming | None:
        return self.taken.get((shop, name))

    def complete_renditions(
        self, address: OriginalAddress, product: str, appearance: Appearance, *, turned: bool
    ) -> None:
        found = self.image(address.shop, product, address.image)
        if found is None or locations.original_address(found) != address:
            raise RecordMissingError(address.original_key)
        complete = completed(found, appearance, turned=turned)
        self.records[address.shop, product][address.image] = complete

    def image_count(self, shop: str) -> int:
        return self.counts[shop]

    def usage(self, shop: str) -> Usage:
        live = (
            image
            for (owner, _), records in [*self.records.items()]
            for image in records.values()
            if owner == shop
        )
        kept = (image for (owner, _), image in [*self.gone.items()] if owner == shop)
        library = (image for (owner, _), image in [*self.library.records.items()] if owner == shop)
        return replace(usage_of(live, kept, library), exact=shop not in self.uncounted)

    def products(
        self, shop: str, prefix: str = "", after: str = "", limit: int = 100
    ) -> ProductPage:
        found = sorted(
            product
            for (owner, product), head in [*self.heads.items()]
            if owner == shop and head.sorts and product.startswith(prefix) and product > after
        )
        return ProductPage(tuple(found[:limit]), more=len(found) >= limit)

    def heads_of(self, shop: str, products: Sequence[str]) -> Mapping[str, Gallery]:
        return {each: self.heads[shop, each] for each in products if self.heads[shop, each].version}

    def covers(self, shop: str, images: Mapping[str, int]) -> Mapping[str, Image]:
        found = {product: self.image(shop, product, image) for product, image in images.items()}
        return {product: image for product, image in found.items() if image}


@dataclass
class FakeRemote(Remote):
    """A network of these pages; other URLs cannot be downloaded."""

    pages: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str, max_bytes: int) -> bytes:
        self.fetched.append(url)
        if url not in self.pages:
            raise DownloadError(url)
        if len(self.pages[url]) > max_bytes:
            raise PictureRefusedError((Rule.WEIGHT,))
        return self.pages[url]


@dataclass
class FakeRateLimit(RateLimit):
    admitted: Counter[int] = field(default_factory=Counter)

    def admit(self, now: datetime, limit: int) -> bool:
        minute = int(now.timestamp()) // 60
        if self.admitted[minute] >= limit:
            return False
        self.admitted[minute] += 1
        return True


@dataclass
class FakeCdn(Cdn):
    """A CDN that notes what it is told to forget."""

    invalidations: dict[str, list[str]] = field(default_factory=dict)
    busy: int = 0

    def invalidate(self, reference: str, paths: Sequence[str]) -> str:
        if self.busy:
            self.busy -= 1
            raise ThrottledError
        self.invalidations[reference] = [*paths]
        return f"I{len(self.invalidations)}"


@dataclass
class FakeFunctions(Functions):
    """Calls the handlers in this process."""

    called: list[str] = field(default_factory=list)

    def call(self, dialect: str, operation: str, event: Mapping[str, Any]) -> dict[str, Any]:
        self.called.append(operation)
        module = import_module(f"{package_of(dialect)}.{operation}")
        answer: dict[str, Any] = module.handler(event, None)
        return answer


@dataclass
class FakeBlobs(Blobs):
    originals: dict[str, StoredOriginal] = field(default_factory=dict)
    import_folder: dict[str, bytes] = field(default_factory=dict)
    announced: list[str] = field(default_factory=list)
    tagged: set[str] = field(default_factory=set)
    public: dict[str, PublicPicture] = field(default_factory=dict)
    stored_at: dict[str, datetime] = field(default_factory=dict)
    clock: Callable[[], datetime] = now

    def put_original(self, key: str, data: bytes, media_type: str, product: str = "") -> None:
        assert media_type.startswith("image/")
        self.originals[key] = StoredOriginal(data, product)
        self.stored_at[key] = self.clock()

    def original(self, key: str) -> StoredOriginal:
        if key not in self.originals:
            raise OriginalMissingError(key)
        return self.originals[key]

    def original_metadata(self, key: str) -> OriginalMetadata:
        return OriginalMetadata(self.original(key).product, self.stored_at[key])

    def original_keys(self, shop: str, image: int) -> list[str]:
        return [key for key in [*self.originals] if key.startswith(f"originals/{shop}/{image}/")]

    def shop_keys(self, shop: str) -> list[str]:
        return [key for key in [*self.originals] if key.startswith(f"originals/{shop}/")]

    def imported(self, key: str, max_bytes: int, tag: str | None = None) -> bytes:
        data = self.import_folder.get(key)
        if data is None or (tag is not None and tag != etag(data)):
            raise ImportMissingError(key)
        if len(data) > max_bytes:
            raise PictureRefusedError((Rule.WEIGHT,))
        return data

    def upload_form(self, key: str, media_type: str, size: int, seconds: int) -> UploadForm:
        facts = {"Content-Type": media_type, "success_action_status": "201", "key": key}
        return UploadForm("https://s3.example/", {**facts, "policy": f"{size} for {seconds} s"})

    def tag_imported(self, key: str) -> None:
        if key in self.import_folder:
            self.tagged.add(key)

    def announce_original(self, key: str) -> None:
        if key in self.originals:
            self.announced.append(key)

    def has_original(self, key: str) -> bool:
        return key in self.originals

    def remove_originals(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.originals.pop(key, None)
            if key.startswith(UPLOADS):
                self.import_folder.pop(key, None)

    def put_public(self, pictures: Iterable[PublicPicture]) -> int:
        stored = {picture.key: picture for picture in pictures}
        self.public |= stored
        return len(stored)

    def has_public(self, key: str) -> bool:
        return key in self.public

    def link(self, key: str) -> str:
        return f"https://s3.example/{key}"

    def public_keys(self, prefix: str) -> list[str]:
        return sorted(key for key in [*self.public] if key.startswith(prefix))

    def remove_public(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.public.pop(key, None)
