"""The guard sees what a page must not do, so that other tests can rely on it."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page
from tests.browser import Guard, accessibility_violations
from tests.gallery.screen import until
from tests.gateway import ROOT

POLICY = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'"
PAGES = {
    "/quiet": "<p>Nothing happens.",
    "/inline": "<script>document.title = 'ran'</script>",
    "/foreign": "<img src='http://127.0.0.1:9/picture.png'>",
    "/frame": "<iframe src='/quiet'></iframe>",
    "/unnamed": "<button></button>",
    "/favicon.ico": "",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = f"<!doctype html><html lang=en><title>t</title>{PAGES[self.path]}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", f"{POLICY}; img-src *")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_quiet_page_passes(new_page: Callable[..., Page], url: str) -> None:
    new_page(url).goto("/quiet")


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/inline", "script-src-elem forbids inline"),
        ("/foreign", "request to another origin: http://127.0.0.1:9/picture.png"),
        ("/frame", "frame-src forbids"),
    ],
)
def test_the_guard_sees_what_is_forbidden(
    new_page: Callable[..., Page], guard: Guard, url: str, path: str, seen: str
) -> None:
    page = new_page(url)
    page.goto(path)

    until(page, lambda: any(seen in each for each in guard.seen))
    guard.release()


def test_the_guard_sees_exceptions_and_markup_made_from_text(
    new_page: Callable[..., Page], guard: Guard, url: str
) -> None:
    page = new_page(url)
    page.goto("/quiet")

    page.evaluate(
        "() => { setTimeout(() => { document.body.innerHTML = '<img onerror=alert(1)>'; }, 0) }"
    )

    until(page, lambda: any("require-trusted-types-for" in each for each in guard.seen))
    until(page, lambda: any(each.startswith("exception:") for each in guard.seen))
    guard.release()


@pytest.mark.skipif(
    not (ROOT / "gallery/node_modules/axe-core").exists(), reason="the page is not built"
)
def test_axe_runs_under_the_policy(new_page: Callable[..., Page], url: str) -> None:
    page = new_page(url)
    page.goto("/unnamed")

    (found,) = accessibility_violations(page)

    assert found.startswith("button-name:")
