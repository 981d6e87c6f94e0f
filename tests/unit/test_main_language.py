"""The main language of a shop that is moved from Tiendanube."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.conftest import World

from vitrine_cli.importing.main_language import MainLanguage
from vitrine_cli.importing.platform_client import PlatformClient
from vitrine_cli.importing.rate_limits import tiendanube
from vitrine_cli.importing.sources.tiendanube import Tiendanube


def decided(world: World, there: str, **settings: str) -> tuple[str, str, list[str]]:
    """The main language here, the note, and what the setting was changed to."""
    world.open_shop("s1", **settings)
    changes: list[str] = []
    shop = world.shops.shop("s1")
    assert shop is not None
    return (*MainLanguage(shop, world.galleries, changes.append).decide(there), changes)


@pytest.mark.parametrize("settings", [{}, {"tiendanube_language": "es"}])
@pytest.mark.parametrize("there", ["pt", "pt_BR"])
def test_a_new_shop_gets_the_language_of_the_store(
    world: World, settings: dict[str, str], there: str
) -> None:
    language, note, changes = decided(world, there, **settings)
    assert (language, changes) == (there, [there])
    assert note.startswith(f"tiendanube.language of the new shop was set to {there}")


def test_a_dry_run_says_what_would_be_set(world: World) -> None:
    world.open_shop("s1")
    shop = world.shops.shop("s1")
    assert shop is not None
    language, note = MainLanguage(shop, world.galleries, None).decide("pt")
    assert (language, "would be set to pt" in note) == ("pt", True)


@pytest.mark.parametrize("there", ["es", "", "portuguese", "PT", "zh_Hans"])
def test_nothing_is_told_where_nothing_can_be_decided(world: World, there: str) -> None:
    assert decided(world, there) == ("es", "", [])


@pytest.mark.parametrize("has_images", [False, True])
def test_a_language_that_differs_is_left_and_told(world: World, has_images: bool) -> None:
    if has_images:
        world.with_gallery("s1", "mug", {1: 0})
    settings = {} if has_images else {"tiendanube_language": "fr"}
    here = "es" if has_images else "fr"

    language, note, changes = decided(world, "pt", **settings)

    assert (language, changes) == (here, [])
    assert note == (
        f"The store's main language is pt, the shop's tiendanube.language is {here} and was left; "
        "'vitrine shop change s1 --setting tiendanube.language=pt' changes it."
    )


def test_the_decision_comes_before_the_texts_of_the_first_page() -> None:
    """An image with a text in the language of both: the one that the shop has afterwards."""
    asked: list[str] = []
    texts = {"es": "Taza", "pt": "Caneca"}
    image = {"id": 1, "src": "https://cdn.example/mug.png", "alt": texts}

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        more = request.url.copy_set_param("page", page + 1)
        headers = {
            "x-main-language": "pt",
            **({"link": f'<{more}>; rel="next"'} if page < 3 else {}),
        }
        listed: list[dict[str, Any]] = [{"id": page, "images": [image]}] if page > 1 else []
        return httpx.Response(200, json=listed, headers=headers)

    def decide(there: str) -> tuple[str, str]:
        asked.append(there)
        return there, "a note"

    http = httpx.Client(transport=httpx.MockTransport(answer))
    url = "https://api.example"
    client = PlatformClient(url, http, tiendanube, lambda _: True, lambda _: None, "a scope")
    source = Tiendanube(client, "555", decide)

    found = [each.images[0].alt for page in source.pages(None) for each in page.products]

    assert (found, asked, source.notes) == (["Caneca", "Caneca"], ["pt"], ["a note"])
