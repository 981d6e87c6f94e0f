"""Rebuilding the renditions of a shop, with interruptions and failures."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.conftest import World

from pipeline import generate_renditions
from vitrine.domain.errors import VitrineError
from vitrine.domain.library import Purpose
from vitrine.domain.locations import OriginalAddress, original_address
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.domain.storage import PublicPicture
from vitrine.services.adding import add_library_image
from vitrine.services.catalogue import RetryPolicy
from vitrine.services.inspecting import inspect_upload
from vitrine.services.removing import retire_image
from vitrine.services.sources import at_hand
from vitrine_cli.operations.lambda_invoker import Failed
from vitrine_cli.operations.rebuild import Rebuild, images_of

RULES = PictureRules(frozenset(Format), max_bytes=10**6)


@dataclass
class Shop:
    """A shop whose function runs here, and fails for the images that the test names."""

    world: World
    bad: set[int] = field(default_factory=set)
    at_work: int = 0
    most: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Failed | None:
        assert function == "generate"
        with self.lock:
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        try:
            key = event["Records"][0]["s3"]["object"]["key"]
            if int(key.split("/")[2]) in self.bad:
                return Failed("RuntimeError", "bad")
            generate_renditions.handler(event, None)
        except VitrineError as error:
            return Failed(type(error).__name__, str(error))
        finally:
            with self.lock:
                self.at_work -= 1
        return None

    def plan(self, after: int = 0, only: tuple[int, ...] = ()) -> Rebuild:
        world = self.world
        images = images_of(world.blobs, "s1", after, only)
        return Rebuild(world.stores, self.invoke, "generate", images)

    def rebuild(self, after: int = 0, at_a_time: int = 3) -> dict[int, str]:
        """Images that were dealt with, and why they failed."""
        run = self.plan(after).run(at_a_time)
        return {each.image: str(each.failed or "") for each in run}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Twelve images whose renditions were never made, the last of them retired."""
    monkeypatch.setattr("vitrine.services.rendering.RECORD_RETRY", RetryPolicy(1, 0))
    world.open_shop("s1")
    world.with_gallery("s1", "p", {number: number for number in range(1, 13)})
    retire_image(world.catalogue("s1"), ProductKey("p"), 12)
    world.open_shop("s10")
    world.with_gallery("s10", "p", {1: 1})
    return Shop(world)


def rendition_keys(shop: Shop, image: int) -> list[str]:
    """Keys of an image's renditions."""
    return shop.world.blobs.public_keys(f"media/s1/{image:010x}")


def test_all_images_get_their_renditions_retired_ones_too(shop: Shop) -> None:
    assert shop.rebuild() == dict.fromkeys(range(1, 13), "")

    assert all(len(rendition_keys(shop, image)) == 7 for image in range(1, 13))
    assert not [key for key in shop.world.blobs.public if key.startswith("media/s10/")]
    assert shop.most <= 3


def test_a_failure_stops_no_other_image(shop: Shop) -> None:
    shop.bad = {3, 10}

    results = shop.rebuild()

    assert {image for image, failed in results.items() if failed} == {3, 10}
    assert results[3] == "RuntimeError: bad"
    assert all(rendition_keys(shop, image) for image in range(1, 13) if image not in shop.bad)


def test_a_run_goes_on_behind_an_image_in_the_order_of_numbers(shop: Shop) -> None:
    assert [*shop.plan(after=9).images] == [10, 11, 12]
    assert [*shop.plan(only=(2, 11)).images] == [2, 11]
    assert shop.rebuild(after=12) == {}


def test_an_interrupted_run_knows_how_far_it_was(shop: Shop) -> None:
    run = shop.plan()
    assert run.reached is None
    seen = []
    for each in run.run(2):
        seen.append(each.image)
        if len(seen) == 5:
            break

    assert run.reached is not None
    assert all(rendition_keys(shop, image) for image in range(1, run.reached + 1))
    left = shop.plan(after=run.reached)
    assert [each.failed for each in left.run(2)] == [None] * len(left.images)
    assert left.reached == 12
    assert all(rendition_keys(shop, image) for image in range(1, 13))


def test_a_hole_is_not_counted_as_reached(shop: Shop) -> None:
    run = shop.plan()
    run.done |= {1, 2, 4}

    assert run.reached == 2


def test_sizes_that_the_table_has_no_more_go(shop: Shop) -> None:
    shop.rebuild()
    before = dict(shop.world.blobs.public)
    listed = rendition_keys(shop, 1)
    old = [key.replace("-100-0.", "-77-0.") for key in listed if "-100-0." in key]
    shop.world.blobs.put_public(
        PublicPicture(key, b"", "image/png") for key in (*old, *[key + ".webp" for key in old])
    )

    shop.rebuild()

    assert shop.world.blobs.public == before


def test_sizes_of_the_library_go_too_and_its_full_size_stays(shop: Shop) -> None:
    inspected = inspect_upload(at_hand(pictures.png(), "a.png"), RULES)
    catalogue = shop.world.catalogue("s1")
    image = add_library_image(catalogue, inspected, Purpose.USER, "1627")
    shop.rebuild()
    folder = original_address(image).renditions_prefix
    before = shop.world.blobs.public_keys(folder)
    assert f"{folder}original.png" in before
    shop.world.blobs.put_public([PublicPicture(f"{folder}huge.png", b"", "image/png")])

    shop.rebuild()

    assert shop.world.blobs.public_keys(folder) == before


def test_old_bytes_and_orphans_are_let_go_on_the_way(shop: Shop) -> None:
    world = shop.world
    orphan = OriginalAddress("s1", 99, 0, "f" * 20, "orphan.png").original_key
    world.blobs.clock = lambda: datetime.now(UTC) - timedelta(hours=2)
    world.blobs.put_original(orphan, pictures.png(), "image/png", "p")
    world.blobs.clock = lambda: datetime.now(UTC)
    young = orphan.replace("/99/", "/100/")
    world.blobs.put_original(young, pictures.png(), "image/png", "p")

    results = shop.rebuild()

    assert results[99] == ""
    assert results[100].startswith("RecordMissingError")
    assert orphan not in world.blobs.originals
    assert young in world.blobs.originals
