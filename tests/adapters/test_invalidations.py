"""Flags of images whose losses are invalidated, in memory and in DynamoDB, and what they cost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import pictures
from tests.adapters.conftest import Account, Adapters, Meter, on_aws
from tests.adapters.test_calls import ended, event
from tests.adapters.test_galleries import add, image

from pipeline import remove_originals, remove_renditions
from pipeline.events import parse_unpublished
from vitrine import environment
from vitrine.access.callers import Access
from vitrine.adapters import table_keys
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import moment
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.invalidations import Unpublished
from vitrine.domain.names import FileName

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
LOST = Unpublished("s1", 1, frozenset({"/media/s1/a*", "/media/s1/%D0%B1*"}), NOON)
IMAGES = "/stores/abc/v2/products/8/images"


def removed(adapters: Adapters, *, invalidates: bool) -> None:
    named = replace(image(1), name=FileName("lamp", 0, "png"))
    head = adapters.galleries.commit(
        GalleryChange(
            *("s1", named.product, Gallery(), Gallery().append(1)),
            added=(named,),
            named=(FileName("lamp", 0, "png"), 1),
        )
    )
    adapters.galleries.commit(
        GalleryChange(
            *("s1", named.product, head, head.remove(1)),
            removed=(named,),
            invalidates=invalidates,
        )
    )


@pytest.mark.parametrize("invalidates", [True, False])
def test_a_flag_is_read_with_the_names(adapters: Adapters, *, invalidates: bool) -> None:
    removed(adapters, invalidates=invalidates)

    names, flagged = adapters.galleries.names_and_flag("s1", 1)

    assert [*names] == [*adapters.galleries.names_of("s1", 1)] == ["lamp.png"]
    assert flagged is invalidates
    assert adapters.galleries.names_and_flag("s1", 11) == ({}, False)


def test_replaced_bytes_are_flagged_and_changed_texts_are_not(adapters: Adapters) -> None:
    first, second = image(1), image(2)
    head = add(adapters, first, second)
    other = replace(first, original=replace(first.original, revision=4), version=1)
    excluded = replace(second, excluded=True, version=1)

    changed = ((first, other), (second, excluded))
    where = "s1", first.product, head, head
    adapters.galleries.commit(GalleryChange(*where, changed=changed, invalidates=True))

    assert adapters.galleries.names_and_flag("s1", 1) == ({}, True)
    assert adapters.galleries.names_and_flag("s1", 2) == ({}, False)


def test_an_image_is_flagged_again_and_again(adapters: Adapters) -> None:
    adapters.galleries.flag("s1", 1)
    adapters.galleries.note_unpublished(LOST)
    adapters.galleries.flag("s1", 1)

    assert adapters.galleries.names_and_flag("s1", 1) == ({}, True)


def stored(aws: Account) -> dict[str, Any] | None:
    """The item of the flag."""
    key = {"pk": {"S": table_keys.names("s1", 1)}, "sk": {"S": table_keys.FLAG}}
    found: dict[str, Any] = aws.client("dynamodb").get_item(TableName="table", Key=key)
    return found.get("Item")


def test_the_stream_tells_what_was_noted(aws: Account) -> None:
    galleries = on_aws(aws).galleries
    galleries.flag("s1", 1)
    galleries.note_unpublished(LOST)

    item = stored(aws)

    assert item is not None
    assert int(item["expires"]["N"]) > 1.7e9, "seconds, as DynamoDB's time to live has them"
    keys = {name: item[name] for name in ("pk", "sk")}
    record = {"eventName": "MODIFY", "dynamodb": {"Keys": keys, "NewImage": item}}
    assert parse_unpublished({"Records": [record]}) == [LOST]


def test_what_was_never_put_off_waits_since_it_was_noted(aws: Account) -> None:
    galleries = on_aws(aws).galleries
    galleries.flag("s1", 1)
    galleries.note_unpublished(LOST)

    galleries.note_unpublished(replace(LOST, since=None))

    item = stored(aws)
    assert item is not None
    assert item["since"] == item["noted"]
    assert datetime.now(UTC) - moment(int(item["since"]["N"])) < timedelta(hours=1)


def test_without_a_flag_nothing_is_noted(aws: Account) -> None:
    on_aws(aws).galleries.note_unpublished(LOST)

    assert stored(aws) is None


def test_a_repeated_note_is_another_one(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream reports no write that changes nothing."""
    galleries = on_aws(aws).galleries
    galleries.flag("s1", 1)
    galleries.note_unpublished(LOST)
    before = stored(aws)

    while stored(aws) == before:  # until the clock has gone on by a millisecond
        galleries.note_unpublished(LOST)

    after = stored(aws)
    assert before is not None
    assert after is not None
    assert {name for name in after if after[name] != before[name]} == {"noted"}


@pytest.fixture
def invalidating(aws: Account, meter: Meter) -> Iterator[Meter]:
    """Requests and events of a shop that invalidates."""
    shops = on_aws(aws).shops
    assert isinstance(shops, DynamoShops)
    found = shops.shop("s1")
    assert found is not None
    shops.change_shop(replace(found, settings={**found.settings, "cdn.invalidate": "yes"}))
    here = environment.current()
    with environment.use(replace(here, access=Access(here.stores.shops))):
        meter("GET", IMAGES)
        yield meter


def test_a_deletion_costs_the_same_calls_and_its_events_two_more(
    aws: Account, invalidating: Meter
) -> None:
    """test_calls.py says what a shop without the setting costs."""
    meter = invalidating
    source = {"image_file": "http://elsewhere/a.png"}
    number = meter("POST", IMAGES, json=source).json["id"]
    (original,) = aws.client("s3").list_objects_v2(Bucket="originals")["Contents"]

    meter("DELETE", f"{IMAGES}/{number}")
    assert meter.calls == ["BatchGetItem", "TransactWriteItems", "DeleteObjects"]

    meter.calls.clear()
    remove_renditions.handler(event(original["Key"]), None)
    looked = ["HeadObject", "Query", "ListObjectsV2", "DeleteObjects"]
    assert meter.calls == [*looked, "UpdateItem"]

    item = stored(aws)
    assert item is not None
    keys = {name: item[name] for name in ("pk", "sk")}
    change = {"Keys": keys, "NewImage": item, "SequenceNumber": "1"}
    noted = {"eventName": "MODIFY", "dynamodb": change}
    (gone,) = ended("GALLERY#s1#8", f"{number:012x}")["Records"]
    gone["dynamodb"]["SequenceNumber"] = "0"
    meter.calls.clear()
    remove_originals.handler({"Records": [gone, noted]}, None)
    assert meter.calls == ["ListObjectsV2", "CreateInvalidation"]


def test_replaced_bytes_are_invalidated_when_their_pictures_are_gone(
    aws: Account, invalidating: Meter
) -> None:
    meter = invalidating
    body = {"image_file": "http://elsewhere/a.png"}
    number = meter("POST", IMAGES, json=body).json["id"]
    meter.remote.pages["http://elsewhere/b.png"] = pictures.png(9, 9)

    meter("PUT", f"{IMAGES}/{number}", json={"image_file": "http://elsewhere/b.png"})

    assert on_aws(aws).galleries.names_and_flag("s1", number) == ({}, True)
