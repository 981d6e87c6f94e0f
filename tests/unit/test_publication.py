"""The plan for public pictures, without storage: any order of events ends in the desired state."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vitrine.domain.images import Image, Original, RenditionState
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import OriginalAddress, named_key, original_address
from vitrine.domain.manifests import manifest_key, picture_of
from vitrine.domain.names import FileName, Naming
from vitrine.domain.pictures import Format
from vitrine.domain.publication import (
    ORPHAN_AGE,
    Fate,
    Plan,
    Standing,
    State,
    desired,
    fate_of,
    is_settled,
    permanent_keys,
    permanent_keys_of,
    plan,
    standing,
    superseded,
    unlisted,
)
from vitrine.domain.renditions import SETS, Alternative

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
BESIDE = (Alternative.WEBP,)


def image(drawn: int, revision: int = 0, **facts: object) -> Image:
    """A record of the picture drawn as number `drawn`, with this revision."""
    original = Original(
        hashlib.sha256(str(drawn).encode()).hexdigest(),
        Format.PNG,
        100,
        90,
        30,
        40,
        file_name="mug.png",
        revision=revision,
    )
    return replace(Image(7, "s1", "p", original, MOMENT, MOMENT), **facts)  # type: ignore[arg-type]


def at(drawn: int, revision: int = 0) -> OriginalAddress:
    """The address of these bytes."""
    return original_address(image(drawn, revision))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (None, Standing.UNRECORDED),
        (image(1, 0), Standing.UNRECORDED),
        (image(1, 1), Standing.CURRENT),
        (image(2, 1), Standing.REJECTED),
        (image(2, 2), Standing.SUPERSEDED),
    ],
    ids=["no record", "older record", "same", "other bytes of the revision", "newer record"],
)
def test_bytes_stand_to_their_record(record: Image | None, expected: Standing) -> None:
    assert standing(at(1, 1), record) is expected


def test_present_bytes_get_every_picture() -> None:
    record = image(1)

    planned = plan(State(at(1), frozenset({at(1)}), record), BESIDE)

    (keys,) = planned.store.values()
    assert len(keys) == 1 + 2 * len(SETS["gallery"])
    assert planned == Plan(store={at(1): keys})


def test_nothing_is_stored_twice() -> None:
    record = image(1)
    stored = desired(at(1), record, {})

    assert plan(State(at(1), frozenset({at(1)}), record, public=stored)) == Plan()


def test_superseded_bytes_stay_until_the_present_ones_are_complete() -> None:
    pending, old = image(2, 1), at(1)
    complete = replace(pending, renditions=RenditionState.COMPLETE)
    both = frozenset({old, at(2, 1)})

    assert plan(State(old, both, pending)) == Plan()
    assert plan(State(old, both, complete)) == Plan(delete_originals=frozenset({old}))


def test_removed_bytes_take_their_predecessors_along() -> None:
    left = frozenset({at(1), at(3, 2)})

    planned = plan(State(at(2, 1), left, None))

    assert planned.delete_originals == {at(1)}
    keys = at(2, 1).full_size_keys
    assert planned.unpublish == keys | {manifest_key(each) for each in keys}


@pytest.mark.parametrize("name", [None, FileName("lamp", 0, "png")], ids=["unnamed", "named"])
def test_discarded_new_bytes_take_nothing_along(name: FileName | None) -> None:
    """Nobody committed them: the bytes before them are the image's present ones."""
    record = replace(image(1), name=name)
    names = {name.full: Naming(7, "p", at(1).version)} if name else {}

    planned = plan(State(at(2, 1), frozenset({at(1)}), record, names))

    keys = at(2, 1).full_size_keys
    assert planned == Plan(unpublish=keys | {manifest_key(each) for each in keys})


def test_bytes_without_a_record_wait() -> None:
    assert plan(State(at(1), frozenset({at(1)}), None)) == Plan()


def test_a_library_image_has_no_permanent_keys() -> None:
    original = image(1).original
    shelf = LibraryImage(7, "s1", "acc", Purpose.USER, original, MOMENT, MOMENT)
    address = original_address(shelf)

    planned = plan(State(address, frozenset({address}), shelf), BESIDE)

    assert len(planned.store[address]) == 1 + 2 * len(SETS["library"])


