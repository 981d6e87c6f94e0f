"""What the page may cost: requests, elements, time."""

import json
import math
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.gallery.conftest import Visit
from tests.gallery.fake_state import FakeServer
from tests.gallery.screen import cards, until_drawn

Record = Callable[[str, object], None]


def test_the_first_view_asks_for_three_files_and_two_answers(
    server: FakeServer, new_page: Callable[..., Page], record_property: Record
) -> None:
    shop = server.shop()
    for number in range(12):
        shop.fill(f"p{number:02}", 2, start=number)
    page = new_page(server.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))

    page.goto(server.link(shop))
    expect(page.locator(".tile")).to_have_count(12)
    page.wait_for_load_state("networkidle")

    sent = [each for each in asked if not each.startswith(("/media/", "data:", "blob:"))]
    files = [each for each in sent if each.startswith("/gallery/")]
    assert len(files) == 3
    assert sorted(set(sent) - set(files)) == ["/vitrine/v1/products", "/vitrine/v1/shop"]
    record_property("figure", f"gallery, first view: {len(files)} files, {len(sent) - 3} answers")


@pytest.mark.parametrize("languages", [1, 3, 6])
def test_a_card_has_at_most_25_elements(
    server: FakeServer, visit: Visit, languages: int, record_property: Record
) -> None:
    shop = server.shop()
    others = dict.fromkeys(("en", "pt", "fr", "it", "pl")[: languages - 1], "text")
    shop.fill("7", 3, translations=others)
    page = visit(shop, at="#/products/7")
    expect(cards(page)).to_have_count(3)

    counts = cards(page).evaluate_all("(all) => all.map((e) => e.querySelectorAll('*').length + 1)")

    record_property("figure", f"gallery, {languages} languages: {max(counts)} elements a card")
    assert max(counts) <= 25


def test_cards_use_small_webp_pictures_and_load_them_late(server: FakeServer, visit: Visit) -> None:
    shop = server.shop()
    shop.fill("7", 120)
    page = visit(shop)
    until_drawn(page, ".tile img")  # the cover, in the size of a tile
    pictures: list[str] = []
    page.on("request", lambda each: "/media/" in each.url and pictures.append(each.url))

    page.evaluate("location.hash = '#/products/7'")
    expect(cards(page)).to_have_count(120)
    until_drawn(page, "ol.cards > li img")

    assert pictures
    assert all("-240-0." in each and each.endswith(".webp") for each in pictures)
    assert len(pictures) < 120


_SCROLL = """
async () => {
  let shift = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shift += entry.value;
  });
  observer.observe({ type: 'layout-shift' });
  const page = document.documentElement;
  while (page.scrollTop + innerHeight < page.scrollHeight - 1) {
    scrollBy(0, 120);
    await new Promise(requestAnimationFrame);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { shift, height: page.scrollHeight };
}
"""


def longest_task(trace: bytes) -> float:
    """Milliseconds of the page's longest task, in time of the processor.

    Other programs that use the processor at the same time do not count.
    """
    events = json.loads(trace)["traceEvents"]
    pages = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        each["tdur"] / 1000
        for each in events
        if each["name"] == "RunTask" and "tdur" in each and (each["pid"], each["tid"]) in pages
    ]
    return float(max(tasks))


def test_250_cards_scroll_without_a_long_task_or_a_shift(
    server: FakeServer, visit: Visit, browser: Browser, record_property: Record
) -> None:
    """A long task takes more than 50 ms."""
    shop = server.shop()
    shop.fill("7", 250, alts=["Lámpara", ""], translations={"en": "Lamp"})
    page = visit(shop, at="#/products/7", viewport={"width": 1440, "height": 900})
    expect(cards(page)).to_have_count(250)
    until_drawn(page, "ol.cards > li img")

    browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline"])
    scrolled = page.evaluate(_SCROLL)
    longest = longest_task(browser.stop_tracing())

    record_property(
        "figure",
        f"gallery, 250 cards: {scrolled['height']} pixels scrolled, longest task "
        f"{longest:.0f} ms of processor time, layout shift {scrolled['shift']:.4f}",
    )
    assert longest < 50
    assert scrolled["shift"] == 0


def test_1000_images_open(server: FakeServer, visit: Visit, record_property: Record) -> None:
    shop = server.shop()
    shop.fill("7", 1000)
    page = visit(shop)

    page.evaluate("performance.mark('start'); location.hash = '#/products/7'")
    expect(cards(page)).to_have_count(1000)
    taken = page.evaluate("performance.measure('opened', 'start').duration")

    record_property("figure", f"gallery, 1000 images: shown after {taken:.0f} ms")
    until_drawn(page, "ol.cards > li img")


def _largest_paint(new_page: Callable[..., Page], server: FakeServer, link: str) -> float:
    """Milliseconds from the start to the largest paint, with an empty cache.

    The line is slowed down; of the processor's time, three times as much is added, so that other
    programs that use the processor do not count four times.
    """
    page = new_page(server.url)
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 9e4},
    )
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(link)
    page.locator(".tile img").first.wait_for()
    page.wait_for_load_state("networkidle")
    largest: float = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) =>
          resolve(list.getEntries().at(-1).startTime)
        ).observe({ type: 'largest-contentful-paint', buffered: true }))"""
    )
    metrics = client.send("Performance.getMetrics")["metrics"]
    busy = next(each["value"] for each in metrics if each["name"] == "TaskDuration")  # seconds
    page.close()
    return largest + 3 * 1000 * float(busy)


def test_the_largest_picture_is_painted_soon_on_a_slow_line(
    server: FakeServer, new_page: Callable[..., Page], record_property: Record
) -> None:
    """Slow 4G (1.6 Mbit/s, 150 ms) and a processor slowed down four times: below 2.5 s.

    Other programs slow the processor down further, so the best of twenty counts.
    """
    shop = server.shop()
    for number in range(8):
        shop.fill(f"p{number}", 2, start=number)
    warm = new_page(server.url)
    warm.goto(server.link(shop))
    warm.wait_for_load_state("networkidle")  # the fake CDN has made its sizes
    largest = math.inf
    for _ in range(20):
        largest = min(largest, _largest_paint(new_page, server, server.link(shop)))
        if largest < 2500:
            break

    record_property("figure", f"gallery, slow line and processor: largest paint {largest:.0f} ms")
    assert largest < 2500


def test_placeholders_are_drawn_near_the_visible_part_only(
    server: FakeServer, visit: Visit
) -> None:
    shop = server.shop()
    shop.fill("7", 120)
    page = visit(shop)
    page.route("**/media/**", lambda _: None)  # pictures never arrive

    page.evaluate("location.hash = '#/products/7'")
    expect(cards(page)).to_have_count(120)
    page.wait_for_function(
        "document.querySelector('.picture').style.backgroundImage.startsWith('url(')"
    )
    drawn = page.locator(".picture").evaluate_all(
        "(all) => all.map((each) => each.style.backgroundImage.startsWith('url('))"
    )

    assert drawn[0]
    assert not drawn[-1]
    assert page.locator(".picture").nth(119).evaluate("(each) => each.style.backgroundColor")
