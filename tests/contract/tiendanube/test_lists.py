"""Tiendanube contract §5, Responses: lists."""

import re
from dataclasses import replace

import pytest
from tests.contract.tiendanube.conftest import BASES, IMAGES, A, B, Tiendanube, ok
from tests.gateway import Answer

from vitrine import environment

HOST = "https://api.example"


def links(answer: Answer) -> dict[str, str]:
    """Link's URLs by relation, in the order they come."""
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("link", ""))
    assert ", ".join(f'<{url}>; rel="{name}"' for url, name in found) == (
        answer.headers.get("link", "")
    )
    return {name: url for url, name in found}


def test_a_page_of_a_list_is_the_contracts_example(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {101: 0, 105: 1, 112: 2, 123: 3, 145: 4})
    path = f"{IMAGES}?fields=id,position&per_page=2&page="

    answer = tiendanube.send("GET", f"{path}2")

    assert answer.status == 200
    assert answer.body == '[{"id":112,"position":3},{"id":123,"position":4}]'
    assert answer.headers["x-total-count"] == "5"
    assert answer.headers["link"] == (
        f'<{HOST}{path}1>; rel="first", <{HOST}{path}1>; rel="prev", '
        f'<{HOST}{path}3>; rel="next", <{HOST}{path}3>; rel="last"'
    )


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"next": "?page=2", "last": "?page=2"}),
        ("?page=1", {"next": "?page=2", "last": "?page=2"}),
        ("?page=0", {"next": "?page=2", "last": "?page=2"}),
        ("?page=x", {"next": "?page=2", "last": "?page=2"}),
        ("?page=2", {"first": "?page=1", "prev": "?page=1"}),
        ("?per_page=200", {}),
        ("?per_page=31", {}),
        ("?per_page=5000", {}),
        ("?per_page=10", {"next": "?per_page=10&page=2", "last": "?per_page=10&page=4"}),
        (
            "?page=3&per_page=10",
            {
                "first": "?page=1&per_page=10",
                "prev": "?page=2&per_page=10",
                "next": "?page=4&per_page=10",
                "last": "?page=4&per_page=10",
            },
        ),
        (
            "?foo=a%20b%2Cc&page=4&per_page=10&fields=id,%20src",
            {
                "first": "?foo=a%20b%2Cc&page=1&per_page=10&fields=id,%20src",
                "prev": "?foo=a%20b%2Cc&page=3&per_page=10&fields=id,%20src",
            },
        ),
        ("?since_id=1", {}),
        (
            "?since_id=11&per_page=10",
            dict.fromkeys(("next", "last"), "?since_id=11&per_page=10&page=2"),
        ),
        ("?position=3", {}),
        ("?position=x", {}),
        ("?my_page=7", {"next": "?my_page=7&page=2", "last": "?my_page=7&page=2"}),
    ],
)
@pytest.mark.parametrize("base", BASES)
def test_link_leads_to_the_pages_there_are(
    tiendanube: Tiendanube, base: str, query: str, wanted: dict[str, str]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 32)})
    url = f"{HOST}{base}/555/products/1234/images"

    answer = ok(tiendanube.send("GET", f"{base}/555/products/1234/images{query}"))

    assert list(links(answer).items()) == [(name, url + query) for name, query in wanted.items()]
    assert bool(wanted) == ("link" in answer.headers)


@pytest.mark.parametrize("public", ["https://shop.example", "https://shop.example/images/api"])
def test_link_is_on_the_deployments_public_url(tiendanube: Tiendanube, public: str) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 1})

    with environment.use(replace(tiendanube.world.environment, public_url=public)):
        answer = tiendanube.send("GET", f"{IMAGES}?per_page=1")

    url = f"{public}{IMAGES}?per_page=1&page=2"
    assert links(answer) == {"next": url, "last": url}


@pytest.mark.parametrize("query", ["?per_page=2", "?per_page=2&since_id=0", "?page=1&per_page=4"])
def test_following_next_shows_every_image_once(mixed: Tiendanube, query: str) -> None:
    answer, seen = mixed.send("GET", IMAGES + query), list[int]()
    while True:
        seen += [item["id"] for item in ok(answer).json]
        following = links(answer).get("next")
        if following is None:
            break
        answer = mixed.send("GET", following.removeprefix(HOST))

    assert seen == sorted(seen) if "since_id" in query else [13, 11, 15, 12, 14]
    assert sorted(seen) == [11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", "5"),
        ("?per_page=2", "5"),
        ("?per_page=2&page=3", "5"),
        ("?since_id=12", "3"),
        ("?since_id=12&per_page=1&page=3", "3"),
        ("?position=2", "1"),
        ("?position=x", "0"),
        ("?since_id=99", "0"),
        ("?src=http://example.com/", "0"),
        ("?fields=foo", "5"),
    ],
)
def test_the_total_is_counted_after_filters_and_before_paging(
    mixed: Tiendanube, query: str, count: str
) -> None:
    answer = ok(mixed.send("GET", IMAGES + query))

    assert answer.headers["x-total-count"] == count
    if count == "0":
        assert answer.body == "[]"
        assert "link" not in answer.headers


@pytest.mark.parametrize("query", ["", "?page=1", "?since_id=5", "?position=1", "?page=x"])
def test_an_empty_list_is_found(tiendanube: Tiendanube, query: str) -> None:
    answer = tiendanube.send("GET", IMAGES + query)

    assert (answer.status, answer.body) == (200, "[]")
    assert answer.headers["x-total-count"] == "0"
    assert answer.headers["x-main-language"] == "es"
    assert "link" not in answer.headers
