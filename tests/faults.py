"""The fault machine: a shop in memory whose storage events reach the real pipeline handlers.

Events are delivered when a test requests it. Each call through a port counts as a call to AWS. A
test can make it fail before it takes effect, or after it (a lost answer), or let other clients and
events act before it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from tests import pictures
from tests.conftest import World
from tests.fakes import FakeBlobs, FakeCdn, FakeGalleries, FakeLibrary, FakeShops, etag

from pipeline import (
    generate_renditions,
    import_file,
    remove_originals,
    remove_renditions,
    render_missing,
    take_down,
)
from vitrine import environment
from vitrine.adapters import table_keys
from vitrine.domain.errors import VitrineError
from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.idempotency import ObjectIdentity
from vitrine.domain.images import Image, RenditionState
from vitrine.domain.invalidations import Unpublished
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import (
    PUBLIC,
    LibraryAddress,
    named_key,
    original_address,
    parse_original_key,
)
from vitrine.domain.manifests import manifest_key, picture_of
from vitrine.domain.pictures import Format
from vitrine.domain.publication import permanent_keys
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.domain.storage import PublicPicture, StoredOriginal
from vitrine.domain.take_downs import TakeDown
from vitrine.domain.uploads import UploadBatch, UploadFile
from vitrine.environment import Environment
from vitrine.ports import Stores
from vitrine.services.adding import NewImage, add_image, add_library_image
from vitrine.services.catalogue import Catalogue
from vitrine.services.changing import Change, change_image
from vitrine.services.inspecting import inspect_upload
from vitrine.services.naming import WantedName
from vitrine.services.orphans import delete_if_orphaned
from vitrine.services.purging import purge_retired
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image, remove_images, retire_image
from vitrine.services.rendering import make_renditions
from vitrine.services.sources import at_hand
from vitrine.services.taking_down import TakingDown

PRODUCT = ProductKey("p")
RULES = PictureRules(frozenset(Format), max_bytes=10**6)
ATTEMPTS = 3
"""How often Lambda delivers an event: once, and twice more when that fails."""


class CallFailedError(Exception):
    """A call to AWS failed, or its answer was lost."""


@dataclass(frozen=True)
class Event:
    """An event that AWS delivers to a function."""

    function: Callable[[Any, object], None]
    payload: dict[str, Any] = field(hash=False)
    about: str


@dataclass
class Network:
    """Counts calls, and makes some of them fail or runs something else before one.

    Attributes:
        count: how many calls were made.
        fails_at: number of the first call that fails; 0 for none.
        outage: how many calls fail from that one on.
        takes_effect: whether a failing call takes effect and only its answer is lost.
        before: what happens before the call of a number.
    """

    count: int = 0
    fails_at: int = 0
    outage: int = 1
    takes_effect: bool = False
    before: dict[int, Callable[[], object]] = field(default_factory=dict)

    def call(self, do: Callable[[], Any]) -> Any:
        self.count += 1
        if meanwhile := self.before.pop(self.count, None):
            meanwhile()
        fails = bool(self.fails_at) and 0 <= self.count - self.fails_at < self.outage
        if fails and not self.takes_effect:
            raise CallFailedError
        result = do()
        if fails:
            raise CallFailedError
        return result


class OverNetwork:
    """A port whose calls all go over the network."""

    def __init__(self, port: Any, network: Network) -> None:
        self._port = port
        self._network = network

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def called(*arguments: Any, **named: Any) -> Any:
            def do() -> Any:
                answer = method(*arguments, **named)
                return list(answer) if isinstance(answer, Iterator) else answer

            return self._network.call(do)

        return called

    def announce_original(self, key: str) -> None:
        """A copy takes time: others act after it has read the original."""
        read = self._port.originals.get(key)
        self._network.call(lambda: self._port.finish_copy(key, read))

    def put_public(self, stored: Iterable[PublicPicture]) -> int:
        """A call for each picture."""
        return sum(self._network.call(lambda: self._port.put_public([each])) for each in stored)  # noqa: B023


@dataclass
class NotifyingBlobs(FakeBlobs):
    """Storage that sends an event for each original that is stored or deleted."""

    tell: Callable[[Event], None] = lambda _: None
    copies: set[str] = field(default_factory=set)
    """Public keys of which the CDN may have a copy: it could fetch each as soon as it is stored."""

    def put_public(self, stored: Iterable[PublicPicture]) -> int:
        before = set(self.public)
        count = super().put_public(stored)
        self.copies |= set(self.public) - before
        return count

    def put_original(self, key: str, data: bytes, media_type: str, product: str = "") -> None:
        super().put_original(key, data, media_type, product)
        self.tell(_stored(key))

    def announce_original(self, key: str) -> None:
        self.finish_copy(key, self.originals.get(key))

    def finish_copy(self, key: str, read: StoredOriginal | None) -> None:
        """Store what a copy of an original onto itself read when it began.

        S3 stores it even if the original has been deleted since.
        """
        if read:
            self.originals[key] = read
            self.stored_at[key] = self.clock()
            self.tell(_stored(key))

    def remove_originals(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.import_folder.pop(key, None)
            if self.originals.pop(key, None):
                self.tell(Event(remove_renditions.handler, _notification(key), f"- {key}"))


@dataclass
class EagerCdn(FakeCdn):
    """A CDN that fetches every public picture again at once."""

    blobs: NotifyingBlobs = field(default_factory=NotifyingBlobs)

    def invalidate(self, reference: str, paths: Sequence[str]) -> str:
        made = super().invalidate(reference, paths)
        starts = tuple(unquote(path).removesuffix("*").removeprefix("/") for path in paths)
        self.blobs.copies = {key for key in self.blobs.copies if not key.startswith(starts)}
        self.blobs.copies |= set(self.blobs.public)
        return made


@dataclass
class NotifyingGalleries(FakeGalleries):
    """A table whose stream sends an event for each deleted record."""

    tell: Callable[[Event], None] = lambda _: None

    def commit(self, change: GalleryChange) -> Gallery:
        after = super().commit(change)
        for image in (*change.removed, *change.retired):
            self._gone(table_keys.gallery(change.shop, change.product), image.id)
        if change.taken_down:
            self.tell(_begun(change.taken_down))
        return after

    def take_down_retired(self, image: Image, take_down: TakeDown) -> None:
        super().take_down_retired(image, take_down)
        self.tell(_begun(take_down))

    def forget_retired(self, image: Image) -> None:
        there = (image.shop, image.id) in self.gone
        super().forget_retired(image)
        if there:
            self._gone(table_keys.retired(image.shop), image.id)

    def note_unpublished(self, unpublished: Unpublished) -> None:
        super().note_unpublished(unpublished)
        if (unpublished.shop, unpublished.image) in self.flagged:
            self.tell(_noted(unpublished))

    def _gone(self, pk: str, image: int) -> None:
        keys = {"pk": {"S": pk}, "sk": {"S": table_keys.sort_key(image)}}
        record = {"eventName": "REMOVE", "dynamodb": {"Keys": keys}}
        event = Event(remove_originals.handler, {"Records": [record]}, f"- {pk} {image}")
        self.tell(event)


def _notification(key: str, **more: str) -> dict[str, Any]:
    return {"Records": [{"s3": {"object": {"key": quote_plus(key, safe="/"), **more}}}]}


def _noted(unpublished: Unpublished) -> Event:
    keys = {
        "pk": {"S": table_keys.names(unpublished.shop, unpublished.image)},
        "sk": {"S": table_keys.FLAG},
    }
    item = {
        "paths": {"L": [{"S": path} for path in sorted(unpublished.paths)]},
        "since": {"N": "1"},
    }
    change = {"Keys": keys, "NewImage": item, "SequenceNumber": "1"}
    record = {"eventName": "MODIFY", "dynamodb": change}
    about = f"invalidate {unpublished.image}"
    return Event(remove_originals.handler, {"Records": [record]}, about)


def _begun(begun: TakeDown) -> Event:
    pk, sk = table_keys.take_down_key(begun.shop, begun.id)
    record = {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}}
    return Event(take_down.handler, {"Records": [record]}, f"take down {begun.id}")


def _stored(key: str) -> Event:
    return Event(generate_renditions.handler, _notification(key), f"+ {key}")


class FaultyAws:
    """One shop, its clients, and the events that AWS delivers."""

    def __init__(self) -> None:
        self.network = Network()
        self.told: list[Event] = []
        self.pending: list[Event] = []
        self.dead: list[Event] = []
        self.time = datetime(2024, 1, 1, tzinfo=UTC)
        self.blobs = NotifyingBlobs(clock=lambda: self.time, tell=self._tell)
        self.galleries = NotifyingGalleries(tell=self._tell)
        self.world = World(
            galleries=self.galleries,
            blobs=self.blobs,
            cdn=EagerCdn(blobs=self.blobs),
            clock=lambda: self.time,
        )
        self.world.open_shop("s1", cdn_invalidate="yes")
        self.drawn = 0

    def _tell(self, event: Event) -> None:
        self.told.append(event)
        self.pending.append(event)

    @property
    def environment(self) -> Environment:
        plain = self.world.environment
        return replace(
            plain,
            stores=Stores(
                OverNetwork(self.world.shops, self.network),
                OverNetwork(self.galleries, self.network),
                OverNetwork(self.world.library, self.network),
                OverNetwork(self.blobs, self.network),
                OverNetwork(self.world.imports, self.network),
            ),
            take_downs=OverNetwork(self.world.take_downs, self.network),
            cdn=OverNetwork(self.world.cdn, self.network),
        )

    @property
    def catalogue(self) -> Catalogue:
        shop = self.world.shops.shop("s1")
        assert shop is not None
        return self.environment.catalogue(shop)

    def picture(self) -> bytes:
        """A new picture, different each time."""
        self.drawn += 1
        return pictures.png(8 + self.drawn % 30, 9 + self.drawn // 30)

    # What clients do

    def add(self, data: bytes = b"", base: str | None = None) -> Image:
        name = WantedName(base, "png") if base else None
        source = at_hand(data or self.picture(), "a.png")
        return add_image(self.catalogue, PRODUCT, source, RULES, NewImage(name=name)).image

    def replace(self, image: int, data: bytes = b"", base: str | None = None) -> None:
        found = get_entry(self.catalogue, PRODUCT, image)
        source = at_hand(data or self.picture(), "b.png")
        name = WantedName(base, "png") if base else None
        change = Change(source=source, rename=lambda _: name, names=name is not None)
        change_image(self.catalogue, found, change, RULES)

    def rename(self, image: int, base: str) -> None:
        found = get_entry(self.catalogue, PRODUCT, image)

        def wanted(now: Image) -> WantedName | None:
            return None if now.name and now.name.base == base else WantedName(base, "png")

        change_image(self.catalogue, found, Change(rename=wanted, names=True), RULES)

    def remove(self, image: int) -> None:
        remove_image(self.catalogue, PRODUCT, image)

    def take_down(self, image: int) -> None:
        """Take an image down, by a request with an idempotency key."""
        here, identity = self.environment, ObjectIdentity(f"t{image}", "")
        TakingDown(self.catalogue, here.take_downs, identity).image(PRODUCT, image)

    def retire(self, image: int) -> None:
        retire_image(self.catalogue, PRODUCT, image)

    def remove_all(self) -> None:
        remove_images(self.catalogue, PRODUCT)

    def hide(self, image: int) -> None:
        """Remove an image from one store view."""
        retire_image(self.catalogue, PRODUCT, image, "2")

    def move_first(self, image: int) -> None:
        """Move an image to the first place and give it the thumbnail role."""
        change_image(
            self.catalogue,
            get_entry(self.catalogue, PRODUCT, image),
            Change(
                place=lambda gallery, moved: gallery.move(moved, 1),
                role=lambda gallery, chosen: gallery.assign(chosen, {THUMBNAIL}),
            ),
            RULES,
        )

    def purge(self) -> None:
        here, later = self.environment, self.time + timedelta(days=1)
        list(purge_retired(here.stores, "s1", later))

    def drop(self, data: bytes) -> None:
        """Upload a file to a product's import folder."""
        key = "import/s1/products/p/dropped.png"
        self.blobs.import_folder[key] = data
        payload = _notification(key, eTag=etag(data), sequencer="0A")
        self._tell(Event(import_file.handler, payload, f"+ {key}"))

    def send(self, data: bytes, replaces: int | None = None) -> None:
        """Send a file with the form of an upload batch, whose first image id is 7."""
        file = UploadFile("sent.png", "image/png", len(data), replaces=replaces)
        batch = UploadBatch("u1", "s1", PRODUCT, (file,), "f", 7, self.time, self.time)
        self.world.imports.batches["s1", batch.id] = batch
        key = batch.key(1)
        self.blobs.import_folder[key] = data
        payload = _notification(key, eTag=etag(data), sequencer="0A")
        self._tell(Event(import_file.handler, payload, f"+ {key}"))

    def shelve(self) -> None:
        """Add a picture to the library."""
        inspected = inspect_upload(at_hand(self.picture(), "c.png"), RULES)
        add_library_image(self.catalogue, inspected, Purpose.ACCOUNT, "s1")

    def ask(self, key: str) -> bool:
        """Request a picture that the CDN did not find in storage; whether the answer has one.

        The CDN caches such an answer, even if the picture has been deleted since.
        """
        about = {"http": {"method": "GET"}}
        with environment.use(self.environment):
            answer = render_missing.handler(
                {"requestContext": about, "rawPath": f"/{quote(key)}"}, None
            )
        if answer["statusCode"] != 200:
            return False
        self.blobs.copies.add(key)
        return True

    def ask_for_all(self) -> None:
        """Request every picture that exists or ever existed, and its manifest."""
        for key in self.keys():
            self.ask(key)
            self.ask(manifest_key(key))

    # What AWS does

    def deliver(self, event: Event) -> bool:
        """Deliver an event as Lambda does, with retries; whether a delivery succeeded."""
        with environment.use(self.environment):
            for _ in range(ATTEMPTS):
                try:
                    event.function(event.payload, None)
                except (CallFailedError, VitrineError):
                    continue
                return True
        self.dead.append(event)
        return False

    def settle(self) -> None:
        """Deliver all pending events, and the events that they cause."""
        while self.pending:
            self.deliver(self.pending.pop(0))

    def repeat_all(self) -> None:
        """Deliver all past events once more."""
        self.dead.clear()
        for event in list(self.told):
            self.deliver(event)
        self.settle()

    def redrive(self) -> None:
        """Redrive the dead letters two hours later, as an operator does."""
        self.time += timedelta(hours=2)
        dead, self.dead = self.dead, []
        here = self.environment
        for event in dead:
            key = event.about.removeprefix("+ ")
            if self.deliver(event):
                continue
            where = parse_original_key(key)
            assert where is not None, event
            fate = delete_if_orphaned(here.stores, where, self.time)
            assert fate.hopeless, (event, fate)
            self.dead.remove(event)
        self.settle()

    # What is to be

    @property
    def images(self) -> list[Image | LibraryImage]:
        """All images that have a record: live, then retired."""
        live = self.galleries.records["s1", PRODUCT].values()
        library = self.world.library.records.values()
        return [*live, *library, *self.galleries.gone.values()]

    def keys(self) -> list[str]:
        """Keys of the public pictures of all bytes that ever existed, oldest first."""
        stored = [event.about.removeprefix("+ ") for event in self.told]
        found: list[str] = []
        for where in filter(None, map(parse_original_key, stored)):
            kind, of = LIBRARY_FORMAT, "library" if isinstance(where, LibraryAddress) else "gallery"
            found.append(where.full_size_key(kind))
            found += [where.rendition_key(rendition, kind) for rendition in SETS[of]]
        names = [named_key("s1", name) for _, name in self.galleries.taken]
        return list(dict.fromkeys([*found, *names]))

    def check(self) -> None:
        """Check that every image has all its pictures, and that no other pictures are public."""
        assert self.pending == []
        assert self.dead == []
        for image in self.images:
            if (image.shop, image.id) in self.galleries.gone:
                continue
            assert image.renditions is RenditionState.COMPLETE, image
        self.check_manifests()
        assert self.blobs.copies <= self.blobs.public.keys(), "the CDN shows what is deleted"
        expected = self.expected()
        public = {
            key: picture.data for key, picture in self.blobs.public.items() if not picture_of(key)
        }
        names = {
            key: naming.image
            for (shop, name), naming in self.galleries.taken.items()
            for key in permanent_keys(shop, {name: naming})
        }
        ids = {image.id for image in self.images}
        assert public.keys() - names.keys() == expected.keys() - names.keys()
        assert public.keys() & names.keys() == {key for key, image in names.items() if image in ids}
        assert {key: public[key] for key in expected} == expected
        assert {*self.blobs.originals} - self.unclaimed() == {
            original_address(image).original_key for image in self.images
        }

    def check_manifests(self) -> None:
        """Check that each stored manifest is beside a picture of the bytes that it describes.

        Of present bytes, that is: all the sizes that it names can be requested.
        """
        present = {original_address(image).full_size_key(Format.PNG) for image in self.images}
        present |= {original_address(image).full_size_key(LIBRARY_FORMAT) for image in self.images}
        for key, stored in self.blobs.public.items():
            if shown := picture_of(key):
                assert shown in self.blobs.public, key
                url = json.loads(stored.data)["url"]
                assert PUBLIC + url.removeprefix(f"{self.environment.media_url}/") in present, key

    def expected(self) -> dict[str, bytes]:
        """The keys that must be public: the pictures of current bytes and current names."""
        found: dict[str, bytes] = {}
        for image in self.images:
            found |= self._pictures_of(image)
        return found

    def unclaimed(self) -> set[str]:
        """Originals of failed replacements: private, deleted by the next replacement."""
        found = [each for key in self.blobs.originals if (each := parse_original_key(key))]
        revisions = {image.id: image.original.revision for image in self.images}
        return {
            each.original_key
            for each in found
            if each.image in revisions and each.revision > revisions[each.image]
        }

    def _pictures_of(self, image: Image | LibraryImage) -> dict[str, bytes]:
        """The public pictures of an image, rendered in a world without faults."""
        galleries, library, blobs = FakeGalleries(), FakeLibrary(), FakeBlobs()
        where = original_address(image)
        blobs.originals[where.original_key] = self.blobs.originals[where.original_key]
        if isinstance(image, LibraryImage):
            library.add(image)
        else:
            galleries.records[image.shop, image.product][image.id] = image
        make_renditions(Stores(FakeShops(), galleries, library, blobs, galleries.imports), where)
        return {key: picture.data for key, picture in blobs.public.items()}
