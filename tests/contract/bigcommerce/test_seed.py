"""BigCommerce: the requests and answers of the platform's own documentation."""

import itertools
import json
import re

import pytest
from tests import pictures
from tests.contract.bigcommerce.conftest import (
    API,
    NOT_FOUND,
    NOW,
    BigCommerce,
    assert_empty,
    assert_refused,
)


def test_the_seeds_requests_are_answered_as_the_seed_says(shop: BigCommerce) -> None:
    shop.world.clock = lambda: NOW
    shop.world.galleries.sequences["shop1"] = itertools.count(116)
    source = "http://example.com/astonishing-x-men-1-100k.jpg"
    shop.world.remote.pages[source] = pictures.jpeg()
    images = f"{API}/products/29/images"

    created = shop.send(
        "POST",
        f"{images}.json",
        json={
            "product_id": 29,
            "image_file": source,
            "is_thumbnail": False,
            "sort_order": 0,
            "description": "",
        },
    )

    image_file = created.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/astonishing-x-men-1-100k__11600\.jpg", image_file)
    seed = {
        "id": 116,
        "product_id": 29,
        "image_file": image_file,
        "is_thumbnail": False,
        "sort_order": 0,
        "description": "",
        "date_created": "Fri, 21 Dec 2012 18:54:04 +0000",
    }
    documented = dict(itertools.islice(created.json.items(), len(seed)))
    assert (created.status, json.dumps(documented)) == (201, json.dumps(seed))
    seed = created.json
    assert shop.get(f"{images}.json") == [seed]
    assert shop.get(f"{images}/116.json") == seed

    shop.file("incoming/ud2vk0n1l0zcfr7gtlqi.png", pictures.png())
    updated = shop.send(
        "PUT",
        f"{images}/116.json",
        json={
            "image_file": "incoming/ud2vk0n1l0zcfr7gtlqi.png",
            "is_thumbnail": True,
            "sort_order": 1,
            "description": "text",
        },
    )

    image_file = updated.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/ud2vk0n1l0zcfr7gtlqi__11601\.png", image_file)
    urls = {key: url for key, url in updated.json.items() if key.endswith("_url")}
    assert (updated.status, updated.json) == (
        200,
        {
            **seed,
            **urls,
            "image_file": image_file,
            "is_thumbnail": True,
            "sort_order": 1,
            "description": "text",
        },
    )
    shop.created({"product_id": 29, "image_file": source}, f"{images}.json")
    assert shop.get(f"{images}/count.json") == {"count": 2}
    assert_empty(shop.send("DELETE", f"{images}/116.json"))
    assert shop.get(f"{images}/count.json") == {"count": 1}
    assert_empty(shop.send("DELETE", f"{images}.json"))
    assert shop.get(f"{images}/count.json") == {"count": 0}


@pytest.mark.parametrize("product", ["29.json", "29.xml", "29.json/"])
def test_a_product_has_no_suffix(shop: BigCommerce, product: str) -> None:
    shop.with_gallery({11: 0})

    for method in ("GET", "DELETE"):
        answer = shop.send(method, f"{API}/products/{product}/images")
        assert_refused(answer, NOT_FOUND)


@pytest.mark.parametrize("value", [1.0, 0.0, "+1", "01", "-0", 2, "yes", "", "1.0"])
def test_what_is_neither_true_nor_false_is_invalid(shop: BigCommerce, value: object) -> None:
    shop.with_gallery({11: 0})

    answer = shop.send("PUT", f"{API}/products/29/images/11", json={"is_thumbnail": value})

    assert answer.json == [{"status": 400, "message": "The field 'is_thumbnail' is invalid."}]


def test_a_field_whose_name_cannot_be_encoded_is_answered(shop: BigCommerce) -> None:
    answer = shop.send(
        "POST",
        f"{API}/products/29/images",
        {"Content-Type": "application/json"},
        content=b'{"\\ud800": 1}',
    )

    assert answer.body.encode()
    assert answer.json == [
        {"status": 400, "message": "The field '?' is not supported by this resource."}
    ]


def test_a_record_that_no_gallery_names_is_not_found(shop: BigCommerce) -> None:
    """Two reads of one call may show two moments: the record before the head that has it."""
    shop.with_gallery({11: 0, 12: 1})
    head = shop.world.galleries.heads["shop1", "29"]
    shop.world.galleries.heads["shop1", "29"] = head.remove(12)

    for method in ("GET", "PUT", "DELETE"):
        answer = shop.send(method, f"{API}/products/29/images/12")
        assert_refused(answer, NOT_FOUND)
