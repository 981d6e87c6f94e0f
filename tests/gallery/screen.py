"""What tests read from the product screen, and how they use it."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

_DEADLINE = 20_000  # milliseconds


def cards(page: Page) -> Locator:
    """The images of the product in order."""
    return page.locator("ol.cards > li")


def order(page: Page) -> list[int]:
    """The ids of the images on the screen."""
    found: list[int] = cards(page).evaluate_all(
        "(all) => all.map((each) => Number(each.dataset.image))"
    )
    return found


def handle(page: Page, position: int) -> Locator:
    """The move button of the image at a position, from 1."""
    return cards(page).nth(position - 1).locator(".handle")


def choose(page: Page, position: int, action: str) -> None:
    """Choose an action of an image's menu."""
    cards(page).nth(position - 1).get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=action, exact=True).click()


def said(page: Page, text: str) -> None:
    """Wait until the live region says a text."""
    region = page.locator("div.unseen[role=status]")
    expect(region).to_contain_text(text, timeout=_DEADLINE)


def until(page: Page, holds: Callable[[], Any]) -> None:
    """Wait until something holds on the server's side.

    Raises:
        AssertionError: it did not within twenty seconds.
    """
    for _ in range(_DEADLINE // 50):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about")


def until_drawn(page: Page, selector: str) -> None:
    """Wait until the browser has the picture of the first element with a CSS selector."""
    page.wait_for_function(
        "(selector) => document.querySelector(selector)?.naturalWidth > 0", arg=selector
    )


def stop_clock(page: Page) -> None:
    """Let the page's time pass with `page.clock.run_for` only."""
    page.clock.install(time=0)
    page.clock.pause_at(1)


def requests_arrived(page: Page) -> None:
    """Wait for the answer to a request that the page sends after all its others."""
    page.evaluate("fetch('/gallery/index.html').then((answer) => answer.text())")


def drop_files(page: Page, files: list[tuple[str, str, bytes]]) -> None:
    """Drop files, each a name, a type and bytes, on the middle of the page."""
    transfer = page.evaluate_handle(
        """(files) => {
          const transfer = new DataTransfer();
          for (const [name, type, data] of files) {
            transfer.items.add(new File([Uint8Array.from(data)], name, { type }));
          }
          return transfer;
        }""",
        [(name, kind, list(data)) for name, kind, data in files],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event("body", event, {"dataTransfer": transfer})
