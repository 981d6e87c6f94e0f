"""Take-downs in the table, and invalidations of the CDN."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.adapters.conftest import CLIENTS, Account, on_aws
from tests.adapters.test_galleries import MOMENT, add, image
from tests.fakes import FakeTakeDowns

from vitrine.adapters.cdn import CloudFrontCdn
from vitrine.adapters.table import Table
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.domain.errors import ConflictError, ThrottledError
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.take_downs import Places, TakeDown
from vitrine.ports import TakeDowns

PLACES = Places(frozenset({"media/s1/a.png", "media/s1/a.png.json"}), frozenset({"/media/s1/a*"}))
BEGUN = TakeDown(
    "t1",
    "s1",
    7,
    PLACES,
    MOMENT,
    product="p #1 é東",
    original_key="originals/s1/7/0-aa/фото.png",
    url="https://cdn.example/media/s1/a.png",
    fingerprint="f" * 64,
    reason="court order é",
)
DONE = replace(
    BEGUN,
    places=Places(PLACES.keys, PLACES.paths | {"/media/s1/b*"}),
    done_at=MOMENT + timedelta(seconds=1),
    invalidation="I123",
)


def table(aws: Account) -> Table:
    return Table(aws.dynamodb(), "table")


@pytest.fixture(params=["fake", *CLIENTS])
def take_downs(request: pytest.FixtureRequest, open_account: Callable[[str], Account]) -> TakeDowns:
    if request.param == "fake":
        return FakeTakeDowns()
    return DynamoTakeDowns(table(open_account(request.param)))


def test_a_take_down_comes_back_as_it_was(take_downs: TakeDowns) -> None:
    take_downs.begin(BEGUN)

    assert take_downs.take_down("s1", "t1") == BEGUN
    assert take_downs.take_down("s1", "t2") is None
    assert take_downs.take_down("s2", "t1") is None
    take_downs.finish(DONE)
    assert take_downs.take_down("s1", "t1") == DONE


def test_an_id_is_given_once(take_downs: TakeDowns) -> None:
    take_downs.begin(BEGUN)

    with pytest.raises(ConflictError):
        take_downs.begin(replace(BEGUN, image=8))

    assert take_downs.take_down("s1", "t1") == BEGUN


def test_a_take_down_that_expired_is_not_made_again(take_downs: TakeDowns) -> None:
    take_downs.finish(DONE)

    assert take_downs.take_down("s1", "t1") is None


def test_a_removal_and_its_take_down_are_written_together(aws: Account) -> None:
    adapters, take_downs = on_aws(aws), DynamoTakeDowns(table(aws))
    first, second = image(1), image(2)
    head = add(adapters, first, second)

    def change(number: int) -> GalleryChange:
        removed = first if number == 1 else second
        return GalleryChange(
            *("s1", first.product, head, head.remove(number)),
            removed=(removed,),
            taken_down=replace(BEGUN, image=number),
        )

    adapters.galleries.commit(change(1))
    head = adapters.galleries.gallery("s1", first.product)
    with pytest.raises(ConflictError):
        adapters.galleries.commit(change(2))

    assert adapters.galleries.gallery("s1", first.product).order == (2,)
    assert adapters.galleries.image("s1", first.product, 2) == second
    assert take_downs.take_down("s1", "t1") == replace(BEGUN, image=1)


def test_a_retired_image_and_its_take_down_are_written_together(aws: Account) -> None:
    adapters, take_downs = on_aws(aws), DynamoTakeDowns(table(aws))
    stored = image(1)
    head = add(adapters, stored)
    adapters.galleries.commit(
        GalleryChange("s1", stored.product, head, head.retire(1), retired=(stored,))
    )

    adapters.galleries.take_down_retired(stored, BEGUN)

    assert adapters.galleries.retired("s1", 1) is None
    assert take_downs.take_down("s1", "t1") == BEGUN
    assert adapters.galleries.names_and_flag("s1", 1) == ({}, True)
    with pytest.raises(ConflictError):
        adapters.galleries.take_down_retired(stored, replace(BEGUN, id="t2"))
    assert take_downs.take_down("s1", "t2") is None


def test_cloudfront_is_told_every_path(aws: Account) -> None:
    distribution = aws.distribution()
    cdn = CloudFrontCdn(aws.cloudfront(), distribution)
    paths = ["/media/s1/0000000007*", "/media/s1/catalog/product/l/a/%C3%A9%26.png*"]

    number = cdn.invalidate("t1", paths)

    found = aws.client("cloudfront").get_invalidation(DistributionId=distribution, Id=number)
    batch = found["Invalidation"]["InvalidationBatch"]
    assert batch["Paths"]["Items"] == paths
    assert batch["CallerReference"].startswith("t1-")


def test_a_busy_cloudfront_is_throttling(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = aws.cloudfront()
    refused = client.exceptions.ClientError(
        {"Error": {"Code": "TooManyInvalidationsInProgress", "Message": ""}}, "CreateInvalidation"
    )

    def refuse(**_: Any) -> None:
        raise refused

    monkeypatch.setattr(client, "create_invalidation", refuse)

    with pytest.raises(ThrottledError):
        CloudFrontCdn(client, "E1").invalidate("t1", ["/a*"])


def test_an_unknown_distribution_is_an_error(aws: Account) -> None:
    client = aws.cloudfront()

    with pytest.raises(client.exceptions.ClientError) as refused:
        CloudFrontCdn(client, "E0").invalidate("t1", ["/a*"])

    assert refused.value.response["Error"]["Code"] == "NoSuchDistribution"
