"""WCAG 2.2 AA on every screen and state, light and dark."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import FilePayload, Page, expect
from tests.browser import accessibility_violations
from tests.gallery.conftest import Visit
from tests.gallery.fake_shop import FakeShop
from tests.gallery.fake_state import FakeServer, Fault
from tests.gallery.sample_pictures import samples
from tests.gallery.screen import cards, choose, handle

pytestmark = pytest.mark.usefixtures("refusals_expected")

State = Callable[[Page, FakeServer, FakeShop], None]


def products(page: Page, server: FakeServer, shop: FakeShop) -> None:
    page.locator(".tile img").first.wait_for()


def imports(page: Page, server: FakeServer, shop: FakeShop) -> None:
    page.get_by_role("link", name="Imports").click()
    page.get_by_role("radio", name="All").check()
    expect(page.locator(".row")).to_have_count(1)


def usage(page: Page, server: FakeServer, shop: FakeShop) -> None:
    page.get_by_role("link", name="Usage").click()
    page.get_by_role("table").wait_for()


def empty(page: Page, server: FakeServer, shop: FakeShop) -> None:
    page.evaluate("location.hash = '#/products/empty'")
    page.get_by_text("No pictures yet").wait_for()


def product(page: Page, server: FakeServer, shop: FakeShop) -> None:
    page.evaluate("location.hash = '#/products/7'")
    cards(page).first.locator("img").wait_for()


def lifted(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    handle(page, 2).focus()
    page.keyboard.press("Space")
    page.locator(".card.lifted").wait_for()


def menu(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    cards(page).nth(1).get_by_role("button", name="More actions").click()
    page.get_by_role("menu").wait_for()


def lightbox(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    cards(page).nth(0).locator(".view").click()
    page.get_by_role("table").wait_for()
    expect(page.get_by_role("dialog").get_by_text("…")).to_have_count(0)


def position(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    choose(page, 1, "Move to position…")
    page.get_by_role("dialog").wait_for()


def languages(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    page.get_by_role("button", name="Add a language").click()
    page.get_by_role("dialog").wait_for()


def take_down(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    choose(page, 1, "Take down everywhere…")
    page.get_by_role("dialog").wait_for()


def deleted(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    choose(page, 2, "Delete")
    page.get_by_role("button", name="Undo").wait_for()


def contested(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    server.refuse("PUT", "/order", 412, "stale", times=2)
    choose(page, 1, "Move later")
    page.get_by_text("Changed by someone else").wait_for()


def unsaved(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    server.refuse("PATCH", "", 500, "internal")
    field = page.get_by_label("Description of image 1, Spanish")
    field.fill("x")
    field.press("Enter")
    page.get_by_text("Not saved.").wait_for()


def ready(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    page.locator("input[type=file]").set_input_files([*photos(4), heic()])
    page.get_by_role("heading", name="4 pictures are ready").wait_for()


def uploading(page: Page, server: FakeServer, shop: FakeShop) -> None:
    ready(page, server, shop)
    server.faults.append(Fault("POST", "^/$", times=99, seconds=5))
    page.get_by_role("button", name="Upload 4 pictures").click()
    page.locator(".file progress").first.wait_for()


def ended(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    shop.ended = True
    page.reload()
    page.get_by_text("This link has expired or was revoked.").wait_for()


def expiring(page: Page, server: FakeServer, shop: FakeShop) -> None:
    shop.expires_at = datetime.now(UTC) + timedelta(minutes=5)
    page.reload()
    page.get_by_text("This link expires in 5 minutes.").wait_for()


def failed(page: Page, server: FakeServer, shop: FakeShop) -> None:
    server.refuse("GET", "/usage", 500, "internal")
    page.get_by_role("link", name="Usage").click()
    page.get_by_role("alert").wait_for()


def offline(page: Page, server: FakeServer, shop: FakeShop) -> None:
    product(page, server, shop)
    page.context.set_offline(True)
    page.get_by_text("You are offline.").wait_for()


def signed_out(page: Page, server: FakeServer, shop: FakeShop) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Paste the link here").fill("no link")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("alert").wait_for()


STATES: tuple[State, ...] = (
    products,
    imports,
    usage,
    empty,
    product,
    lifted,
    menu,
    lightbox,
    position,
    languages,
    take_down,
    deleted,
    contested,
    unsaved,
    ready,
    uploading,
    ended,
    expiring,
    failed,
    offline,
    signed_out,
)


def photos(count: int) -> list[FilePayload]:
    return [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": samples()[0].data}
        for number in range(count)
    ]


def heic() -> FilePayload:
    return {"name": "a.heic", "mimeType": "image/heic", "buffer": b"heic"}


def a_shop(server: FakeServer) -> FakeShop:
    shop = server.shop(scopes=["images:read", "images:write", "images:takedown"])
    shop.fill("7", 4, alts=["Lámpara roja", ""], translations={"en": "Red lamp"})
    shop.images[shop.galleries["7"].order[2]].hidden = True
    shop.fill("71", 2)
    shop.imports = [
        {"path": "products/7/a.heic", "product": "7", "source": "drop", "state": "rejected"}
        | {"reason": {"code": "heic", "detail": ""}, "image": None}
        | {"settled_at": "2026-03-02T09:00:00.000Z"}
    ]
    return shop


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(server: FakeServer, visit: Visit, state: State, scheme: str) -> None:
    shop = a_shop(server)
    page = visit(shop, color_scheme=scheme)

    state(page, server, shop)

    assert accessibility_violations(page) == []


@pytest.mark.parametrize("state", [products, product, lightbox, uploading, imports, usage])
def test_nothing_scrolls_sideways_at_320_pixels(
    server: FakeServer, visit: Visit, state: State
) -> None:
    """320 CSS pixels are a window of 1280 pixels at 400 % zoom (WCAG 1.4.10)."""
    shop = a_shop(server)
    page = visit(shop, viewport={"width": 320, "height": 568})

    state(page, server, shop)

    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("document.documentElement.clientWidth")


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_targets_are_large_enough(
    server: FakeServer, visit: Visit, touch: bool, least: int
) -> None:
    """24 pixels (WCAG 2.5.8), and 44 where fingers point. Links in running text are exempt."""
    shop = a_shop(server)
    page = visit(shop, has_touch=touch, is_mobile=touch, viewport={"width": 412, "height": 800})
    product(page, server, shop)

    small = page.evaluate(
        """(least) => [...document.querySelectorAll('button, select, input:not([hidden])')]
          .map((each) => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && (box.width < least || box.height < least))
          .map(([html, box]) => `${html} ${box.width} x ${box.height}`)""",
        least,
    )

    assert small == []


def test_the_focus_is_never_covered_by_a_notice(server: FakeServer, visit: Visit) -> None:
    """WCAG 2.4.11, while all of the page is passed through with the Tab key."""
    shop = a_shop(server)
    shop.fill("7", 20)
    page = visit(shop, viewport={"width": 800, "height": 600})
    product(page, server, shop)
    choose(page, 1, "Delete")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(cards(page).nth(0).get_by_role("button", name="More actions")).to_be_focused()
    page.evaluate("document.querySelector('h1').focus()")

    for _ in range(60):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const focused = document.activeElement;
              const notices = document.querySelector('.notices');
              if (notices.contains(focused) || focused === document.body) return false;
              const box = focused.getBoundingClientRect();
              return [...notices.children].some((each) => {
                const other = each.getBoundingClientRect();
                return box.top >= other.top && box.bottom <= other.bottom
                  && box.left >= other.left && box.right <= other.right;
              });
            }"""
        )
        assert not covered


