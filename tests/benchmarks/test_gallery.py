"""The gallery page of the local stack: from the drop of photographs until they are visible."""

import io
import statistics
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page
from tests import pictures
from tests.benchmarks.conftest import Show
from tests.browser import browser as browser
from tests.browser import guard as guard
from tests.browser import new_page as new_page
from tests.stack.conftest import Running, vitrine

FILES = 10
PRODUCT = "9900"
SECONDS = 300_000  # milliseconds
VIEW = {"width": 1280, "height": 1400}  # pixels: all cards are visible, and load their pictures
_WATCH = """
() => {
  window.measured = { placed: {}, served: {} };
  const started = performance.now();
  const look = () => {
    for (const card of document.querySelectorAll('li.card')) {
      const { placed, served } = window.measured;
      const picture = card.querySelector('img');
      const shown = picture && picture.complete && picture.naturalWidth > 0;
      const now = performance.now() - started;
      if (shown) placed[card.dataset.image] ??= now;
      if (shown && picture.currentSrc.startsWith('http')) served[card.dataset.image] ??= now;
    }
    requestAnimationFrame(look);
  };
  look();
}
"""


def photograph(seed: int) -> bytes:
    """A JPEG of about 5 MB, as a telephone makes it: 12 million pixels, with noise."""
    width, height = 4000, 3000
    noise = Image.effect_noise((width, height), 24).convert("RGB")
    picture = Image.blend(pictures.gradient(width, height), noise, 0.35)
    picture.paste((seed * 20, 80, 120), (0, 0, 400, 400))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=94)
    return data.getvalue()


def test_time_from_drop_to_visible(
    running: Running, new_page: Callable[..., Page], show: Show, tmp_path: Path
) -> None:
    files = []
    for number in range(1, FILES + 1):
        file = tmp_path / f"{number:02}.jpg"
        file.write_bytes(photograph(number))
        files.append(file)
    page = opened(running, new_page)

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").first.click()
    chooser.value.set_files(files)
    page.evaluate(_WATCH)
    page.get_by_role("button", name=f"Upload {FILES} pictures").click()
    page.wait_for_function(
        f"() => Object.keys(window.measured.served).length === {FILES}", timeout=SECONDS
    )

    measured = page.evaluate("() => window.measured")
    size = sum(file.stat().st_size for file in files) / FILES / 1e6
    show(
        f"Gallery page: {FILES} photographs of {size:.1f} MB, seconds from drop to visible",
        ["visible as", "p50", "p95"],
        [
            ["local preview in its place", *percentiles(measured["placed"])],
            ["picture of the CDN", *percentiles(measured["served"])],
        ],
    )


def opened(running: Running, new_page: Callable[..., Page]) -> Page:
    """The page of an empty product, signed in."""
    link = vitrine("gallery", "1234", "--port", str(running.port)).stdout.strip()
    page = new_page(running.described["base_url"], viewport=VIEW)
    page.goto(link)
    page.get_by_label("Open a product").fill(PRODUCT)
    page.get_by_role("button", name="Open", exact=True).click()
    return page


def percentiles(milliseconds: dict[str, float]) -> list[float]:
    """The median and the 95th percentile, in seconds."""
    values = sorted(each / 1000 for each in milliseconds.values())
    return [statistics.median(values), statistics.quantiles(values, n=20, method="inclusive")[18]]
