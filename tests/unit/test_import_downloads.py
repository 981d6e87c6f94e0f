"""Imports from URLs over real connections: bounded, and safe from what servers do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests import pictures
from tests.unit.test_importing_shops import Move, move  # noqa: F401 - a fixture

from vitrine.adapters.remote import HttpRemote
from vitrine_cli.importing.ledger import State
from vitrine_cli.importing.storing import Outcome

PICTURE = pictures.png(20, 20)


@dataclass
class Pictures:
    """A server of pictures.

    Attributes:
        url: where it is.
        requests: the paths of the requests.
        most: the most requests at the same time.
    """

    url: str = ""
    requests: list[str] = field(default_factory=list)
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, path: str) -> None:
        with self._lock:
            self.requests.append(path)
            self._now += 1
            self.most = max(self.most, self._now)

    def end(self) -> None:
        with self._lock:
            self._now -= 1


@pytest.fixture
def server() -> Iterator[Pictures]:
    made = Pictures()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.begin(self.path)
            try:
                self._answer(self.path.rpartition("/")[2].partition("-")[0])
            except OSError:
                pass  # the client has given up
            finally:
                made.end()

        def _answer(self, kind: str) -> None:
            if kind == "redirect":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(PICTURE)))
            self.end_headers()
            if kind == "html":
                self.wfile.write(b"<html>".ljust(len(PICTURE)))
                return
            half = PICTURE[: len(PICTURE) // 2]
            self.wfile.write(half)
            if kind == "cut":
                return
            if kind == "slow":
                for byte in PICTURE[len(half) :]:
                    time.sleep(0.05)
                    self.wfile.write(bytes([byte]))
                return
            time.sleep(0.02)  # so that downloads meet
            self.wfile.write(PICTURE[len(half) :])

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{http.server_port}"
    yield made
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_downloads_at_once_are_bounded(move: Move, server: Pictures, at_once: int) -> None:  # noqa: F811
    move.at_once, move.world.remote = at_once, HttpRemote(allow_loopback=True)  # type: ignore[assignment]
    lines = (f"p{number % 8},{server.url}/{number}.png" for number in range(24))

    assert move.run(move.csv("product,url\n" + "\n".join(lines))) == {Outcome.ADDED: 24}

    assert server.most <= at_once
    assert len(server.requests) == 24


def test_servers_that_misbehave_cost_their_own_images_only(
    move: Move,  # noqa: F811
    server: Pictures,
) -> None:
    move.world.remote = HttpRemote(allow_loopback=True, total_seconds=0.5)  # type: ignore[assignment]
    kinds = ("good-1", "redirect", "cut", "slow", "html", "good-2")
    lines = (f"mug,{server.url}/{kind}.png" for kind in (f"{each}-x" for each in kinds))

    outcomes = move.run(move.csv("product,url\n" + "\n".join(lines)))

    assert outcomes == {Outcome.ADDED: 2, State.FAILED: 3, Outcome.REJECTED: 1}
    reasons = {url.rpartition("/")[2].partition("-")[0]: why for url, why in move.reasons().items()}
    unloaded = "it cannot be downloaded"
    assert reasons == {
        "redirect": unloaded,
        "cut": unloaded,
        "slow": unloaded,
        "html": "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture",
    }
    assert move.shown("mug") == ["good-1-x.png", "good-2-x.png"]
    assert move.world.galleries.image_count("s1") == len(move.world.blobs.originals) == 2