def test_sizes_that_left_the_table_are_unlisted() -> None:
    address = at(1)
    keys = sorted(desired(address, image(1), {}) - address.full_size_keys)
    stray = keys[0].replace("-100-0", "-99-0")

    assert unlisted(address, [*keys, stray]) == ([stray] if stray not in keys else [])
    assert unlisted(address, [keys[0].rpartition(address.stem)[0] + address.stem + "-99-0.png"])


def test_orphans_are_told_from_replacements_and_images_in_use() -> None:
    assert is_settled(MOMENT, MOMENT + ORPHAN_AGE)
    assert not is_settled(MOMENT, MOMENT + ORPHAN_AGE - timedelta(milliseconds=1))
    assert fate_of(at(1), None) is Fate.DELETED
    assert fate_of(at(1, 1), image(2, 0)) is Fate.SUPERSEDING
    assert fate_of(at(1), image(1)) is Fate.IN_USE
    assert fate_of(at(1), image(2, 1)) is Fate.IN_USE
    assert [each for each in Fate if each.hopeless] == [Fate.DELETED, Fate.SUPERSEDING]


@dataclass
class Storage:
    """One image's record, names, originals, pictures and pending events, as plain values."""

    record: Image | None = None
    names: dict[str, Naming] = field(default_factory=dict)
    originals: set[OriginalAddress] = field(default_factory=set)
    public: dict[str, OriginalAddress] = field(default_factory=dict)
    events: list[tuple[str, OriginalAddress]] = field(default_factory=list)

    def store(self, address: OriginalAddress) -> None:
        self.originals.add(address)
        self.events.append(("created", address))

    def delete(self, address: OriginalAddress) -> None:
        if address in self.originals:
            self.originals.remove(address)
            self.events.append(("removed", address))

    def deliver(self, event: tuple[str, OriginalAddress]) -> bool:
        """Do what the functions do with an event; False if it must be delivered again."""
        kind, address = event
        stored = address in self.originals
        if stored and kind == "removed":
            return True  # the original was stored again; its other event is on its way
        if stored and standing(address, self.record) is Standing.UNRECORDED:
            return False
        known = (key for key in self.public if key.startswith(address.renditions_prefix))
        self._carry_out(
            plan(
                State(
                    address,
                    frozenset(self.originals),
                    self.record,
                    dict(self.names),
                    frozenset() if stored else frozenset(known),
                ),
                BESIDE,
            )
        )
        if stored and self.record and standing(address, self.record) is Standing.CURRENT:
            self.record = replace(self.record, renditions=RenditionState.COMPLETE)
        return True

    def _carry_out(self, planned: Plan) -> None:
        for address, keys in planned.store.items():
            assert address in self.originals, "only stored bytes can be shown"
            for key in keys:
                assert self.public.get(key, address).version == address.version, (
                    "a public URL never changes what it shows"
                )
                self.public[key] = address
        for key in planned.unpublish:
            self.public.pop(key, None)
        for address in planned.delete_originals:
            self.delete(address)


