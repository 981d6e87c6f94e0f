"""BigCommerce contract §4, Requests: 1000 images."""

import pytest
from tests import pictures
from tests.contract.bigcommerce.conftest import (
    API,
    CUP,
    FULL,
    MUG,
    BigCommerce,
    P,
    assert_refused,
    every_source,
    offer,
)


@pytest.mark.parametrize("images", [1000, 1001])
@every_source
def test_a_full_product_takes_no_more_and_nothing_is_fetched(
    shop: BigCommerce, source: str, images: int
) -> None:
    shop.with_gallery({number: number for number in range(1, images + 1)})
    body, _ = offer(shop, source, pictures.png())
    before = shop.everything

    assert_refused(shop.send("POST", P, **body), FULL)
    assert shop.everything == before
    assert not shop.world.remote.fetched


def test_the_thousandth_image_is_taken_and_a_full_product_can_change(shop: BigCommerce) -> None:
    shop.with_gallery({number: number for number in range(1, 1000)})

    assert shop.created({"image_file": MUG})["id"] == 1000
    assert_refused(shop.post({"image_file": MUG}), FULL)
    assert shop.put({"image_file": CUP}, 1000).json["image_file"].endswith("/cup__100001.png")
    other = shop.created({"image_file": MUG}, f"{API}/products/30/images")
    assert other["product_id"] == 30


def test_a_product_that_fills_up_during_the_download_takes_no_more(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery({number: number for number in range(1, 1000)})
    fetch = shop.world.remote.fetch

    def slow_fetch(url: str, max_bytes: int) -> bytes:
        monkeypatch.undo()
        assert shop.post({"image_file": CUP}).status == 201
        return fetch(url, max_bytes)

    monkeypatch.setattr(shop.world.remote, "fetch", slow_fetch)

    late = shop.post({"image_file": MUG})

    assert_refused(late, FULL)
    assert len(shop.sorts) == 1000
    assert len(shop.world.blobs.originals) == 1000
