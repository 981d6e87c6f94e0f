"""Fixtures of the gallery page's tests: a browser, guarded pages, the built page, a fake API."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser import Guard
from tests.browser import browser as browser
from tests.browser import guard as guard
from tests.browser import new_page as new_page
from tests.gallery.fake_server import running
from tests.gallery.fake_shop import FakeShop
from tests.gallery.fake_state import FakeServer

from vitrine_cli.local import gallery_page

Visit = Callable[..., Page]

_DEADLINE = 20_000  # milliseconds: machines that run these tests are shared


@pytest.fixture(autouse=True)
def patience() -> None:
    """How long expectations wait; tests of other folders set a time of their own."""
    expect.set_options(timeout=_DEADLINE)


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder with the built page."""
    return gallery_page.build()


@pytest.fixture(scope="session")
def fake(built: Path) -> Iterator[FakeServer]:
    """The fake API with the built page."""
    with running() as server:
        yield server


@pytest.fixture
def server(fake: FakeServer) -> Iterator[FakeServer]:
    """The fake API without shops and without faults."""
    fake.shops.clear()
    fake.requests.clear()
    fake.faults.clear()
    yield fake
    fake.faults.clear()


@pytest.fixture
def visit(server: FakeServer, new_page: Callable[..., Page], guard: Guard) -> Visit:
    """Opens the page with a link to shops, at a screen, and waits until it is there.

    A screen other than the list of products has loaded what it shows, or has failed to.
    The further arguments are those of Playwright's `Browser.new_context`.
    """
    guard.origins.add(server.bucket_url)

    def open_page(*shops: FakeShop, at: str = "#/", **options: Any) -> Page:
        page = new_page(server.url, **options)
        page.goto(server.link(*shops) if shops else "/gallery/")
        page.get_by_role("heading", level=1).wait_for()
        if at != "#/":
            before = page.title()
            page.evaluate("(hash) => { location.hash = hash; }", at)
            expect(page).not_to_have_title(before)
            expect(page.get_by_text("Loading…")).to_have_count(0)
        return page

    return open_page


@pytest.fixture
def refusals_expected(guard: Guard) -> None:
    """For tests of refused requests: the browser logs them as errors."""
    guard.expected.append("Failed to load resource")
