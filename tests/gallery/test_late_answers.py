"""What the page does with answers that are older than what the user has done meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
from playwright.sync_api import APIResponse, Locator, Page, Route, expect
from tests.gallery.conftest import Visit
from tests.gallery.fake_shop import FakeShop
from tests.gallery.fake_state import FakeServer
from tests.gallery.screen import cards, choose, handle, order, until

GALLERY = "**/vitrine/v1/products/7"


@dataclass
class Held:
    """Answers that the server has given and the page has not received."""

    answers: list[tuple[Route, APIResponse]] = field(default_factory=list)

    def hold(self, route: Route) -> None:
        """Fetch the answer now, and keep it back if it has a body."""
        answer = route.fetch()
        if answer.status == HTTPStatus.NOT_MODIFIED:
            route.fulfill(response=answer)
        else:
            self.answers.append((route, answer))

    def deliver(self) -> None:
        """Let the page have what was kept back."""
        while self.answers:
            route, answer = self.answers.pop(0)
            route.fulfill(response=answer)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def shop(server: FakeServer) -> FakeShop:
    """A shop whose product 7 has three images, of which one is not complete: the page polls."""
    shop = server.shop()
    shop.fill("7", 3, alts=["Lámpara {}"])
    shop.images[shop.galleries["7"].order[2]].complete_at = float("inf")
    return shop


@pytest.fixture
def page(shop: FakeShop, visit: Visit, held: Held) -> Page:
    """The product's page, with the answer to a poll kept back."""
    opened = visit(shop, at="#/products/7")

    def look(route: Route) -> None:
        if not held.answers:
            shop.images[shop.galleries["7"].order[2]].version += 1  # something new to show
        held.hold(route)

    opened.route(GALLERY, look)
    until(opened, lambda: held.answers)
    return opened


def move_first_to_the_end(page: Page) -> None:
    handle(page, 1).focus()
    for key in ("Space", "End", "Space"):
        page.keyboard.press(key)


def test_a_move_is_kept_when_an_earlier_look_is_answered(
    page: Page, shop: FakeShop, held: Held
) -> None:
    first, second, third = shop.galleries["7"].order

    move_first_to_the_end(page)
    held.deliver()

    until(page, lambda: shop.galleries["7"].order == [second, third, first])
    assert order(page) == [second, third, first]


def test_a_stored_order_is_kept_when_an_earlier_look_is_answered(
    page: Page, shop: FakeShop, held: Held
) -> None:
    first, second, third = shop.galleries["7"].order

    move_first_to_the_end(page)
    until(page, lambda: shop.galleries["7"].order == [second, third, first])
    deliver_until_the_page_asks_again(page, held)

    assert order(page) == [second, third, first]


@pytest.mark.parametrize("change", ["text", "main"])
def test_a_stored_change_is_kept_when_an_earlier_look_is_answered(
    page: Page, held: Held, change: str
) -> None:
    make, seen = CHANGES[change]

    make(page)
    seen(page)
    deliver_until_the_page_asks_again(page, held)

    seen(page)


def deliver_until_the_page_asks_again(page: Page, held: Held) -> None:
    """Deliver the old answer, and keep back the next one, which is present."""
    held.deliver()
    until(page, lambda: held.answers)


def describe_the_first(page: Page) -> None:
    field = cards(page).nth(0).locator(".alt input").first
    field.fill("Lámpara roja")
    field.press("Enter")
    expect(cards(page).nth(0)).to_contain_text("Saved")


def described(page: Page) -> None:
    assert cards(page).nth(0).locator(".alt input").first.input_value() == "Lámpara roja"
    assert "Lámpara roja" in (shown(page).get_attribute("aria-label") or "")


def shown(page: Page) -> Locator:
    """The button that carries the first image's name, as the page's record has it."""
    return cards(page).nth(0).locator(".view")


def main_is_the_second(page: Page) -> None:
    expect(page.get_by_text("Image 2 is the main picture now.").first).to_be_attached()
    assert cards(page).nth(1).locator(".badge.icon-star").count() == 1


CHANGES: dict[str, tuple[Callable[[Page], None], Callable[[Page], None]]] = {
    "text": (describe_the_first, described),
    "main": (lambda page: choose(page, 2, "Make main picture"), main_is_the_second),
}


