"""Files of upload batches: events that come late, twice, out of order or for nothing."""

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from tests import pictures
from tests.conftest import World
from tests.fakes import etag

from pipeline import import_file
from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import HARD_LIMIT, THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.imports import Arrival, Import, Slot
from vitrine.domain.locations import original_address
from vitrine.domain.rejections import ReasonCode
from vitrine.domain.shops import ProductKey
from vitrine.domain.uploads import (
    FORM_LIFE,
    GRACE,
    UploadBatch,
    UploadFile,
    UploadState,
    parse_upload,
)
from vitrine.services.catalogue import RetryPolicy
from vitrine.services.importing import RULES
from vitrine.services.removing import remove_image

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def shop(world: World) -> World:
    world.open_shop("s1")
    return world


def announce(world: World, *files: UploadFile, upload: str = "uabc") -> UploadBatch:
    """A batch of these files, or of ten."""
    files = files or tuple(
        UploadFile(f"{number:02d}.png", "image/png", 9) for number in range(1, 11)
    )
    first = world.galleries.reserve_image_ids("s1", len(files))
    batch = UploadBatch(upload, "s1", "8", files, "f", first, NOW, NOW + FORM_LIFE)
    world.imports.create_batch(batch)
    return batch


def picture(number: int) -> bytes:
    return pictures.png(20 + number, 20)


def notification(key: str, data: bytes, sequencer: str = "01") -> dict[str, Any]:
    thing = {"key": quote_plus(key, safe="/"), "eTag": etag(data), "sequencer": sequencer}
    return {"Records": [{"eventSource": "aws:s3", "s3": {"object": thing}}]}


def send(
    world: World, batch: UploadBatch, number: int, data: bytes = b"", sequencer: str = "01"
) -> None:
    """Send a file and deliver its event."""
    data = data or picture(number)
    world.blobs.import_folder[batch.key(number)] = data
    import_file.handler(notification(batch.key(number), data, sequencer), None)


def outcome(world: World, batch: UploadBatch, number: int) -> Import:
    return world.imports.batch_with_outcomes("s1", batch.id)[1][number]


def shown(world: World) -> list[str]:
    head, records = world.galleries.gallery_with_images("s1", "8")
    return [records[each].original.file_name for each in head.order]


@pytest.mark.parametrize("seed", range(10))
def test_ten_files_come_out_in_order_whichever_event_comes_first(shop: World, seed: int) -> None:
    batch = announce(shop)
    for number in random.Random(seed).sample(range(1, 11), 10):
        send(shop, batch, number)

    assert shown(shop) == [f"{number:02d}.png" for number in range(1, 11)]
    head = shop.galleries.heads["s1", "8"]
    assert head.order == tuple(batch.images)
    assert head.holder(THUMBNAIL) == batch.first
    assert shop.blobs.import_folder == {}, "objects of images are deleted"


def test_an_event_that_comes_twice_or_late_makes_one_image(shop: World) -> None:
    batch = announce(shop)
    for _ in range(2):
        send(shop, batch, 1)
    import_file.handler(notification(batch.key(1), picture(1)), None)

    assert shop.galleries.heads["s1", "8"].order == (batch.first,)
    (image,) = shop.galleries.records["s1", "8"].values()
    assert list(shop.blobs.originals) == [original_address(image).original_key]


