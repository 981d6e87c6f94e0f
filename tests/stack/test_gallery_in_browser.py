"""A shopkeeper at the gallery page of the deployed stack, in a browser."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests import pictures
from tests.browser import Guard, accessibility_violations
from tests.browser import browser as browser
from tests.browser import guard as guard
from tests.browser import new_page as new_page
from tests.stack.conftest import Running, Tiendanube, vitrine

SECONDS = 60_000  # milliseconds that an answer or a picture may take


@pytest.fixture(scope="module")
def link(running: Running) -> str:
    done = vitrine("gallery", "1234", "--take-down", "--json", "--port", str(running.port))
    found: str = json.loads(done.stdout)["url"]
    return found


@pytest.fixture
def page(running: Running, link: str, new_page: Callable[..., Page]) -> Page:
    """The page, signed in by the printed link."""
    expect.set_options(timeout=SECONDS)  # functions may start, on a machine that others use, too
    opened = new_page(running.described["base_url"])
    opened.goto(link)
    expect(opened.get_by_role("heading", level=1)).to_have_text("Products")
    return opened


def open_product(page: Page, product: str) -> None:
    page.get_by_label("Open a product").fill(product)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(product)


def test_the_token_leaves_the_address_before_any_request(page: Page, link: str) -> None:
    assert link.partition("#t=")[2] not in page.url
    assert page.evaluate("() => history.length") <= 2


def test_the_first_view_is_small(
    running: Running,
    link: str,
    new_page: Callable[..., Page],
    record_property: Callable[[str, object], None],
) -> None:
    page = new_page(running.described["base_url"])
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")
    page.wait_for_load_state("networkidle")

    files = [url for url in requests if "/gallery/" in url]
    calls = [url for url in requests if "/vitrine/" in url]
    record_property("figure", f"first view: {len(files)} files, {len(calls)} API calls")
    assert len(files) <= 3
    assert len(calls) <= 2


def test_the_real_page_is_accessible(page: Page, tiendanube: Tiendanube) -> None:
    tiendanube.attach(9803, pictures.jpeg(640, 480))
    assert accessibility_violations(page) == []

    open_product(page, "9803")
    expect(page.locator("li.card")).to_have_count(1)

    assert accessibility_violations(page) == []


def test_hostile_texts_stay_text(page: Page, tiendanube: Tiendanube, guard: Guard) -> None:
    """The guard sees a script that runs, and a picture that is requested from elsewhere."""
    hostile = '"><img src=http://127.0.0.1:9/a onerror=alert(1)>'
    tiendanube.attach(9804, pictures.jpeg(64, 48), alt=[hostile])

    open_product(page, "9804")

    expect(page.get_by_label("Description of image 1, Spanish")).to_have_value(hostile)
    assert guard.seen == []