class AnyOrder(RuleBasedStateMachine):
    """Clients change one image while events arrive late, twice, in any order, or never succeed."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = Storage()
        self.storage.record = image(1)
        self.storage.store(original_address(self.storage.record))
        self.drawn = 1
        self.candidates: list[Image] = []

    @property
    def record(self) -> Image:
        assert self.storage.record is not None
        return self.storage.record

    def exists(self) -> bool:
        return self.storage.record is not None

    @precondition(exists)
    @rule()
    def store_a_replacement(self) -> None:
        """A writer stores new bytes; its commit may follow, or lose, or never come."""
        self.drawn += 1
        original = image(self.drawn, self.record.original.revision + 1).original
        candidate = replace(
            self.record, original=original, name=None, renditions=RenditionState.PENDING
        )
        self.candidates.append(candidate)
        self.storage.store(original_address(candidate))

    @precondition(lambda self: self.exists() and self.candidates)
    @rule(number=st.integers(0, 9), named=st.booleans())
    def commit_a_replacement(self, number: int, named: bool) -> None:
        candidate = self.candidates.pop(number % len(self.candidates))
        if candidate.original.revision == self.record.original.revision + 1:
            name = FileName("n", self.drawn * 100 + len(self.storage.names), "png")
            before = self.record
            self.storage.record = replace(candidate, name=name if named else None)
            if named:
                self._name(name, before)

    @precondition(lambda self: self.exists() and self.candidates)
    @rule(number=st.integers(0, 9))
    def discard_a_replacement(self, number: int) -> None:
        """A writer finds the image retired: nobody can commit its bytes any more."""
        candidate = self.candidates.pop(number % len(self.candidates))
        if candidate.original.revision > self.record.original.revision:
            self.storage.delete(original_address(candidate))

    @precondition(exists)
    @rule()
    def rename(self) -> None:
        """A client names the image; its original is announced again."""
        name = FileName("r", len(self.storage.names), "png")
        before = self.record
        self.storage.record = replace(before, name=name, renditions=RenditionState.PENDING)
        self._name(name, before)
        self.storage.events.append(("created", original_address(self.record)))

    def _name(self, name: FileName, before: Image) -> None:
        legacy = "" if before.name else original_address(before).full_size_key(Format.PNG)
        version = original_address(self.record).version
        self.storage.names[name.full] = Naming(7, "p", version, legacy)

    @precondition(exists)
    @rule(crashes=st.booleans())
    def remove(self, crashes: bool) -> None:
        """A client removes the image: the record first, then the original, if it gets so far."""
        address = original_address(self.record)
        self.storage.record = None
        if not crashes:
            self.storage.delete(address)

    @precondition(lambda self: self.exists() and self.storage.originals)
    @rule(number=st.integers(0, 99), which=st.integers(0, 99))
    def ask_for_a_manifest(self, number: int, which: int) -> None:
        """A client requests a manifest that is not stored, of bytes that are."""
        stored = sorted(self.storage.originals, key=lambda each: each.original_key)
        address = stored[number % len(stored)]
        if standing(address, self.record) not in (Standing.UNRECORDED, Standing.REJECTED):
            shown = {
                address.full_size_key(Format.PNG),
                address.rendition_key(SETS["gallery"][0], Format.PNG),
                *permanent_keys_of(address, self.storage.names),
            }
            key = sorted(shown)[which % len(shown)]
            self.storage.public[manifest_key(key)] = address

    @rule(number=st.integers(0, 99), twice=st.booleans())
    def deliver(self, number: int, twice: bool) -> None:
        if not self.storage.events:
            return
        event = self.storage.events.pop(number % len(self.storage.events))
        if not self.storage.deliver(event) or twice:
            self.storage.events.append(event)

    @invariant()
    def present_bytes_are_stored(self) -> None:
        if self.storage.record:
            assert original_address(self.storage.record) in self.storage.originals

    @invariant()
    def complete_images_have_their_pictures(self) -> None:
        record = self.storage.record
        if record and record.renditions is RenditionState.COMPLETE:
            own = desired(original_address(record), record, {}, BESIDE)
            assert own <= self.storage.public.keys()

    def teardown(self) -> None:
        storage = self.storage
        self._settle()
        if storage.record is None:  # the table's stream, then the operator's redrive
            for address in sorted(storage.originals, key=lambda each: each.original_key):
                assert fate_of(address, None) is Fate.DELETED
                storage.delete(address)
            self._settle()
            assert (storage.originals, storage.public) == (set(), {})
            return
        present = original_address(storage.record)
        waiting = {
            each for each in storage.originals if fate_of(each, storage.record) is Fate.SUPERSEDING
        }
        assert storage.originals == {present} | waiting
        permanent = permanent_keys("s1", storage.names)
        expected = desired(present, storage.record, storage.names, BESIDE) | permanent
        manifests = {key for key in storage.public if picture_of(key)}
        assert storage.public.keys() - manifests == expected
        for key in manifests:
            assert picture_of(key) in expected, "the sizes that a manifest names exist"
            assert storage.public[key] == present
        for name, naming in storage.names.items():
            assert storage.public[named_key("s1", name)].version == naming.version

    def _settle(self) -> None:
        """Deliver everything once more until nothing changes."""
        for _ in range(100):
            events, self.storage.events = self.storage.events, []
            again = [event for event in events if not self.storage.deliver(event)]
            if not self.storage.events:
                self.storage.events = []
                return
            self.storage.events += again
        pytest.fail("the events never end")


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)


def test_other_originals_of_a_revision_are_superseded() -> None:
    present, loser, later = at(3, 1), at(4, 1), at(5, 2)

    assert superseded(present, [present, loser, at(1), later]) == {loser, at(1)}
