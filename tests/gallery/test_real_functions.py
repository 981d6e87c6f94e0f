"""The page with the functions of Vitrine's own API, so that the fake API cannot lead it astray."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser import Guard
from tests.conftest import MEDIA_URL, World
from tests.gallery.fake_state import FakeServer
from tests.gallery.screen import cards, choose, order, until
from tests.gateway import Gateway

from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, RenditionState

pytestmark = pytest.mark.usefixtures("refusals_expected")

TOKEN = "token-of-the-gallery-page"
A, B, C = 11, 12, 13


def head(world: World) -> Gallery:
    return world.galleries.heads["shop1", "7"]


def record(world: World, image: int) -> Image:
    return world.galleries.records["shop1", "7"][image]


@pytest.fixture
def page(world: World, server: FakeServer, new_page: Callable[..., Page], guard: Guard) -> Page:
    """The page, whose requests to the API are answered by the handlers of the template's routes."""
    world.open_shop("shop1", tiendanube_language="es")
    world.issue(TOKEN, "shop1", "vitrine", "images:read", "images:write")
    records = world.galleries.records["shop1", "7"]
    for image in world.with_gallery("shop1", "7", {A: 0, B: 5, C: 5}, thumbnail=A):
        # The page looks again and again at images that are not complete.
        records[image.id] = replace(image, renditions=RenditionState.COMPLETE)
    guard.expected.append(MEDIA_URL)  # pictures are none of these tests' business
    opened = new_page(server.url)
    gateway = Gateway()

    def answer(route: Route) -> None:
        request = route.request
        sent = gateway(
            request.method,
            request.url.removeprefix(server.url),
            headers=request.headers,
            content=request.post_data_buffer or b"",
        )
        route.fulfill(status=sent.status, headers=dict(sent.headers), body=sent.body)

    opened.route("**/vitrine/v1/**", answer)
    opened.goto(f"/gallery/#t={TOKEN}")
    return opened


def test_a_product_is_found_opened_and_counted(world: World, page: Page) -> None:
    page.get_by_role("link", name="7").click()
    expect(cards(page)).to_have_count(3)
    expect(cards(page).nth(0)).to_contain_text("Main")

    page.get_by_role("link", name="Usage").click()

    expect(page.get_by_role("table")).to_be_visible()


def test_texts_main_picture_order_and_deletion_arrive(world: World, page: Page) -> None:
    page.get_by_role("link", name="7").click()
    field = page.get_by_label("Description of image 2, Spanish")
    field.fill("Taza azul")
    field.press("Enter")
    until(page, lambda: record(world, B).alt == "Taza azul")

    choose(page, 2, "Make main picture")
    expect(cards(page).nth(1)).to_contain_text("Main")
    choose(page, 1, "Move to the end")
    until(page, lambda: list(head(world).order) == [B, C, A])
    assert order(page) == [B, C, A]

    page.clock.install()
    choose(page, 3, "Delete")
    page.clock.run_for(21_000)
    until(page, lambda: list(head(world).order) == [B, C])


def test_a_stale_order_is_merged(world: World, page: Page) -> None:
    page.get_by_role("link", name="7").click()
    expect(cards(page)).to_have_count(3)
    answer = Gateway(headers={"Authorization": f"Bearer {TOKEN}"})(
        "PUT",
        "/vitrine/v1/products/7/order",
        json={"images": [C, B, A]},
        headers={"If-Match": f'"{head(world).version}"'},
    )
    assert answer.status == 200

    choose(page, 1, "Move to the end")

    until(page, lambda: list(head(world).order) == [B, C, A])
    assert order(page) == [B, C, A]


def test_a_new_product_is_empty(world: World, page: Page) -> None:
    page.get_by_label("Open a product").fill("new")
    page.get_by_role("button", name="Open").click()

    expect(page.get_by_text("No pictures yet")).to_be_visible()


def test_a_refused_upload_is_told(world: World, page: Page) -> None:
    """The page asks for forms as the API wants to be asked; only the name is not accepted."""
    page.goto("/gallery/#/products/new")
    name = "a" * 252 + ".png"
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": b"png"}]
    )

    expect(page.locator(".file.bad")).to_contain_text("The file name is not allowed.")
