"""The list of products, imports and usage."""

import re

import pytest
from playwright.sync_api import expect
from tests.gallery.conftest import Visit
from tests.gallery.fake_state import FakeServer
from tests.gallery.screen import until_drawn


def test_products_show_covers_and_counts(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 14)
    shop.fill("71", 1)

    page = visit(shop)

    tiles = page.locator(".tile")
    expect(tiles).to_have_count(2)
    expect(tiles.nth(0)).to_contain_text("14 images")
    expect(tiles.nth(1)).to_contain_text("1 image")
    until_drawn(page, ".tile img")
    expect(page).to_have_title("Products – Vitrine")


def test_search_narrows_by_the_beginning_of_the_id(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    for name in ("7", "71", "8"):
        shop.fill(name, 1)
    page = visit(shop)

    page.get_by_label("Search by product id").fill("7")
    expect(page.locator(".tile")).to_have_count(2)

    page.get_by_label("Search by product id").fill("9")
    expect(page.get_by_text("No product id begins with “9”.")).to_be_visible()


def test_more_products_are_shown_on_request_and_take_the_focus(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop()
    for number in range(60):
        shop.fill(f"p{number:03}", 1)
    page = visit(shop)
    expect(page.locator(".tile")).to_have_count(50)

    page.get_by_role("button", name="Show more").click()

    expect(page.locator(".tile")).to_have_count(60)
    expect(page.get_by_role("link", name="p050")).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_a_product_without_images_is_opened_by_its_id(server: FakeServer, visit: Visit) -> None:
    page = visit(server.shop())
    expect(page.get_by_text("No product has pictures yet")).to_be_visible()

    page.get_by_label("Open a product").fill("a b/c".replace("/", "%"))
    page.get_by_role("button", name="Open").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Product a b%c")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text("No pictures yet")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_an_unknown_product_of_a_shop_with_a_list_is_explained(
    server: FakeServer, visit: Visit
) -> None:
    page = visit(server.shop(mode="registered"), at="#/products/9")

    expect(page.get_by_text("There is no product 9")).to_be_visible()
    expect(page.get_by_role("button", name="Add files")).to_have_count(0)


@pytest.mark.usefixtures("refusals_expected")
def test_a_failure_is_told_in_words_with_the_request(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 1)
    server.refuse("GET", "/products$", 500, "internal")

    page = visit(shop)

    expect(page.get_by_role("alert")).to_contain_text("The server failed.")
    expect(page.get_by_role("alert")).to_contain_text("Request Kx1fakeRequest=")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="7")).to_be_visible()


def test_imports_tell_why_files_were_rejected(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    settled = {"settled_at": "2026-03-02T09:00:00.000Z", "product": "7", "source": "drop"}
    shop.imports = [
        {**settled, "path": "products/7/a.heic", "state": "rejected", "image": None}
        | {"reason": {"code": "heic", "detail": "…"}},
        {**settled, "path": "products/7/new", "state": "rejected", "image": None}
        | {"reason": {"code": "a_code_of_next_year", "detail": "It is upside down."}},
        {**settled, "path": "products/7/b.jpg", "state": "imported", "image": 131, "reason": None},
    ]

    page = visit(shop, at="#/imports")

    rows = page.locator(".row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("HEIC photos are not taken. Save it as JPEG.")
    expect(rows.nth(1)).to_contain_text("The file was refused. It is upside down.")
    page.get_by_role("radio", name="All").check()
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("Added as image 131")
    rows.nth(0).get_by_role("link", name="Product 7").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Product 7")


def test_nothing_rejected_is_said(server: FakeServer, visit: Visit) -> None:
    page = visit(server.shop(), at="#/imports")

    expect(page.get_by_text("Nothing was rejected")).to_be_visible()


def test_usage_counts_originals_by_format(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 12)

    page = visit(shop, at="#/usage")

    expect(page.locator(".figure")).to_contain_text("12 images")
    expect(page.get_by_role("row", name=re.compile("^JPEG 8 "))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^PNG 4 "))).to_be_visible()
    expect(page.get_by_role("row", name="Deleted, still kept 3 912 kB")).to_be_visible()
    expect(page.get_by_text("Only original files are counted.")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_a_list_that_fails_to_load_is_not_replaced_by_the_one_before_it(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop()
    shop.fill("7", 1)
    page = visit(shop)
    page.get_by_role("link", name="7", exact=True).wait_for()
    server.refuse("GET", "/products", 500, "internal")

    page.get_by_label("Search by product id").fill("9")

    expect(page.get_by_role("alert")).to_contain_text("The server failed.")
    expect(page.get_by_role("link", name="7", exact=True)).to_have_count(0)
