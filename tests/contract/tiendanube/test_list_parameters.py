"""Tiendanube contract §4, Requests: parameters of lists."""

import httpx
import pytest
from tests.contract.tiendanube.conftest import (
    IMAGES,
    KEYS,
    LAMP,
    SUFFIXES,
    A,
    B,
    Tiendanube,
    ok,
    with_suffix,
)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [13, 11, 15, 12, 14]),
        ("?since_id=12", [13, 14, 15]),
        ("?since_id=11", [12, 13, 14, 15]),
        ("?since_id=0", [11, 12, 13, 14, 15]),
        ("?since_id=-1", [11, 12, 13, 14, 15]),
        ("?since_id=15", []),
        (f"?since_id={'9' * 25}", []),
        (f"?since_id={'9' * 5000}", []),
        (f"?since_id=-{'9' * 5000}", [11, 12, 13, 14, 15]),
        ("?since_id=abc", [13, 11, 15, 12, 14]),
        ("?since_id=", [13, 11, 15, 12, 14]),
        ("?since_id=12.5", [13, 11, 15, 12, 14]),
        ("?since_id=1_2", [13, 11, 15, 12, 14]),
        ("?since_id=12&since_id=14", [15]),
        ("?since_id=14&since_id=x", [13, 11, 15, 12, 14]),
        ("?position=1", [13]),
        ("?position=3", [15]),
        ("?position=5", [14]),
        ("?position=0", []),
        ("?position=6", []),
        ("?position=-1", []),
        ("?position=x", []),
        ("?position=2.0", []),
        ("?position=", []),
        ("?position=1&position=2", [11]),
        ("?position=3&since_id=11", [15]),
        ("?position=2&since_id=11", []),
        ("?position=x&since_id=11", []),
        ("?foo=1&bar=&id=11&alt=x", [13, 11, 15, 12, 14]),
        ("?foo", [13, 11, 15, 12, 14]),
        ("?SINCE_ID=12", [13, 11, 15, 12, 14]),
        ("?src=http://example.com/lamp.jpg", []),
        ("?per_page=2", [13, 11]),
        ("?per_page=2&page=1", [13, 11]),
        ("?per_page=2&page=2", [15, 12]),
        ("?per_page=2&page=3", [14]),
        ("?per_page=2&page=0", [13, 11]),
        ("?per_page=2&page=-1", [13, 11]),
        ("?per_page=2&page=x", [13, 11]),
        ("?per_page=2&page=", [13, 11]),
        ("?per_page=2&page=1.5", [13, 11]),
        ("?per_page=1&per_page=3", [13, 11, 15]),
        ("?per_page=2&page=3&page=2", [15, 12]),
        ("?per_page=0", [13, 11, 15, 12, 14]),
        ("?per_page=-2", [13, 11, 15, 12, 14]),
        ("?per_page=x", [13, 11, 15, 12, 14]),
        ("?per_page=", [13, 11, 15, 12, 14]),
        ("?per_page=2.0", [13, 11, 15, 12, 14]),
        ("?since_id=11&per_page=2", [12, 13]),
        ("?since_id=11&per_page=2&page=2", [14, 15]),
    ],
)
def test_lists_are_narrowed_and_paged(mixed: Tiendanube, query: str, ids: list[int]) -> None:
    items = mixed.listed(query)

    assert [item["id"] for item in items] == ids
    ranks = {13: 1, 11: 2, 15: 3, 12: 4, 14: 5}
    assert [item["position"] for item in items] == [ranks[image] for image in ids]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("encoded", [True, False])
def test_src_finds_an_image_by_any_of_its_urls(
    mixed: Tiendanube, suffix: str, scheme: str, encoded: bool
) -> None:
    src = with_suffix(mixed.get(15)["src"], suffix).replace("https", scheme)
    value = httpx.QueryParams({"src": src}) if encoded else f"src={src}"

    assert mixed.ids(f"?{value}") == [15]
    assert mixed.ids(f"?{value}&position=3&since_id=14") == [15]
    assert mixed.ids(f"?{value}&position=1") == []
    assert mixed.ids(f"?src=x&{value}") == [15]


@pytest.mark.parametrize("other", ["-200-0", "-1024-0", "-50-50", ""])
def test_src_finds_nothing_by_other_urls(mixed: Tiendanube, other: str) -> None:
    src = mixed.get(15)["src"]

    assert mixed.ids(f"?src={with_suffix(src, other)}") == []
    assert mixed.ids(f"?src={src}x") == []
    assert mixed.ids(f"?src={src.replace('image-15', 'image')}") == []


def test_src_is_the_same_with_http_and_https_only(mixed: Tiendanube) -> None:
    _, mark, rest = mixed.get(15)["src"].partition("://")

    assert mixed.ids(f"?src=http{mark}{rest}") == [15]
    assert mixed.ids(f"?src=ftp{mark}{rest}") == []
    assert mixed.ids(f"?src={rest}") == []


def test_src_finds_nothing_by_urls_of_former_bytes(abc: Tiendanube) -> None:
    old = abc.get(B)["src"]
    new = ok(abc.put(B, src=LAMP)).json["src"]

    assert abc.ids(f"?src={old}") == []
    assert abc.ids(f"?src={new}") == [B]


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", 30),
        ("?per_page=30", 30),
        ("?per_page=x", 30),
        ("?per_page=0", 30),
        ("?per_page=199", 199),
        ("?per_page=200", 200),
        ("?per_page=201", 200),
        (f"?per_page={'9' * 25}", 200),
    ],
)
def test_a_page_has_30_images_and_at_most_200(
    tiendanube: Tiendanube, query: str, size: int
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 302)})

    assert tiendanube.ids(query) == [*range(1, size + 1)]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("?fields=id", ["id"]),
        ("?fields=id,position", ["id", "position"]),
        ("?fields=%20id%20,%20src%20", ["id", "src"]),
        ("?fields=id%2Calt", ["id", "alt"]),
        ("?fields=id,foo,,ID", ["id"]),
        ("?fields=id,id", ["id"]),
        (f"?fields={','.join(KEYS)}", KEYS),
        ("?fields=foo", []),
        ("?fields=attachment", []),
        ("?fields=", KEYS),
        ("?fields", KEYS),
        ("?fields=src&fields=id", ["id"]),
        ("?fields=src&fields=", KEYS),
    ],
)
def test_fields_name_what_comes_back(abc: Tiendanube, query: str, keys: list[str]) -> None:
    whole = abc.listed()

    expected = [{key: image[key] for key in keys} for image in whole]
    assert abc.listed(query) == expected
    assert abc.get(A, query) == expected[0]


def test_fields_change_nothing_in_answers_to_post_and_put(abc: Tiendanube) -> None:
    created = abc.send("POST", f"{IMAGES}?fields=id", json={"src": LAMP})
    changed = abc.send("PUT", f"{IMAGES}/{A}?fields=id", json={})

    assert list(created.json) == list(changed.json) == KEYS
