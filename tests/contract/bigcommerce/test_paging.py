"""BigCommerce contract §4, Requests: page and limit."""

from typing import Any

import pytest
from tests.contract.bigcommerce.conftest import (
    EVERYWHERE,
    MUG,
    BigCommerce,
    P,
    assert_empty,
    assert_refused,
    error,
    invalid,
)

LIMIT_EXCEEDED = error(413, "The limit parameter exceeded the maximum.")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", range(11, 61)),
        ("page=1", range(11, 61)),
        ("page=2", range(61, 71)),
        ("limit=3", [11, 12, 13]),
        ("limit=3&page=2", [14, 15, 16]),
        ("page=20&limit=3", [68, 69, 70]),
        ("limit=60", range(11, 71)),
        ("limit=250", range(11, 71)),
        ("page=1&limit=1", [11]),
        ("page=9&page=2&limit=0&limit=2", [13, 14]),
        ("limit=251&limit=1", [11]),
        ("limit=1&is_thumbnail=false&sort=sort_order&min_id=40&fields=id&Page=9", [11]),
        ("page=3", []),
        ("page=2&limit=60", []),
        ("page=1000000000000000000000", []),
    ],
)
def test_a_list_is_a_page_of_images_by_id(shop: BigCommerce, query: str, ids: list[int]) -> None:
    shop.with_gallery({number: 100 - number for number in range(11, 71)})

    answer = shop.send("GET", f"{P}?{query}")

    if ids:
        assert answer.status == 200
        assert [each["id"] for each in answer.json] == [*ids]
    else:
        assert_empty(answer)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", []),
        ("id=11", []),
        ("page=1", range(61, 71)),
        ("page=2", range(11, 61)),
        ("limit=58", [69, 70]),
        ("limit=1&page=60", range(11, 70)),
        ("limit=250", []),
        ("page=3", range(11, 71)),
        ("page=2&limit=60", range(11, 71)),
        ("page=9&page=2", range(11, 61)),
    ],
)
def test_a_page_of_images_by_id_is_deleted(shop: BigCommerce, query: str, left: list[int]) -> None:
    shop.with_gallery({number: 100 - number for number in range(11, 71)})

    assert_empty(shop.send("DELETE", f"{P}?{query}"))

    assert sorted(shop.world.galleries.records["shop1", "29"]) == [*left]
    assert shop.sorts == {number: 100 - number for number in left}
    assert shop.get(EVERYWHERE) == {"count": len(left)}


BAD_NUMBERS = ["0", "-1", "1.5", "1.0", "abc", "1e1", "1_0", "0x1", "%D9%A3", "", "1%202", "null"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        *((f"page={bad}", invalid("page")) for bad in BAD_NUMBERS),
        *((f"limit={bad}", invalid("limit")) for bad in BAD_NUMBERS),
        ("page=1&page=x", invalid("page")),
        ("limit=251", LIMIT_EXCEEDED),
        ("limit=1000000000000000000000", LIMIT_EXCEEDED),
        ("page=9&limit=251", LIMIT_EXCEEDED),
    ],
)
def test_other_pages_and_limits_are_refused(
    shop: BigCommerce, method: str, query: str, refusal: list[dict[str, Any]]
) -> None:
    shop.with_gallery()
    before = shop.everything

    assert_refused(shop.send(method, f"{P}?{query}"), refusal)
    assert_refused(shop.send(method, f"{P}.json/?{query}"), refusal)
    assert shop.everything == before


@pytest.mark.parametrize("query", ["page=0&limit=x", "limit=251"])
def test_other_operations_have_no_pages(shop: BigCommerce, query: str) -> None:
    shop.with_gallery()

    assert shop.get(f"{P}/count?{query}") == {"count": 3}
    assert shop.get(f"{EVERYWHERE}?{query}") == {"count": 3}
    assert shop.get(f"{P}/11?{query}")["id"] == 11
    assert shop.send("PUT", f"{P}/11?{query}").status == 200
    assert shop.send("POST", f"{P}?{query}", json={"image_file": MUG}).status == 201
    assert_empty(shop.send("DELETE", f"{P}/11?{query}"))
