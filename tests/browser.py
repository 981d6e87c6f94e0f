"""A browser for tests of the gallery page, and a guard over everything that the page does.

The browser is Debian's `chromium`, found on the PATH; Playwright downloads none.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)
from tests.gateway import ROOT

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) => {
  reportViolation(`${event.effectiveDirective} forbids ${event.blockedURI} ${event.sample}`);
});
"""
_AXE = """
async (tags) => {
  const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`,
  );
}
"""
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""The tags of axe-core's rules that together are WCAG 2.2, levels A and AA."""


@dataclass
class Guard:
    """What pages did that no page may do: the fixture fails the test if there is any of it.

    Attributes:
        origins: origins that pages may send requests to.
        seen: violations of the content security policy, requests to other origins, exceptions
            and errors on the console.
        expected: parts of messages that a test expects, and that are not recorded.
    """

    origins: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Record what a page does from now on."""
        page.expose_function("reportViolation", self.note)
        page.add_init_script(_REPORT_VIOLATIONS)
        page.on("request", self._see_request)
        page.on("console", self._see_message)
        page.on("pageerror", lambda error: self.note(f"exception: {error}"))

    def note(self, text: str) -> None:
        """Record something, unless the test expects it."""
        if not any(part in text for part in self.expected):
            self.seen.append(text)

    def release(self) -> list[str]:
        """Stop recording, and return what was recorded."""
        self.expected.append("")  # part of every message
        recorded, self.seen = self.seen, []
        return recorded

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" not in (
            self.origins
        ):
            self.note(f"request to another origin: {request.url}")

    def _see_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.note(f"console: {message.text} ({message.location.get('url')})")


def find_browser() -> Path | None:
    """The program of the browser; None if there is none."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    return Path(found) if found else None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of a module's tests.

    It ends with the module, because Playwright keeps an event loop running in the thread, and
    other tests start one of their own.
    """
    program = find_browser()
    if program is None:
        missing = "there is no chromium on the PATH (on Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-dev-shm-usage"],  # CI runs as root in a container
            timeout=120_000,  # milliseconds
        )
        yield started
        started.close()


@pytest.fixture
def guard() -> Iterator[Guard]:
    """The guard over all pages of a test."""
    made = Guard()
    yield made
    assert made.seen == [], made.seen


@pytest.fixture
def new_page(browser: Browser, guard: Guard) -> Iterator[Callable[..., Page]]:
    """Opens guarded pages, each in a context of its own, which the test's end closes.

    The arguments are those of Playwright's `Browser.new_context`. The origin of `base_url` is the
    only one to which the page may send requests, unless the test adds others to `guard.origins`.
    """
    with ExitStack() as opened:

        def make(base_url: str, **options: Any) -> Page:
            parts = urlsplit(base_url)
            guard.origins.add(f"{parts.scheme}://{parts.netloc}")
            options = {"locale": "en-GB", "reduced_motion": "reduce", **options}
            context = browser.new_context(base_url=base_url, **options)
            opened.callback(_close, context)
            context.set_default_timeout(30_000)  # milliseconds: others may use the machine, too
            page = context.new_page()
            guard.watch(page)
            return page

        yield make


def _close(context: BrowserContext) -> None:
    """Close a context. A route's handler that is still at work fails nobody's test."""
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
    context.close()


def accessibility_violations(page: Page, tags: tuple[str, ...] = WCAG) -> list[str]:
    """What axe-core finds on a page: a rule, its meaning and the elements, per violation.

    The page's packages must be installed (`gallery_page.build`).
    """
    page.evaluate((ROOT / "gallery/node_modules/axe-core/axe.min.js").read_text())
    found: list[str] = page.evaluate(_AXE, list(tags))
    return found
