"""Links: how a session begins, goes on with another link, and ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.gallery.conftest import Visit
from tests.gallery.fake_shop import FakeShop
from tests.gallery.fake_state import FakeServer
from tests.gallery.screen import cards, until

TEXT = "Lámpara roja"


@dataclass(frozen=True)
class Writer:
    """Somebody who describes the first of two images of a product.

    Attributes:
        server: the fake API.
        shop: the shop, whose link can end.
        page: the product's screen.
    """

    server: FakeServer
    shop: FakeShop
    page: Page

    @property
    def field(self) -> Locator:
        """The field of the text."""
        return cards(self.page).nth(0).get_by_role("textbox")

    def write(self) -> None:
        """Write the text, and save it."""
        self.field.fill(TEXT)
        self.field.press("Enter")

    def new_link(self) -> str:
        """Another link to the same shop."""
        return self.server.link(
            self.server.shop(galleries=self.shop.galleries, images=self.shop.images)
        )

    def wait_until_saved(self) -> None:
        """Wait until the API has the text."""
        image = self.shop.images[self.shop.galleries["7"].order[0]]
        until(self.page, lambda: image.alt == TEXT)


@pytest.fixture
def writer(server: FakeServer, visit: Visit) -> Writer:
    """Somebody at the product `7`."""
    shop = server.shop()
    shop.fill("7", 2)
    return Writer(server, shop, visit(shop, at="#/products/7"))


def paste(page: Page, link: str) -> None:
    """Open a link by pasting it into the page."""
    page.get_by_label("Paste the link here").fill(link)
    page.get_by_role("button", name="Open").click()


def test_the_token_leaves_the_address_and_the_history(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 1)

    page = visit(shop)
    expect(page.get_by_role("link", name="7")).to_be_visible()

    assert page.url == f"{server.url}/gallery/"
    page.get_by_role("link", name="Usage").click()
    page.go_back()
    assert shop.token not in page.url
    assert page.evaluate("sessionStorage.length") > 0
    assert page.evaluate("localStorage.getItem('vitrine.tokens')") is None
    assert page.context.cookies() == []


def test_a_reload_keeps_the_session_of_the_tab(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 1)
    page = visit(shop)

    page.reload()

    expect(page.get_by_role("link", name="7")).to_be_visible()


def test_without_a_link_the_page_says_how_to_get_one(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 1)
    page = visit()
    expect(page.get_by_text("vitrine gallery SHOP")).to_be_visible()

    paste(page, "nothing useful")
    expect(page.get_by_role("alert")).to_contain_text("This text holds no link")

    paste(page, server.link(shop))

    expect(page.get_by_role("link", name="7")).to_be_visible()


def test_a_link_opened_in_the_same_tab_signs_in(server: FakeServer, visit: Visit) -> None:
    shop, other = server.shop("lamps"), server.shop("mugs")
    other.fill("mug-1", 1)
    page = visit(shop)

    page.evaluate("(link) => { location.href = link; }", server.link(other))

    expect(page.get_by_role("link", name="mug-1")).to_be_visible()
    assert other.token not in page.url


def test_sign_out_forgets_everything(server: FakeServer, visit: Visit) -> None:
    page = visit(server.shop())

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Open your pictures")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_link_to_several_shops_has_a_switch(server: FakeServer, visit: Visit) -> None:
    lamps, mugs = server.shop("lamps"), server.shop("mugs")
    lamps.fill("lamp-1", 1)
    mugs.fill("mug-1", 1)
    page = visit(lamps, mugs)
    expect(page.get_by_role("link", name="lamp-1")).to_be_visible()

    page.get_by_label("Shop", exact=True).select_option("Shop mugs")

    expect(page.get_by_role("link", name="mug-1")).to_be_visible()
    expect(page.get_by_role("link", name="lamp-1")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("link", name="mug-1")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_one_ended_token_of_several_does_not_hide_the_other_shops(
    server: FakeServer, visit: Visit
) -> None:
    ended, good = server.shop("ended", ended=True), server.shop("good")
    good.fill("7", 1)

    page = visit(ended, good)

    expect(page.get_by_role("link", name="7")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_an_ended_link_is_explained(server: FakeServer, visit: Visit) -> None:
    page = visit(server.shop())
    page.goto("about:blank")

    page.goto(server.link(server.shop(ended=True)))

    expect(page.get_by_text("This link has expired or was revoked.")).to_be_visible()
    expect(page.get_by_label("Paste the link here")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_a_text_in_progress_outlives_the_link(writer: Writer) -> None:
    """The text stays after a 401, and is saved after a new link."""
    writer.shop.ended = True
    writer.write()
    ended = writer.page.get_by_text("This link has expired or was revoked.")
    expect(ended.first).to_be_visible()
    expect(writer.field).to_have_value(TEXT)

    paste(writer.page, writer.new_link())

    writer.wait_until_saved()
    expect(writer.field).to_have_value(TEXT)


@pytest.mark.usefixtures("refusals_expected")
def test_a_text_in_progress_outlives_even_a_reload(writer: Writer) -> None:
    page = writer.page
    writer.shop.ended = True
    writer.write()
    expect(page.get_by_text("This link has expired or was revoked.").first).to_be_visible()

    page.goto("about:blank")
    page.goto(writer.new_link())
    page.get_by_role("link", name="7").click()

    expect(writer.field).to_have_value(TEXT)
    expect(cards(page).nth(0)).to_contain_text("Not saved.")
    writer.field.press("Enter")
    writer.wait_until_saved()


def test_the_end_of_a_link_is_announced_ten_minutes_before(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop(expires_at=datetime.now(UTC) + timedelta(minutes=9, seconds=59))

    page = visit(shop)

    expect(page.get_by_text("This link expires in 10 minutes.")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_a_server_that_fails_can_be_tried_again(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 1)
    server.refuse("GET", "/shop$", 500, "internal")
    page = visit()

    page.goto("about:blank")
    page.goto(server.link(shop))
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("link", name="7")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_a_link_that_has_ended_too_does_not_prevent_the_next_one(
    server: FakeServer, writer: Writer
) -> None:
    banner = writer.page.get_by_label("Paste the link here")
    writer.shop.ended = True
    writer.write()

    paste(writer.page, server.link(server.shop(ended=True)))
    expect(banner).to_have_count(1)
    paste(writer.page, writer.new_link())
    expect(banner).to_have_count(0)

    writer.wait_until_saved()


@pytest.mark.usefixtures("refusals_expected")
def test_a_link_that_cannot_be_checked_leaves_the_screen_as_it_is(
    server: FakeServer, writer: Writer
) -> None:
    writer.shop.ended = True
    writer.write()
    writer.page.get_by_label("Paste the link here").wait_for()
    server.refuse("GET", "/v1/shop$", 500, "internal")

    paste(writer.page, writer.new_link())

    expect(writer.page.get_by_text("The server failed.")).to_be_visible()
    expect(writer.field).to_have_value(TEXT)


@pytest.mark.usefixtures("refusals_expected")
def test_after_signing_out_a_new_link_is_used_for_products_that_were_open(writer: Writer) -> None:
    writer.page.get_by_role("button", name="Sign out").click()
    writer.shop.ended = True

    paste(writer.page, writer.new_link())
    writer.write()

    writer.wait_until_saved()


@pytest.mark.usefixtures("refusals_expected")
def test_a_product_that_an_ended_link_could_not_open_opens_with_the_next(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop()
    shop.fill("7", 2)
    page = visit(shop)
    shop.ended = True
    page.get_by_role("link", name="7", exact=True).click()
    page.get_by_role("button", name="Try again").wait_for()

    renewed = server.shop(galleries=shop.galleries, images=shop.images)
    paste(page, server.link(renewed))

    expect(cards(page)).to_have_count(2)