def test_the_skip_link_leads_past_the_banner(server: FakeServer, visit: Visit) -> None:
    page = visit(a_shop(server))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()

    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search by product id")).to_be_focused()


@pytest.mark.parametrize("screen", ["Imports", "Usage", "Products"])
def test_a_new_screen_takes_the_focus_and_the_title(
    server: FakeServer, visit: Visit, screen: str
) -> None:
    page = visit(a_shop(server), at="#/products/7")

    page.get_by_role("navigation").get_by_role("link", name=screen).click()

    expect(page).to_have_title(f"{screen} – Vitrine")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_a_card_in_the_accessibility_tree(server: FakeServer, visit: Visit) -> None:
    page = visit(a_shop(server), at="#/products/7")

    expect(cards(page).nth(0)).to_match_aria_snapshot(
        """
        - listitem:
          - button "Show image 1, Lámpara roja, large"
          - button "Move image 1 of 4, Lámpara roja": "1"
          - text: Main Spanish
          - textbox "Description of image 1, Spanish": Lámpara roja
          - text: English
          - textbox "Description of image 1, English": Red lamp
          - button "Copy URL of image 1, Lámpara roja"
          - button "More actions for image 1, Lámpara roja"
        """
    )


def test_notice_and_dialog_in_the_accessibility_tree(server: FakeServer, visit: Visit) -> None:
    page = visit(a_shop(server), at="#/products/7")
    choose(page, 2, "Delete")

    expect(page.get_by_role("region", name="Notices")).to_match_aria_snapshot(
        """
        - region "Notices":
          - paragraph: Image 2 deleted.
          - button "Undo"
        """
    )
    choose(page, 1, "Move to position…")
    expect(page.get_by_role("dialog")).to_match_aria_snapshot(
        """
        - dialog "Move to position":
          - heading "Move to position" [level=2]
          - button "Close"
          - text: Position, 1 to 3
          - spinbutton "Position, 1 to 3": "1"
          - button "Move"
          - button "Cancel"
        """
    )


def test_icons_stay_visible_in_forced_colours(server: FakeServer, visit: Visit) -> None:
    page = visit(a_shop(server), at="#/products/7", forced_colors="active")

    icon = page.locator(".icon-more").first.evaluate(
        "(each) => getComputedStyle(each, '::before').backgroundColor"
    )
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    assert icon not in (ground, "rgba(0, 0, 0, 0)")


def test_motion_is_reduced_on_request(server: FakeServer, visit: Visit) -> None:
    page = visit(a_shop(server), at="#/products/7", reduced_motion="reduce")

    duration = cards(page).nth(0).evaluate("(each) => getComputedStyle(each).transitionDuration")

    assert duration in ("0s", "")


def test_the_page_is_used_at_360_by_640_with_the_keyboard_alone(
    server: FakeServer, visit: Visit
) -> None:
    shop = a_shop(server)
    page = visit(shop, at="#/products/7", viewport={"width": 360, "height": 640})
    reached = set()

    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.ariaLabel ?? ''"))

    assert {
        "Move image 2 of 4, picture-2.jpg",
        "More actions for image 1, Lámpara roja",
        "Description of image 1, English",
        "Show image 1, Lámpara roja, large",
    } <= reached
