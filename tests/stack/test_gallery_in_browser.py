"""A shopkeeper at the gallery page of the deployed stack, in a browser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests import pictures
from tests.browser import Guard, accessibility_violations
from tests.browser import browser as browser
from tests.browser import guard as guard
from tests.browser import new_page as new_page
from tests.gallery.screen import until_drawn
from tests.stack.conftest import Running, Tiendanube, until, vitrine

SECONDS = 60_000  # milliseconds that an answer or a picture may take


@pytest.fixture(autouse=True)
def patience() -> None:
    """How long expectations wait: functions may start, on a machine that others use, too."""
    expect.set_options(timeout=SECONDS)


@pytest.fixture(scope="module")
def link(running: Running) -> str:
    done = vitrine("gallery", "1234", "--take-down", "--json", "--port", str(running.port))
    found: str = json.loads(done.stdout)["url"]
    return found


@pytest.fixture
def page(running: Running, link: str, new_page: Callable[..., Page]) -> Page:
    """The page, signed in by the printed link."""
    opened = new_page(running.described["base_url"])
    open_link(opened, link)
    return opened


@pytest.fixture
def api(running: Running, link: str) -> Iterator[httpx.Client]:
    """Vitrine's own API, with the link's token."""
    token = link.partition("#t=")[2]
    base = f"{running.described['base_url']}/vitrine/v1"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
        yield client


def open_link(page: Page, link: str) -> None:
    page.set_default_timeout(SECONDS)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Products")


def open_product(page: Page, product: str) -> None:
    page.get_by_label("Open a product").fill(product)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(product)


def upload(page: Page, files: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").first.click()
    chooser.value.set_files(files)
    page.get_by_role("button", name=f"Upload {len(files)} pictures").click()
    expect(page.locator("li.card")).to_have_count(len(files), timeout=2 * SECONDS)


def names(api: httpx.Client, product: str) -> list[str]:
    """The file names of a product's images, in order."""
    return [each["file_name"] for each in api.get(f"/products/{product}").json()["images"]]


def photographs(folder: Path) -> list[Path]:
    """Three pictures of different sizes, named in reverse of the order in which they are made."""
    files = []
    for number in (3, 2, 1):
        file = folder / f"{number:02}.jpg"
        file.write_bytes(pictures.jpeg(400 + number, 300))
        files.append(file)
    return files


def test_the_token_leaves_the_address_before_any_request(page: Page, link: str) -> None:
    assert link.partition("#t=")[2] not in page.url
    assert page.evaluate("() => history.length") <= 2


def test_products_of_all_platforms_are_seen(page: Page, tiendanube: Tiendanube) -> None:
    tiendanube.attach(9801, pictures.jpeg(640, 480))

    page.get_by_label("Search by product id").fill("9801")

    tile = page.get_by_role("listitem").filter(has_text="9801")
    expect(tile).to_contain_text("1 image")
    expect(page.locator(".tile")).to_have_count(1)
    until_drawn(page, ".tile img")


def test_three_pictures_are_added_described_sorted_and_deleted(
    page: Page, api: httpx.Client, tiendanube: Tiendanube, tmp_path: Path
) -> None:
    product = "9802"
    open_product(page, product)
    upload(page, photographs(tmp_path))
    assert names(api, product) == ["01.jpg", "02.jpg", "03.jpg"]

    describe(page, "Lámpara roja")
    until(lambda: alts(tiendanube, product)[0] == "Lámpara roja" or None)

    move_to_the_end_by_keyboard(page)
    until(lambda: names(api, product) == ["02.jpg", "03.jpg", "01.jpg"] or None)

    delete_and_undo(page)
    assert names(api, product) == ["02.jpg", "03.jpg", "01.jpg"]


def describe(page: Page, alt: str) -> None:
    field = page.get_by_label("Description of image 1, Spanish")
    field.fill(alt)
    field.press("Enter")
    expect(page.locator("li.card").first).to_contain_text("Saved")


def alts(tiendanube: Tiendanube, product: str) -> list[Any]:
    """The descriptions of a product's images, as another platform's client reads them."""
    return [dict(each["alt"] or {}).get("es") for each in tiendanube.listed(int(product))]


def move_to_the_end_by_keyboard(page: Page) -> None:
    handle = page.locator("li.card").first.get_by_role("button", name="Move image 1 of 3")
    handle.focus()
    for key in ("Space", "ArrowRight", "End", "Space"):
        page.keyboard.press(key)
    expect(page.locator("li.card").last.get_by_role("button", name="Move image")).to_be_focused()


def delete_and_undo(page: Page) -> None:
    page.locator("li.card").first.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete", exact=True).click()
    expect(page.locator("li.card")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("li.card")).to_have_count(3)


def test_the_first_view_is_small(
    running: Running,
    link: str,
    new_page: Callable[..., Page],
    record_property: Callable[[str, object], None],
) -> None:
    page = new_page(running.described["base_url"])
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    open_link(page, link)
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