def test_texts_of_an_image_are_sent_one_after_another(
    server: FakeServer, shop: FakeShop, visit: Visit
) -> None:
    page = visit(shop, at="#/products/7")
    image = shop.images[shop.galleries["7"].order[0]]
    field = cards(page).nth(0).locator(".alt input").first
    waiting: list[Route] = []

    def keep(route: Route) -> None:
        waiting.append(route)

    page.route("**/images/*", keep, times=1)

    field.fill("one")
    field.press("Enter")
    until(page, lambda: waiting)
    field.fill("two")
    field.press("Enter")
    page.wait_for_timeout(300)  # time for a request that should not be sent yet
    waiting[0].continue_()

    until(page, lambda: server.sent("PATCH", "/images/") == 2)
    until(page, lambda: image.alt == "two")
    expect(field).to_have_value("two")
    expect(shown(page)).to_have_accessible_name("Show image 1, two, large")


def test_a_text_that_is_typed_meanwhile_is_not_called_saved(
    server: FakeServer, shop: FakeShop, visit: Visit, held: Held
) -> None:
    page = visit(shop, at="#/products/7")
    card = cards(page).nth(0)
    field = card.locator(".alt input").first
    page.route("**/images/*", held.hold, times=1)

    field.fill("one")
    field.press("Enter")
    until(page, lambda: held.answers)
    field.fill("one and more")
    held.deliver()

    expect(shown(page)).to_have_accessible_name("Show image 1, one, large")
    assert "Saved" not in card.inner_text()
    assert server.sent("PATCH", "/images/") == 1
    expect(field).to_have_value("one and more")


@pytest.mark.usefixtures("refusals_expected")
def test_figures_are_kept_when_an_earlier_request_is_refused(
    server: FakeServer, visit: Visit, held: Held
) -> None:
    shop = server.shop()
    shop.fill("7", 3)
    page = visit(shop)
    page.route("**/shop/usage", held.hold, times=1)
    shop.ended = True
    page.get_by_role("link", name="Usage").click()
    until(page, lambda: held.answers)

    follow(page, server.link(server.shop(galleries=shop.galleries, images=shop.images)))
    expect(page.get_by_text("3 images")).to_be_visible()
    held.deliver()
    settle(page)

    expect(page.get_by_text("3 images")).to_be_visible()


@pytest.mark.usefixtures("refusals_expected")
def test_a_text_that_is_refused_after_a_new_link_is_sent_with_it(
    server: FakeServer, shop: FakeShop, visit: Visit, held: Held
) -> None:
    """It was sent with the earlier link's token, which had ended."""
    page = visit(shop, at="#/products/7")
    page.route("**/images/*", held.hold, times=1)
    image = shop.images[shop.galleries["7"].order[0]]
    shop.ended = True
    field = cards(page).nth(0).locator(".alt input").first
    field.fill("Lámpara roja")
    field.press("Enter")
    until(page, lambda: held.answers)

    with page.expect_request_finished(lambda each: each.url.endswith("/shop")):
        follow(page, server.link(server.shop(galleries=shop.galleries, images=shop.images)))
    settle(page)
    held.deliver()

    until(page, lambda: image.alt == "Lámpara roja")
    expect(cards(page).nth(0)).to_contain_text("Saved")


@pytest.mark.usefixtures("refusals_expected")
def test_the_last_of_two_links_opens_the_page(server: FakeServer, visit: Visit, held: Held) -> None:
    first, second = server.shop("lamps"), server.shop("mugs")
    first.fill("lamp-1", 1)
    second.fill("mug-1", 1)
    page = visit()
    page.route("**/vitrine/v1/shop", held.hold, times=1)

    follow(page, server.link(first))
    until(page, lambda: held.answers)
    follow(page, server.link(second))
    expect(page.get_by_role("link", name="mug-1")).to_be_visible()
    held.deliver()
    settle(page)

    expect(page.get_by_role("link", name="mug-1")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="mug-1")).to_be_visible()


def test_who_has_signed_out_stays_signed_out(server: FakeServer, visit: Visit, held: Held) -> None:
    shop = server.shop()
    page = visit(shop)
    page.route("**/vitrine/v1/shop", held.hold, times=1)

    follow(page, server.link(shop))
    until(page, lambda: held.answers)
    page.get_by_role("button", name="Sign out").click()
    held.deliver()
    settle(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Open your pictures")
    assert page.evaluate("sessionStorage.length") == 0


def follow(page: Page, link: str) -> None:
    """Open a link in the page's tab."""
    page.evaluate("(link) => { location.href = link; }", link)


def settle(page: Page) -> None:
    """Let the page handle what it has received: two frames later it has rendered."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