def test_two_deliveries_at_the_same_time_make_one_image_with_its_original(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both store the same original, so the loser must not delete it."""
    batch, commit, waiting = announce(shop), shop.galleries.commit, [True]
    shop.blobs.import_folder[batch.key(1)] = picture(1)

    def late(change: GalleryChange) -> Gallery:
        if waiting.pop() if waiting else False:
            import_file.handler(notification(batch.key(1), picture(1)), None)
        return commit(change)

    monkeypatch.setattr(shop.galleries, "commit", late)
    import_file.handler(notification(batch.key(1), picture(1)), None)

    (image,) = shop.galleries.records["s1", "8"].values()
    assert list(shop.blobs.originals) == [original_address(image).original_key]


def test_a_place_that_is_done_takes_no_further_file(shop: World) -> None:
    batch = announce(shop)
    send(shop, batch, 1)
    before = dict(shop.galleries.records["s1", "8"])

    send(shop, batch, 1, pictures.png(99, 99), "02")

    assert shop.galleries.records["s1", "8"] == before
    assert shop.blobs.import_folder == {}


def test_an_image_that_was_deleted_does_not_come_back(shop: World) -> None:
    batch = announce(shop)
    send(shop, batch, 1)
    remove_image(shop.catalogue("s1"), ProductKey("8"), batch.first)

    send(shop, batch, 1)

    assert shown(shop) == []
    assert shop.blobs.originals == {}


def test_a_file_sent_again_after_a_rejection_gets_its_place_again(shop: World) -> None:
    batch = announce(shop)
    send(shop, batch, 2, b"no picture")
    for number in (3, 1):
        send(shop, batch, number)
    rejected = outcome(shop, batch, 2)
    assert (rejected.code, rejected.image) == (ReasonCode.NOT_A_PICTURE, None)
    assert rejected.arrival.path == "uabc/002/02.png"
    assert batch.key(2) in shop.blobs.import_folder, "the lifecycle rule deletes it"

    import_file.handler(notification(batch.key(2), b"no picture"), None)
    send(shop, batch, 2, sequencer="02")

    assert shown(shop) == ["01.png", "02.png", "03.png"]
    assert outcome(shop, batch, 2).image == batch.first + 1


def test_an_event_of_a_version_that_was_written_over_makes_nothing(shop: World) -> None:
    batch = announce(shop)
    shop.blobs.import_folder[batch.key(1)] = picture(5)

    import_file.handler(notification(batch.key(1), picture(1)), None)
    assert shown(shop) == []
    send(shop, batch, 1, picture(5), "02")

    assert shown(shop) == ["01.png"]


@pytest.mark.parametrize("key", ["uploads/s1/unone/001/01.png", "uploads/s1/uabc/011/01.png"])
def test_a_file_of_no_batch_is_deleted(shop: World, key: str) -> None:
    announce(shop)
    shop.blobs.import_folder[key] = picture(1)

    import_file.handler(notification(key, picture(1)), None)

    assert (shop.blobs.import_folder, shop.blobs.originals) == ({}, {})
    assert shop.imports.settled == {}


@pytest.mark.parametrize(
    "key", ["uploads/s1/u/1/a.png", "uploads/s1/a.png", "uploads/s1/u/001/", "uploads/s1/u/001/a/b"]
)
def test_other_objects_are_passed_over(shop: World, key: str) -> None:
    assert parse_upload(key, "t", "01") is None
    import_file.handler(notification(key, b"x"), None)

    assert shop.imports.settled == {}


def test_texts_are_written_with_the_record(shop: World) -> None:
    batch = announce(shop, UploadFile("a.png", "image/png", 9, alt="Atrás"))
    send(shop, batch, 1)

    (image,) = shop.galleries.records["s1", "8"].values()
    assert image.alt == "Atrás"
    assert image.original.file_name == "a.png"


def test_a_file_replaces_the_bytes_of_an_image_and_no_more(shop: World) -> None:
    shop.with_gallery("s1", "8", {5: 3, 6: 4}, thumbnail=6, alt="lamp")
    keep = UploadFile("new.png", "image/png", 9, replaces=5)
    batch = announce(shop, keep, replace(keep, name="alt.png", replaces=6, alt="new"))
    for _ in range(2):
        send(shop, batch, 1)
    send(shop, batch, 2)

    head, records = shop.galleries.gallery_with_images("s1", "8")
    assert (head.sorts, head.roles) == ({5: 3, 6: 4}, {THUMBNAIL: 6})
    assert [records[5].original.file_name, records[5].alt] == ["new.png", "lamp"]
    assert [records[6].original.file_name, records[6].alt] == ["alt.png", "new"]
    assert [records[each].original.revision for each in (5, 6)] == [1, 1]
    assert [outcome(shop, batch, each).image for each in (1, 2)] == [5, 6]


def test_two_deliveries_replace_the_bytes_once(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery("s1", "8", {5: 3})
    batch = announce(shop, UploadFile("new.png", "image/png", 9, replaces=5))
    shop.blobs.import_folder[batch.key(1)] = picture(1)
    commit, waiting = shop.galleries.commit, [True]

    def late(change: GalleryChange) -> Gallery:
        if waiting.pop() if waiting else False:
            import_file.handler(notification(batch.key(1), picture(1)), None)
        return commit(change)

    monkeypatch.setattr(shop.galleries, "commit", late)
    import_file.handler(notification(batch.key(1), picture(1)), None)

    (image,) = shop.galleries.records["s1", "8"].values()
    assert image.original.revision == 1
    assert original_address(image).original_key in shop.blobs.originals


def test_replacing_an_image_that_is_gone_is_rejected(shop: World) -> None:
    shop.with_gallery("s1", "8", {5: 3})
    batch = announce(shop, UploadFile("new.png", "image/png", 9, replaces=5))
    remove_image(shop.catalogue("s1"), ProductKey("8"), 5)

    send(shop, batch, 1)

    assert outcome(shop, batch, 1).code is ReasonCode.REPLACED_IMAGE_GONE
    assert shop.blobs.originals == {}


def test_a_full_gallery_rejects_a_new_image_and_takes_a_replacement(shop: World) -> None:
    shop.with_gallery("s1", "8", {number: number for number in range(1, HARD_LIMIT + 1)})
    plain = UploadFile("a.png", "image/png", 9)
    batch = announce(shop, plain, replace(plain, replaces=7))

    send(shop, batch, 1)
    send(shop, batch, 2)

    assert outcome(shop, batch, 1).code is ReasonCode.GALLERY_FULL
    assert outcome(shop, batch, 2).image == 7


def test_what_fails_is_sent_again(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = announce(shop)

    def lose(_: GalleryChange) -> Gallery:
        raise ConflictError

    with monkeypatch.context() as broken:
        broken.setattr(shop.galleries, "commit", lose)
        broken.setattr("pipeline.import_file.BULK_RETRY", RetryPolicy(2, 0.01))
        with pytest.raises(ConflictError):
            send(shop, batch, 1)
    assert shop.imports.settled == {}
    assert batch.key(1) in shop.blobs.import_folder

    send(shop, batch, 1)

    assert shown(shop) == ["01.png"]


def test_a_batch_keeps_its_product_when_others_are_dropped_beside_it(shop: World) -> None:
    """Batches, dropped files and clients share one gallery."""
    batch = announce(shop)
    send(shop, batch, 4)
    key = "import/s1/products/8/00.png"
    shop.blobs.import_folder[key] = picture(30)
    import_file.handler(notification(key, picture(30)), None)
    for number in (9, 2, 10, 1):
        send(shop, batch, number)

    assert shown(shop) == ["01.png", "02.png", "04.png", "09.png", "10.png", "00.png"]


def test_states_tell_what_became_of_each_file() -> None:
    files = tuple(UploadFile(name, "image/png", 9) for name in "abc")
    batch = UploadBatch("u", "s1", "8", files, "f", 5, NOW, NOW + FORM_LIFE)
    arrival = Arrival("s1", "u/001/a", "8", "a", "t", "01", Slot("u", 1))
    outcomes = {1: Import(arrival, NOW, image=5), 2: Import(arrival, NOW, reason="no")}
    waiting = {1: UploadState.DONE, 2: UploadState.REJECTED, 3: UploadState.WAITING}
    end = NOW + FORM_LIFE + GRACE

    assert batch.states(outcomes, end - timedelta(milliseconds=1)) == waiting
    assert batch.states(outcomes, end) == waiting | {3: UploadState.EXPIRED}


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("01.jpg", "01.jpg"),
        ("${filename}", "filename"),
        ("a/../b.png", "b.png"),
        ("a\nb.png", "a_b.png"),
        ("кружка 1+2.png", "кружка 1+2.png"),
        ("..", "image"),
    ],
)
def test_keys_are_safe_and_lead_back_to_the_file(name: str, stored: str) -> None:
    batch = UploadBatch(
        *("u1", "s1", "8", (UploadFile(name, "image/png", 9),), "f", 5, NOW, NOW + FORM_LIFE)
    )

    assert batch.key(1) == f"uploads/s1/u1/001/{stored}"
    found = parse_upload(batch.key(1), "t", "01")
    assert found is not None
    assert (found.shop, found.slot, found.key) == ("s1", Slot("u1", 1), batch.key(1))


def test_every_order_of_four_files_in_two_batches_leaves_the_same_blocks(shop: World) -> None:
    for upload, order in enumerate(itertools.permutations(range(4))):
        product_files = [UploadFile(f"{each}.png", "image/png", 9) for each in range(1, 3)]
        one = announce(shop, *product_files, upload=f"a{upload}")
        two = announce(shop, *product_files, upload=f"b{upload}")
        for each in order:
            batch = (one, one, two, two)[each]
            send(shop, batch, each % 2 + 1, picture(each))
        blocks = [*one.images, *two.images] if order[0] < 2 else [*two.images, *one.images]
        assert list(shop.galleries.heads["s1", "8"].order)[-4:] == blocks


def test_the_rules_of_files_are_those_of_the_api() -> None:
    assert RULES.max_bytes == 20_971_520
