"""Invalidations of the CDN for shops whose deletions invalidate (docs/architecture.md D46)."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import pictures
from tests.conftest import World
from tests.fakes import FakeCdn, FakeGalleries
from tests.gateway import template

from pipeline import remove_originals, remove_renditions
from pipeline.events import parse_unpublished
from vitrine import environment
from vitrine.adapters import table_keys
from vitrine.adapters.table import milliseconds
from vitrine.domain.errors import ThrottledError
from vitrine.domain.invalidations import (
    MOST_PATHS,
    PATIENCE,
    Unpublished,
    put_off,
    select,
    unpublished_paths,
)
from vitrine.domain.locations import OriginalAddress, named_key, original_address
from vitrine.domain.manifests import manifest_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.services.adding import add_image
from vitrine.services.changing import Change, change_image
from vitrine.services.invalidating import Invalidated, invalidate
from vitrine.services.purging import purge_retired
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image, remove_images, retire_image
from vitrine.services.sources import at_hand

PRODUCT = ProductKey("p")
RULES = PictureRules(frozenset(Format), max_bytes=10**6)
BYTES = OriginalAddress("s1", 12, 3, "0123456789abcdef0123", "Rote Lampe.png")
STEM = "000000000c030123456789abcdef0123"


# Paths


def test_bytes_have_one_path_for_renditions_and_one_for_the_full_size() -> None:
    sizes = {BYTES.rendition_key(each, Format.PNG) for each in SETS["gallery"]}
    full_size = BYTES.full_size_key(Format.PNG)

    paths = unpublished_paths(BYTES, {*sizes, full_size, manifest_key(full_size)})

    assert paths == {
        f"/media/s1/{STEM}/*",
        f"/media/s1/product_images/{full_size.split('/', 3)[3].removesuffix('png')}*",
    }


def test_each_named_picture_has_a_path() -> None:
    lamp, own = named_key("s1", "лампа.png"), BYTES.full_size_keys

    paths = unpublished_paths(BYTES, {lamp, manifest_key(lamp), *own})

    assert "/media/s1/catalog/product/%D0%BB/%D0%B0/%D0%BB%D0%B0%D0%BC%D0%BF%D0%B0.png*" in paths
    assert len(paths) == 3


def test_renditions_that_an_interrupted_attempt_deleted_are_invalidated_too() -> None:
    assert f"/media/s1/{STEM}/*" in unpublished_paths(BYTES, BYTES.full_size_keys)


def test_nothing_unpublished_has_no_path() -> None:
    assert unpublished_paths(BYTES, ()) == frozenset()


# Selection

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
LOST = st.lists(
    st.builds(
        Unpublished,
        shop=st.sampled_from([f"s{number}" for number in range(20)]),
        image=st.integers(1, 50),
        # The empty one is the folder of the shop.
        paths=st.frozensets(
            st.integers(0, 300).map(lambda n: str(n or "")), min_size=1, max_size=4
        ),
        since=st.sampled_from([None, *(NOON + timedelta(minutes=n) for n in range(3))]),
    ).map(
        lambda each: replace(each, paths=frozenset(f"/media/{each.shop}/{p}*" for p in each.paths))
    ),
    min_size=1,
    max_size=60,
)


@given(LOST)
def test_an_invalidation_covers_all_that_it_does_not_leave(lost: list[Unpublished]) -> None:
    selected = select(lost)
    starts = tuple(path.removesuffix("*") for path in selected.paths)

    assert 0 < len(selected.paths) <= MOST_PATHS
    assert {*selected.left} <= {*lost}
    for each in lost:
        if each not in selected.left:
            assert all(path.startswith(starts) for path in each.paths)
    shops = {path.split("/")[2] for path in selected.paths}
    assert shops == {each.shop for each in lost} - {each.shop for each in selected.left}


@given(LOST)
def test_paths_are_exact_while_there_are_few(lost: list[Unpublished]) -> None:
    folders = {f"/media/{each.shop}/*" for each in lost if f"/media/{each.shop}/*" in each.paths}
    others = (path for each in lost for path in each.paths)
    every = folders | {
        path
        for path in others
        if not path.startswith(tuple(folder.removesuffix("*") for folder in folders))
    }

    assert ({*select(lost).paths} == every) == (len(every) <= MOST_PATHS)


@given(LOST)
def test_what_waits_longer_is_never_overtaken(lost: list[Unpublished]) -> None:
    selected = select(lost)

    for left in selected.left:
        for shop in selected.shops:
            assert min(each.order for each in lost if each.shop == shop) <= left.order


@given(LOST)
def test_what_is_put_off_is_one_note_of_each_shop(lost: list[Unpublished]) -> None:
    notes = put_off(lost)

    assert [each.shop for each in notes] == [*dict.fromkeys(each.shop for each in lost)]
    for note in notes:
        own = [each for each in lost if each.shop == note.shop]
        starts = tuple(path.removesuffix("*") for path in note.paths)
        assert len(note.paths) <= MOST_PATHS
        assert all(path.startswith(starts) for each in own for path in each.paths)
        assert note.image == own[-1].image
        assert note.order == min(each.order for each in own)


def test_many_images_of_a_shop_are_one_path_and_others_stay_exact() -> None:
    many = [Unpublished("s1", image, frozenset({f"/media/s1/{image}*"})) for image in range(20)]
    one = Unpublished("s2", 1, frozenset({"/media/s2/a*", "/media/s2/b*"}))

    assert select([*many, one]).paths == ["/media/s1/*", "/media/s2/a*", "/media/s2/b*"]


# The CDN is told

LAMP = Unpublished("s1", 1, frozenset({"/media/s1/1*"}))
MUG = Unpublished("s2", 2, frozenset({"/media/s2/2*"}), NOON)


@pytest.fixture
def galleries() -> FakeGalleries:
    found = FakeGalleries()
    for each in (LAMP, MUG):
        found.flag(each.shop, each.image)
    return found


def test_one_invalidation_covers_a_minute(galleries: FakeGalleries) -> None:
    cdn = FakeCdn()

    done = invalidate(galleries, cdn, "r1", [LAMP, MUG], NOON)

    assert done == Invalidated("I1", paths={"s1": 1, "s2": 1}, put_off={})
    assert cdn.invalidations == {"r1": ["/media/s1/1*", "/media/s2/2*"]}
    assert galleries.unpublished == []


def test_while_the_cdn_is_busy_all_is_put_off(galleries: FakeGalleries) -> None:
    cdn, vase = FakeCdn(busy=1), replace(MUG, image=3, paths=frozenset({"/media/s2/3*"}))
    galleries.flag("s2", 3)

    done = invalidate(galleries, cdn, "r1", [LAMP, MUG, vase], NOON)

    assert done == Invalidated(None, paths={}, put_off={"s1": 1, "s2": 2})
    assert cdn.invalidations == {}
    assert galleries.unpublished == [LAMP, replace(vase, paths=MUG.paths | vase.paths)]


def test_after_six_hours_the_event_fails(galleries: FakeGalleries) -> None:
    with pytest.raises(ThrottledError):
        invalidate(galleries, FakeCdn(busy=1), "r1", [LAMP, MUG], NOON + PATIENCE)

    assert galleries.unpublished == []


def test_of_more_shops_than_paths_the_others_are_put_off() -> None:
    galleries, cdn = FakeGalleries(), FakeCdn()
    lost = [Unpublished(f"s{n}", 1, frozenset({f"/media/s{n}/1*"})) for n in range(MOST_PATHS + 2)]
    for each in lost:
        galleries.flag(each.shop, 1)

    done = invalidate(galleries, cdn, "r1", lost, NOON)

    assert (done.id, len(done.paths)) == ("I1", MOST_PATHS)
    assert done.put_off == {f"s{n}": 1 for n in range(MOST_PATHS, MOST_PATHS + 2)}
    assert galleries.unpublished == lost[MOST_PATHS:]


MAPPING = template()["Resources"]["RemoveOriginals"]["Properties"]["Events"]["RecordRemoved"]
BATCH, WINDOW = (
    MAPPING["Properties"][name] for name in ("BatchSize", "MaximumBatchingWindowInSeconds")
)


@dataclass
class Stream(FakeGalleries):
    """Flags, and the stream that delivers their notes: a full batch at once, others in time."""

    time: datetime = NOON
    waiting: list[Unpublished] = field(default_factory=list)

    def note_unpublished(self, unpublished: Unpublished) -> None:
        self.waiting.append(replace(unpublished, since=unpublished.since or self.time))

    def batch(self) -> list[Unpublished]:
        if len(self.waiting) < BATCH:
            self.time += timedelta(seconds=WINDOW)
        batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        return batch


def test_while_the_cdn_is_busy_it_is_asked_once_a_minute_however_much_waits() -> None:
    stream, cdn = Stream(), FakeCdn(busy=10**9)
    for number in range(450):
        shop = f"s{number % 3}"
        stream.note_unpublished(Unpublished(shop, number, frozenset({f"/media/{shop}/{number}*"})))
    asked = 0

    while stream.waiting:
        asked += 1
        batch = stream.batch()
        if stream.time >= NOON + timedelta(hours=5):
            cdn.busy = 0
        invalidate(stream, cdn, f"r{asked}", batch, stream.time)

    assert 300 <= asked <= 310
    assert cdn.invalidations == {f"r{asked}": ["/media/s0/*", "/media/s1/*", "/media/s2/*"]}


# What flags an image


def shop(world: World, setting: str | None) -> None:
    settings = {} if setting is None else {"cdn_invalidate": setting}
    world.open_shop("s1", **settings)


def added(world: World, count: int = 1) -> None:
    for number in range(count):
        source = at_hand(pictures.png(8, 8 + number), "a.png")
        add_image(world.catalogue("s1"), PRODUCT, source, RULES)


def replaced(world: World) -> None:
    found = get_entry(world.catalogue("s1"), PRODUCT, 1)
    change_image(
        world.catalogue("s1"), found, Change(source=at_hand(pictures.png(99), "b.png")), RULES
    )


def retired(world: World) -> None:
    retire_image(world.catalogue("s1"), PRODUCT, 1)


def purged(world: World) -> None:
    retired(world)
    assert world.galleries.flagged == set()
    assert list(purge_retired(world.stores, "s1", world.now() + timedelta(hours=1)))


@pytest.mark.parametrize(
    ("act", "flagged"),
    [
        (lambda world: remove_image(world.catalogue("s1"), PRODUCT, 1), {1}),
        (lambda world: remove_images(world.catalogue("s1"), PRODUCT), {1, 2}),
        (replaced, {1}),
        (retired, set()),
        (purged, {1}),
    ],
    ids=["remove", "remove all", "replace", "retire", "purge"],
)
@pytest.mark.parametrize("setting", ["yes", "no", None])
def test_what_loses_bytes_is_flagged_if_the_shop_says_so(
    act: Any, flagged: set[int], setting: str | None
) -> None:
    world = World()
    shop(world, setting)
    added(world, 2)

    act(world)

    assert world.galleries.flagged == (
        {("s1", each) for each in flagged} if setting == "yes" else set()
    )


def test_texts_and_places_flag_nothing() -> None:
    world = World()
    shop(world, "yes")
    added(world)
    found = get_entry(world.catalogue("s1"), PRODUCT, 1)

    change_image(world.catalogue("s1"), found, Change(place=lambda g, i: g.move(i, 1)), RULES)

    assert world.galleries.flagged == set()


def test_a_thousand_images_are_removed_and_flagged_in_transactions_of_their_size() -> None:
    """The gallery in memory refuses a transaction that is too large."""
    world = World()
    shop(world, "yes")
    added(world, 120)

    remove_images(world.catalogue("s1"), PRODUCT)

    assert len(world.galleries.flagged) == 120


# Events


def test_an_unmarked_image_is_unpublished_and_nothing_else() -> None:
    world = World()
    shop(world, "no")
    added(world)
    (key,) = world.blobs.originals
    remove_image(world.catalogue("s1"), PRODUCT, 1)

    with environment.use(world.environment):
        remove_renditions.handler({"Records": [{"s3": {"object": {"key": key}}}]}, None)

    assert world.galleries.unpublished == []


def record(name: str, sk: str = table_keys.FLAG, **item: Any) -> dict[str, Any]:
    keys = {"pk": {"S": table_keys.names("s1", 12)}, "sk": {"S": sk}}
    change = {"Keys": keys, "SequenceNumber": "7", **({"NewImage": item} if item else {})}
    return {"eventName": name, "dynamodb": change}


NOTED = {"paths": {"L": [{"S": "/media/s1/a*"}]}, "since": {"N": "1704110400000"}}


def test_a_note_is_read_from_the_stream() -> None:
    event = {"Records": [record("MODIFY", **NOTED)]}

    assert parse_unpublished(event) == [Unpublished("s1", 12, frozenset({"/media/s1/a*"}), NOON)]


@pytest.mark.parametrize(
    "other",
    [
        record("MODIFY", expires={"N": "1"}),
        record("REMOVE"),
        record("MODIFY", "NAME#a.png", **NOTED),
    ],
    ids=["a flag", "a flag's end", "a file name"],
)
def test_other_records_are_no_notes(other: dict[str, Any]) -> None:
    assert parse_unpublished({"Records": [other]}) == []


def test_images_of_a_batch_are_invalidated_together_and_a_repeated_batch_is_the_same() -> None:
    world = World()
    world.galleries.flag("s1", 12)
    event = {"Records": [record("MODIFY", **NOTED), record("MODIFY", **NOTED)]}

    with environment.use(world.environment):
        remove_originals.handler(event, None)
        remove_originals.handler(event, None)

    assert world.cdn.invalidations == {"unpublished-7": ["/media/s1/a*"]}


def test_the_log_tells_what_was_invalidated_and_what_was_put_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.galleries.flag("s1", 12)

    with environment.use(world.environment):
        remove_originals.handler({"Records": [record("MODIFY", **NOTED)]}, None)
        world.cdn.busy = 1
        recent = {**NOTED, "since": {"N": str(milliseconds(world.now()))}}
        remove_originals.handler({"Records": [record("MODIFY", **recent)]}, None)

    done, later = (vars(each) for each in caplog.records)
    assert (done["msg"], done["shop"], done["paths"]) == ("invalidated", "s1", 1)
    assert done["invalidation"] == "I1"
    assert (later["msg"], later["shop"], later["paths"]) == ("invalidation put off", "s1", 1)
    assert "invalidation" not in later


def test_a_full_size_is_known_by_the_image() -> None:
    """The paths that a real image's removal notes are those of its real keys."""
    world = World()
    shop(world, "yes")
    added(world)
    (image,) = world.galleries.records["s1", "p"].values()
    address = original_address(image)
    remove_image(world.catalogue("s1"), PRODUCT, 1)

    with environment.use(world.environment):
        key = {"key": address.original_key}
        remove_renditions.handler({"Records": [{"s3": {"object": key}}]}, None)

    (noted,) = world.galleries.unpublished
    starts = tuple(path[1:-1] for path in noted.paths)
    assert all(each.startswith(starts) for each in address.full_size_keys)
    assert noted == Unpublished("s1", 1, noted.paths)
    assert len(noted.paths) == 2
