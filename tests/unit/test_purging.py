"""Purging retired images, with interruptions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import World

from openmage.account import account, retention
from vitrine.domain.locations import original_address
from vitrine.domain.shops import ProductKey, Shop
from vitrine.services.purging import purge_retired
from vitrine.services.removing import retire_image

TODAY = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def world(world: World) -> World:
    """A shop whose images 1 and 2 were retired, a day apart, and image 3 was not."""
    world.open_shop("s1")
    world.with_gallery("s1", "p", {1: 0, 2: 1, 3: 2})
    for image in (1, 2):
        world.clock = lambda days=image: TODAY + timedelta(days=days)
        retire_image(world.catalogue("s1"), ProductKey("p"), image)
    for image in (*world.galleries.gone.values(), *world.galleries.records["s1", "p"].values()):
        world.blobs.put_original(original_address(image).original_key, b"1", "image/png", "p")
    return world


def purged(world: World, days: int) -> list[int]:
    before = TODAY + timedelta(days=days)
    return [each.id for each in purge_retired(world.stores, "s1", before)]


def test_what_was_retired_before_goes_with_all_its_originals(world: World) -> None:
    world.blobs.put_original(f"originals/s1/1/0-{'0' * 20}/old.png", b"0", "image/png", "p")

    assert purged(world, 1) == []
    assert purged(world, 2) == [1]

    assert world.blobs.original_keys("s1", 1) == []
    assert world.galleries.retired("s1", 1) is None
    for image in (2, 3):
        assert len(world.blobs.original_keys("s1", image)) == 1
    assert world.galleries.retired("s1", 2) is not None


def test_an_interrupted_purge_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[str] = []

    def failing(keys: Sequence[str]) -> None:
        removed.extend(keys)
        raise TimeoutError

    with monkeypatch.context() as once:
        once.setattr(world.blobs, "remove_originals", failing)
        with pytest.raises(TimeoutError):
            purged(world, 3)
    assert removed
    assert world.galleries.retired("s1", 1) is not None
    world.blobs.remove_originals(removed)  # they were, only the answer was lost

    assert purged(world, 3) == [1, 2]
    assert purged(world, 3) == []
    assert set(world.galleries.gone) == set()


def test_a_shop_that_is_being_deleted_can_be_purged(world: World) -> None:
    """It is closed: its record is not found any more, and neither are its settings."""
    world.shops.profiles.pop("s1")

    assert purged(world, 3) == [1, 2]
    assert world.galleries.flagged == set()


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({}, None),
        ({"openmage.retention_days": ""}, None),
        ({"openmage.retention_days": "0"}, timedelta()),
        ({"openmage.retention_days": "30"}, timedelta(days=30)),
    ],
)
def test_the_shop_says_how_long_bytes_are_kept(
    settings: dict[str, str], kept: timedelta | None
) -> None:
    assert retention(Shop("s1", settings=settings)) == kept


@pytest.mark.parametrize("value", ["-1", "1.5", "٣", "123456", "x"])
def test_retention_is_told_in_digits(value: str) -> None:
    pattern = account.settings["openmage.retention_days"].pattern
    assert not pattern.fullmatch(value)
