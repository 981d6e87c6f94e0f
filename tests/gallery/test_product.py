"""The images of a product: texts, main picture, deletion, lightbox."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect
from tests.gallery.conftest import Visit
from tests.gallery.fake_shop import FakeShop
from tests.gallery.fake_state import FakeServer
from tests.gallery.screen import (
    cards,
    choose,
    order,
    requests_arrived,
    said,
    stop_clock,
    until,
    until_drawn,
)

pytestmark = pytest.mark.usefixtures("refusals_expected")


def shop_with(server: FakeServer, count: int = 5, **settings: object) -> FakeShop:
    shop = server.shop(**settings)
    shop.fill("7", count, alts=["Lámpara roja", ""], names=["{}.jpg"])
    return shop


def image_at(shop: FakeShop, position: int) -> int:
    return shop.galleries["7"].order[position - 1]


def test_cards_show_place_main_picture_and_missing_texts(server: FakeServer, visit: Visit) -> None:
    page = visit(shop_with(server), at="#/products/7")

    expect(cards(page)).to_have_count(5)
    expect(cards(page).nth(0)).to_contain_text("Main")
    expect(page.locator(".badge")).to_have_count(1)
    expect(cards(page).nth(0)).not_to_contain_text("Description missing")
    expect(cards(page).nth(1)).to_contain_text("Description missing")
    assert page.title() == "Product 7 – Vitrine"


@pytest.mark.parametrize("leave", ["Enter", "Tab"])
def test_a_text_is_saved_when_it_is_finished(server: FakeServer, visit: Visit, leave: str) -> None:
    shop = shop_with(server)
    page = visit(shop, at="#/products/7")
    field = page.get_by_label("Description of image 2, Spanish")

    field.fill("Taza azul")
    field.press(leave)

    expect(cards(page).nth(1)).to_contain_text("Saved")
    assert shop.images[image_at(shop, 2)].alt == "Taza azul"
    assert server.sent("PATCH", "/images/") == 1


def test_escape_restores_the_text_and_sends_nothing(server: FakeServer, visit: Visit) -> None:
    page = visit(shop_with(server), at="#/products/7")
    field = page.get_by_label("Description of image 1, Spanish")

    field.fill("Otra cosa")
    field.press("Escape")
    field.press("Tab")

    expect(field).to_have_value("Lámpara roja")
    requests_arrived(page)
    assert server.sent("PATCH", "") == 0


def test_a_text_that_cannot_be_saved_stays_with_its_error(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    server.refuse("PATCH", "/images/", 503, "unavailable", times=3)
    page = visit(shop, at="#/products/7")
    field = page.get_by_label("Description of image 1, Spanish")

    field.fill("x" * 1001)
    expect(cards(page).nth(0)).to_contain_text("At most 1000 characters.")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("Nueva")
    field.press("Enter")

    expect(cards(page).nth(0)).to_contain_text("Not saved. The service is not available")
    expect(field).to_have_value("Nueva")
    field.press("Enter")
    expect(cards(page).nth(0)).to_contain_text("Saved")


def test_a_language_can_be_added_and_its_texts_removed(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    image = shop.images[image_at(shop, 1)]
    page = visit(shop, at="#/products/7")
    page.get_by_role("button", name="Add a language").click()
    page.get_by_role("combobox", name="Every image").select_option("German")
    page.get_by_role("button", name="Add", exact=True).click()
    field = page.get_by_label("Description of image 1, German")
    assert field.get_attribute("lang") == "de"
    assert field.get_attribute("dir") == "auto"

    field.fill("Rote Lampe")
    field.press("Enter")
    until(page, lambda: image.translations == {"de": "Rote Lampe"})
    field.fill("")
    field.press("Enter")

    until(page, lambda: image.translations == {})


def test_another_picture_becomes_the_main_one(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    page = visit(shop, at="#/products/7")

    choose(page, 3, "Make main picture")

    expect(cards(page).nth(2)).to_contain_text("Main")
    expect(page.locator(".badge")).to_have_count(1)
    assert shop.galleries["7"].thumbnail == image_at(shop, 3)
    said(page, "Image 3 is the main picture now.")


def test_nothing_is_deleted_while_it_can_be_undone(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    before = list(shop.galleries["7"].order)
    page = visit(shop, at="#/products/7")

    choose(page, 3, "Delete")
    expect(cards(page)).to_have_count(4)
    expect(cards(page).nth(2).get_by_role("button", name="More actions")).to_be_focused()
    page.get_by_role("button", name="Undo").click()

    expect(cards(page)).to_have_count(5)
    assert order(page) == before
    said(page, "Image 3 is back.")
    choose(page, 1, "Delete")
    expect(cards(page)).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(cards(page)).to_have_count(5)
    requests_arrived(page)
    assert server.sent("DELETE", "") == 0


def test_a_deletion_is_sent_after_twenty_seconds(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    gone = image_at(shop, 2)
    page = visit(shop, at="#/products/7")
    stop_clock(page)
    choose(page, 2, "Delete")

    page.clock.run_for(19_000)
    requests_arrived(page)
    assert server.sent("DELETE", "") == 0
    page.get_by_role("button", name="Undo").hover()
    page.clock.run_for(30_000)
    requests_arrived(page)
    assert server.sent("DELETE", "") == 0, "the time stands still while the notice is hovered"
    page.mouse.move(5, 5)
    page.clock.run_for(1_500)

    until(page, lambda: gone not in shop.galleries["7"].order)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(cards(page)).to_have_count(4)


def test_leaving_the_page_sends_the_deletion(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    gone = image_at(shop, 2)
    page = visit(shop, at="#/products/7")
    choose(page, 2, "Delete")

    page.goto("about:blank")

    until(page, lambda: gone not in shop.galleries["7"].order)


def test_a_deletion_that_fails_brings_the_image_back(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server)
    server.refuse("DELETE", "", 500, "internal")
    page = visit(shop, at="#/products/7")
    stop_clock(page)
    choose(page, 2, "Delete")

    page.clock.run_for(21_000)

    expect(page.get_by_text("Image 2 was not deleted. The server failed.")).to_be_visible()
    expect(cards(page)).to_have_count(5)
    page.get_by_role("button", name="Try again").click()
    until(page, lambda: len(shop.galleries["7"].order) == 4)


def test_the_lightbox_shows_every_size(server: FakeServer, visit: Visit) -> None:
    page = visit(shop_with(server), at="#/products/7")
    opener = page.get_by_role("button", name="Show image 1, Lámpara roja, large")
    opener.click()
    dialog = page.get_by_role("dialog", name="Image 1 of 5")
    expect(dialog).to_be_visible()

    rows = dialog.get_by_role("row")
    expect(rows).to_have_count(9)
    expect(rows.nth(1)).to_contain_text("1600 × 1200")
    expect(rows.nth(3)).to_contain_text(re.compile("640-0.*640 × 480.*kB.*kB"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="Image 2 of 5")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_lightbox_shows_a_placeholder_until_the_picture_arrives(
    server: FakeServer, visit: Visit
) -> None:
    page = visit(shop_with(server), at="#/products/7")
    held: list[Route] = []
    arrives = False

    def hold(route: Route) -> None:
        if arrives:
            route.continue_()
        else:
            held.append(route)

    page.route("**/*-1024-*.webp", hold)

    page.get_by_role("button", name="Show image 1, Lámpara roja, large").click()
    picture = page.get_by_role("dialog").locator("img")

    expect(picture).to_have_css("background-image", re.compile(r"^url\("))
    until(page, lambda: "image" in [each.request.resource_type for each in held])
    box = picture.bounding_box()
    assert box
    assert box["width"] > 200
    assert box["height"] > 200
    arrives = True
    for route in held:
        route.continue_()
    expect(picture).to_have_css("background-image", "none")
    assert picture.bounding_box() == box


@pytest.mark.parametrize("opens", ["Show image 2", "Move to position…"])
def test_a_dialog_ends_when_somebody_else_deletes_its_image(
    server: FakeServer, visit: Visit, opens: str
) -> None:
    shop = shop_with(server, 3)
    shop.images[image_at(shop, 3)].complete_at = float("inf")  # the page looks again and again
    page = visit(shop, at="#/products/7")
    if opens.startswith("Show"):
        page.get_by_role("button", name=opens).click()
    else:
        choose(page, 2, opens)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    with server.lock:
        shop.delete("7", image_at(shop, 2))

    expect(cards(page)).to_have_count(2, timeout=60_000)  # milliseconds: it looks ever less often
    expect(dialog).to_have_count(0)


def test_urls_and_markup_are_copied_as_text(server: FakeServer, visit: Visit) -> None:
    page = visit(
        shop_with(server), at="#/products/7", permissions=["clipboard-read", "clipboard-write"]
    )

    page.get_by_role("button", name="Copy URL of image 1").click()
    expect(page.get_by_text("Copied", exact=True).first).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/media/lamps/\d+/v1\.jpg$", copied)

    page.get_by_role("button", name="Show image 1").click()
    page.get_by_role("button", name="Copy <picture>").click()
    page.wait_for_function("navigator.clipboard.readText().then((t) => t.startsWith('<picture'))")


def test_a_take_down_is_confirmed_and_says_what_remains(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server, scopes=["images:read", "images:write", "images:takedown"])
    page = visit(shop, at="#/products/7")

    choose(page, 2, "Take down everywhere…")
    dialog = page.get_by_role("dialog", name="Take down this picture?")
    expect(dialog).to_contain_text("may keep their copy for up to a year")
    assert server.sent("POST", "/take-downs") == 0
    dialog.get_by_role("button", name="Take down").click()

    expect(dialog).to_contain_text("The picture is taken down.")
    dialog.get_by_role("button", name="Close").last.click()
    expect(cards(page)).to_have_count(4)


def test_a_take_down_is_watched_until_its_dialog_is_closed(
    server: FakeServer, visit: Visit
) -> None:
    scopes = ["images:read", "images:write", "images:takedown"]
    shop = shop_with(server, scopes=scopes, take_down_seconds=float("inf"))
    page = visit(shop, at="#/products/7")
    stop_clock(page)
    choose(page, 2, "Take down everywhere…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Take down").click()
    expect(cards(page)).to_have_count(4)
    with page.expect_request_finished(lambda each: "/take-downs/" in each.url):
        page.clock.run_for(1_100)
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)

    page.clock.run_for(120_000)
    requests_arrived(page)

    assert server.sent("GET", "/take-downs/") == 1


def test_without_the_scope_there_is_no_take_down(server: FakeServer, visit: Visit) -> None:
    page = visit(shop_with(server), at="#/products/7")

    cards(page).nth(0).get_by_role("button", name="More actions").click()

    expect(page.get_by_role("menuitem", name="Delete")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Take down")).to_have_count(0)


def test_a_link_for_reading_changes_nothing(server: FakeServer, visit: Visit) -> None:
    page = visit(shop_with(server, scopes=["images:read"]), at="#/products/7")

    expect(page.get_by_text("With this link you can look")).to_be_visible()
    expect(page.get_by_role("button", name="Add files")).to_have_count(0)
    expect(page.get_by_role("button", name="Move image")).to_have_count(0)
    expect(page.get_by_label("Description of image 1, Spanish")).not_to_be_editable()


def test_a_picture_that_fails_is_asked_for_again(server: FakeServer, visit: Visit) -> None:
    shop = shop_with(server, 1)
    page = visit(shop)
    asked = []
    broken = True

    def answer(route: Route) -> None:
        asked.append(1)
        if broken:
            route.abort()
        else:
            route.continue_()

    def asked_for(times: int) -> Callable[[], bool]:
        return lambda: len(asked) >= times

    page.route(re.compile(r"-240-0\.|-320-0\."), answer)
    page.clock.install()
    page.evaluate("location.hash = '#/products/7'")
    expect(cards(page)).to_have_count(1)
    for times, seconds in enumerate((1, 2, 4), start=1):
        until(page, asked_for(times))
        page.clock.run_for(seconds * 1000 + 50)
    expect(page.get_by_text("This picture did not load.")).to_be_visible()
    assert len(asked) == 4

    broken = False
    page.get_by_role("button", name="Try again").click()

    until(page, lambda: len(asked) == 5)
    until_drawn(page, ".card img")


@pytest.mark.parametrize("at", ["#/products/7", "#/"])
def test_texts_of_others_are_never_markup(server: FakeServer, visit: Visit, at: str) -> None:
    evil = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
    shop = server.shop(name=evil)
    shop.fill("7", 2, alts=[evil], names=[evil], translations={"en": evil})
    shop.fill(evil.replace("/", "|"), 1)
    shop.imports = [
        {"path": evil, "product": evil, "source": "drop", "state": "rejected", "image": None}
        | {"reason": {"code": evil, "detail": evil}, "settled_at": "2026-03-02T09:00:00.000Z"}
    ]
    page = visit(shop, at=at)
    if at == "#/products/7":
        expect(page.get_by_label("Description of image 1, Spanish")).to_have_value(evil)
        cards(page).nth(0).locator(".view").click()
        expect(page.get_by_role("dialog")).to_contain_text("onerror")
        page.keyboard.press("Escape")
    else:
        expect(page.locator(".tile")).to_have_count(2)
        page.get_by_role("link", name="Imports").click()
        expect(page.locator(".row")).to_contain_text("onerror")

    assert page.locator("img[src=x]").count() == 0
    assert page.locator("script:not([type=module])").count() == 0
    assert page.title() != "1"
