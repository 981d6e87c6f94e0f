"""Servers that answer with the same page for ever, or name a next page for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from vitrine_cli.importing.platform_client import PlatformClient
from vitrine_cli.importing.rate_limits import openmage
from vitrine_cli.importing.source import Source
from vitrine_cli.importing.sources.bigcommerce import BigCommerce
from vitrine_cli.importing.sources.evotor import Evotor
from vitrine_cli.importing.sources.openmage import OpenMage
from vitrine_cli.importing.sources.tiendanube import Tiendanube
from vitrine_cli.ui.failure import FailureError

SOURCES: dict[str, Callable[[PlatformClient], Source]] = {
    "tiendanube": lambda client: Tiendanube(client, "555", lambda _: ("es", "")),
    "bigcommerce v2": lambda client: BigCommerce(client, "555", "v2", "https://cdn.example"),
    "bigcommerce v3": lambda client: BigCommerce(client, "555", "v3", "https://cdn.example"),
    "openmage": lambda client: OpenMage(client, "shop"),
    "evotor": lambda client: Evotor(client, "555"),
}


def source(kind: str, answer: Callable[[httpx.Request], httpx.Response]) -> Source:
    requests: list[httpx.Request] = []

    def bounded(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        assert len(requests) < 900, "the list does not end"
        return answer(request)

    http = httpx.Client(transport=httpx.MockTransport(bounded))
    wait = lambda _: True  # noqa: E731
    url = "https://api.example"
    return SOURCES[kind](PlatformClient(url, http, openmage, wait, lambda _: None, "a scope"))


def page(kind: str, request: httpx.Request, entries: list[dict[str, Any]]) -> httpx.Response:
    """These entries as a page in the form of a platform, and always another one behind it."""
    number = int(request.url.params.get("page", "1"))
    more = request.url.copy_set_param("page", number + 1)
    if kind == "evotor":
        cursor = int(request.url.params.get("cursor", "0")) + 1
        paging = {"next_cursor": str(cursor)}
        return httpx.Response(200, json={"items": entries, "paging": paging})
    if kind == "bigcommerce v3":
        paging = {"total": 10**6, "total_pages": number + 1}
        return httpx.Response(200, json={"data": entries, "meta": {"pagination": paging}})
    if kind == "tiendanube":
        return httpx.Response(200, json=entries, headers={"link": f'<{more}>; rel="next"'})
    return httpx.Response(200, json=entries)


def products(count: int) -> list[dict[str, Any]]:
    numbers = range(1, count + 1)
    return [{"id": n, "entity_id": str(n), "images": [], "variants": []} for n in numbers]


@pytest.mark.parametrize("kind", ["bigcommerce v2", "bigcommerce v3", "openmage"])
def test_a_list_by_numbers_ends_where_it_repeats_itself(kind: str) -> None:
    size = 100 if kind == "openmage" else 250

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("count.json"):
            return httpx.Response(200, json={"count": 10**6})
        is_list = not any(part in request.url.path for part in ("/images", "/images.json"))
        return page(kind, request, products(size)) if is_list else httpx.Response(200, json=[])

    pages = list(source(kind, answer).pages(None))

    names = [each.name for page in pages for each in page.products]
    assert names == [str(number) for number in range(1, size + 1)]
    assert pages[-1].next is None
    if kind != "openmage":
        assert pages[-1].total == 10**6


@pytest.mark.parametrize("kind", ["tiendanube", "evotor"])
@pytest.mark.parametrize("count", [0, 5])
def test_a_list_that_always_names_a_next_page_is_one_sentence(kind: str, count: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "/images" in request.url.path:
            return httpx.Response(200, json={"items": []})
        return page(kind, request, products(count))

    with pytest.raises(FailureError, match=r"api\.example does not end: its last 3 pages brought"):
        list(source(kind, answer).pages(None))


@pytest.mark.parametrize("kind", ["bigcommerce v2", "bigcommerce v3", "tiendanube"])
def test_the_images_of_a_product_end_where_they_repeat_themselves(kind: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("count.json"):
            return httpx.Response(200, json={"count": 1})
        numbers = range(1, 251)
        urls = {"src": "https://cdn.example/a.png", "image_file": "a.png", "alt": []}
        images = [{"id": n, **urls} for n in numbers]
        if "/images" in request.url.path:
            return page(kind, request, images)
        inside = None if kind == "tiendanube" else images
        product = {"id": 7, "images": inside}
        if kind == "bigcommerce v3":
            paging = {"total": 1, "total_pages": 1}
            return httpx.Response(200, json={"data": [product], "meta": {"pagination": paging}})
        return httpx.Response(200, json=[product])

    if kind == "tiendanube":
        with pytest.raises(FailureError, match="does not end"):
            list(source(kind, answer).pages(None))
        return
    (found,) = source(kind, answer).pages(None)
    assert [len(each.images) for each in found.products] == [250]


def test_one_page_without_anything_new_does_not_end_a_list_of_links() -> None:
    """A list that moves by one page while it is read brings a whole page again."""
    listed = {1: [1, 2], 2: [1, 2], 3: [], 4: [3]}

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        entries = [{"id": n, "images": []} for n in listed[number]]
        made = page("tiendanube", request, entries)
        if number == 4:
            del made.headers["link"]
        return made

    pages = list(source("tiendanube", answer).pages(None))
    assert [each.name for page in pages for each in page.products] == ["1", "2", "3"]
