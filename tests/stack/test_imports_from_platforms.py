"""`vitrine import --from`, as a process, from platforms on this machine that speak over HTTP.

A stub answers the product lists, and passes everything else on to a shop of the stack.
"""

import contextlib
import csv
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from tests import pictures
from tests.gateway import ROOT, Answer
from tests.platforms import Platform
from tests.stack.conftest import VITRINE, Running, until, vitrine

from vitrine_cli.importing.sources.openmage import SignedRequests

PRODUCTS = [str(number) for number in range(901, 904)]
IMAGES = 2


@dataclass
class Pictures:
    """Public pictures of the stack at the platform's own host.

    Attributes:
        stack: the stack's URL.
        held: set when a picture is asked for that is held back.
        passed: how many pictures are answered before that; None for all.
        released: set when pictures are held back no longer.
    """

    stack: str
    held: threading.Event = field(default_factory=threading.Event)
    passed: int | None = None
    released: threading.Event = field(default_factory=threading.Event)

    async def answer(self, request: Request) -> Response:
        """The picture that a request asks for."""
        return await run_in_threadpool(self._picture, request.url.path)

    def _picture(self, path: str) -> Response:
        if self.passed == 0:
            self.held.set()
            self.released.wait(60)
        elif self.passed is not None:
            self.passed -= 1
        found = until(lambda: _found(httpx.get(self.stack + path)))
        return Response(found.content, headers={"Content-Type": found.headers["content-type"]})


def _found(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code == 200 else None


@dataclass
class Moving:
    """A shop of the stack that others move from, at a platform.

    Attributes:
        running: the stack.
        made: its settings, as `shop create` prints them.
        folder: where commands run.
        url: where the platform is.
        pictures: its pictures.
        images: what it holds, as `shown` gives it.
        signature: signs requests of OpenMage again, whose signatures cover the platform's URL.
    """

    running: Running
    made: dict[str, str]
    folder: Path
    url: str
    pictures: Pictures
    images: list[tuple[str, str, str]] = field(default_factory=list)
    signature: httpx.Auth | None = None

    def command(self, *arguments: str, **variables: str) -> Any:
        """What a command prints, which must succeed."""
        port = str(self.running.port)
        done = vitrine(*arguments, "--port", port, folder=self.folder, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def token(self, dialect: str) -> str:
        """A new token of the shop; for OpenMage the four values of OAuth 1.0a."""
        made = self.command("credential", "create", self.made["shop"], "--dialect", dialect)
        if dialect != "openmage":
            return str(made["token"])
        key, secret = made["consumer_key"], made["consumer_secret"]
        self.signature = SignedRequests((key, secret), (made["token"], made["token_secret"]))
        return json.dumps(made)

    def shown(self, shop: str) -> list[tuple[str, str, str]]:
        """Product, text and format of all images of a shop, in order."""
        done = vitrine("image", "list", shop, "--json", "--port", str(self.running.port))
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [(each["product"], each["alt"], each["format"]) for each in rows]


@pytest.fixture(scope="module")
def moving(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moving]:
    folder = tmp_path_factory.mktemp("moving")
    made = json.loads(vitrine("shop", "create", "moves", "--port", str(running.port)).stdout)
    with (folder / "images.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["product", "file", "position", "alt", "thumbnail"])
        for number, product in enumerate(PRODUCTS):
            for image in range(1, IMAGES + 1):
                name = f"{product}-{image}.png"
                (folder / name).write_bytes(pictures.png(60 + number, 60 + image))
                rows.writerow([product, name, 5 - image, f"{product} {image}", int(image == 1)])
    made_of = Moving(running, made, folder, "", Pictures(running.described["base_url"]))
    made_of.command("import", "moves", "images.csv", "--json")
    made_of.images = made_of.shown("moves")

    def pass_on(request: httpx.Request) -> Answer:
        """Vitrine's answer to a request that the platform does not answer itself."""
        path = request.url.raw_path.decode()
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        auth = None
        if request.headers.get("authorization", "").startswith("OAuth "):
            del headers["authorization"]
            auth = made_of.signature
        url = running.described["base_url"] + path
        answer = httpx.request(request.method, url, headers=headers, auth=auth, timeout=60)
        return Answer(answer.status_code, answer.text, answer.headers)

    platform = Platform(PRODUCTS, pass_on, page_size=2)
    media = Route("/media/{path:path}", made_of.pictures.answer)
    with serving(Starlette(routes=[media, Mount("/", platform.app)])) as url:
        made_of.url = url
        yield made_of


@contextlib.contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an application on a port of its own, and give its URL."""
    config = uvicorn.Config(app, port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started or None)
    (socket,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


def options(moving: Moving, kind: str) -> tuple[str, ...]:
    """The command line of an import from a kind of platform."""
    name, _, version = kind.partition(" ")
    store: dict[str, tuple[str, ...]] = {
        "tiendanube": ("--store", moving.made["tiendanube.store_id"]),
        "bigcommerce": (
            *("--store", moving.made["bigcommerce.store_hash"]),
            *("--media-base", f"{moving.url}/media/moves/product_images"),
        ),
        "openmage": ("--store-views", "1:default"),
        "evotor": ("--store", moving.made["evotor.store_id"]),
    }
    chosen = ("--api", version) if version else ()
    return "--from", name, "--source", moving.url, *store[name], *chosen


@pytest.mark.parametrize(
    "kind", ["tiendanube v1", "bigcommerce v3", "bigcommerce v2", "openmage", "evotor"]
)
def test_a_shop_is_imported_from_each_platform(moving: Moving, kind: str) -> None:
    name, shop = kind.partition(" ")[0], f"from-{kind.replace(' ', '-')}"
    token = moving.token(name)
    moving.command("shop", "create", shop)

    done = moving.command(
        *("import", shop, *options(moving, kind), "--json"), VITRINE_IMPORT_TOKEN=token
    )

    assert (done["added"], done["differences"], done["rejected"]) == (6, 0, 0)
    assert [text for _, text, _ in moving.images][:2] == ["901 2", "901 1"]
    assert moving.shown(shop) == [
        (product, "" if name == "evotor" else text, kind) for product, text, kind in moving.images
    ]


def test_an_import_that_is_killed_at_a_platform_resumes(moving: Moving) -> None:
    """It is killed while it waits for the fourth picture: three are stored."""
    moving.command("shop", "create", "killed")
    token = moving.token("bigcommerce")
    moving.pictures.passed = 3
    port = str(moving.running.port)
    line = ("import", "killed", *options(moving, "bigcommerce v3"), "--at-once", "1", "--json")
    process = subprocess.Popen(
        [*VITRINE, *line, "--port", port],
        cwd=moving.folder,
        env={**os.environ, "VITRINE_IMPORT_TOKEN": token, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert moving.pictures.held.wait(120)
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    moving.pictures.passed = None
    moving.pictures.released.set()
    assert len(moving.shown("killed")) == 3

    done = moving.command(*line, "--resume", VITRINE_IMPORT_TOKEN=token)

    assert (done["added"], done["present"], done["differences"]) == (3, 3, 0)
    assert moving.shown("killed") == moving.images
