"""`vitrine import --from …` over real connections: a platform, another host, and moto's AWS."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests import pictures
from tests.adapters.conftest import REGION, Account, Adapters, on_aws
from tests.adapters.test_imports_command import OUTPUTS
from typer.testing import CliRunner

from vitrine.domain.shops import Shop
from vitrine_cli.app import app
from vitrine_cli.importing.platforms import TOKEN_VARIABLE
from vitrine_cli.local import emulator, stacks, workspace
from vitrine_cli.local.processes import Process
from vitrine_cli.local.stacks import Description, Stack
from vitrine_cli.ui.failure import FailureError

KINDS = ("tiendanube", "bigcommerce v3", "bigcommerce v2", "openmage", "evotor")
TOKEN = "a-token-that-nobody-else-sees"
KEYS = {
    "consumer_key": "key-of-the-consumer",
    "consumer_secret": "secret-of-the-consumer",
    "token": "token-of-the-administrator",
    "token_secret": "secret-of-the-token",
}
CREDENTIALS = ("authorization", "authentication", "x-auth-token", "x-authorization", "cookie")
PORT = 1
MUG, CUP, JAR = (pictures.png(size, 9) for size in (11, 12, 13))


@dataclass(frozen=True)
class Answer:
    """What a host answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Host:
    """A server on this machine.

    Attributes:
        url: where it is.
        answers: what it answers, by path.
        requests: the paths of the requests, each with all of its headers as text.
    """

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def put_json(self, path: str, found: Any, **headers: str) -> None:
        kept = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {"Content-Type": "application/json", **kept}
        self.answers[path] = Answer(json.dumps(found).encode(), headers=kind)

    def move(self, path: str, to: str, status: int = 302) -> None:
        self.answers[path] = Answer(status=status, headers={"Location": to})


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    """A platform's API, and a host that is none of its business."""
    with ExitStack() as until_the_end:
        yield tuple(until_the_end.enter_context(serving(Host())) for _ in range(2))  # type: ignore[misc]


class serving:  # noqa: N801 - a context manager
    """Serves a host until the block ends."""

    def __init__(self, host: Host) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                host.requests.append((path, f"{self.path}\n{self.headers}".lower()))
                answer = host.answers.get(path, Answer(status=404))
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._host = host
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Host:
        self._thread.start()
        self._host.url = f"http://127.0.0.1:{self._server.server_port}"
        return self._host

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(frozen=True)
class Agency:
    """Somebody who imports into the shop `s1` of the local stack `PORT`."""

    account: Account
    folder: Path

    @property
    def stores(self) -> Adapters:
        return on_aws(self.account)

    def run(self, kind: str, source: Host, *options: str) -> tuple[int, Any, str]:
        """Exit status, the object that the command prints, and its messages."""
        name, _, version = kind.partition(" ")
        chosen = ["--from", name, "--source", source.url, "--json", "--port", str(PORT)]
        chosen += ["--api", version] if version else []
        chosen += [] if name == "openmage" else ["--store", "555"]
        done = CliRunner().invoke(app, ["import", "s1", *chosen, *options])
        if isinstance(done.exception, FailureError):
            return 1, None, str(done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout) if done.stdout else None, done.stderr

    def written(self) -> bytes:
        """All that the command has left on this machine."""
        return b"".join(file.read_bytes() for file in self.folder.rglob("*") if file.is_file())


@pytest.fixture
def agency(
    open_account: Callable[[str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Agency:
    """The local stack is moto's AWS, so that pictures of this machine can be downloaded."""
    account = open_account("small")
    monkeypatch.setattr(emulator, "REGION", REGION)
    monkeypatch.setattr(workspace, "HOME", tmp_path / "home")
    monkeypatch.setattr(stacks, "HOME", tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    description = Description(
        base_url="", media_url="", product_images_url="", import_url="", shop="", credentials={}
    )
    Stack(
        port=PORT,
        endpoint=os.environ["AWS_ENDPOINT_URL"],
        processes=[Process(pid=os.getpid(), began=psutil.Process().create_time())],
        outputs={**OUTPUTS, "MediaUrl": "https://cdn.example/media"},
        description=description,
    ).save()
    made = Agency(account, tmp_path)
    made.stores.shops.create_shop(Shop("s1"))
    return made


def secret_of(kind: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Give the command the credentials, and return what must not be seen elsewhere."""
    values = KEYS if kind == "openmage" else {"token": TOKEN}
    secret = json.dumps(KEYS) if kind == "openmage" else TOKEN
    monkeypatch.setenv(TOKEN_VARIABLE, secret)
    return tuple(values.values())


def offer(kind: str, host: Host, *urls: str) -> list[str]:
    """Make a host the API of a platform with a product for each picture.

    Returns:
        The paths of its lists.
    """
    numbers = range(1, len(urls) + 1)
    match kind:
        case "tiendanube":
            host.put_json(
                "/v1/555/products",
                [
                    {"id": n, "images": [{"id": n, "src": url, "alt": {"pt": f"Foto {n}"}}]}
                    for n, url in zip(numbers, urls, strict=True)
                ],
                x_main_language="pt",
            )
        case "bigcommerce v3":
            images = [{"id": n, "image_file": f"{n}.png", "sort_order": 0} for n in numbers]
            found = [{"id": each["id"], "images": [each]} for each in images]
            paging = {"total": len(urls), "total_pages": 1}
            listed = {"data": found, "meta": {"pagination": paging}}
            host.put_json("/stores/555/v3/catalog/products", listed)
        case "bigcommerce v2":
            host.put_json("/stores/555/v2/products/count.json", {"count": len(urls)})
            host.put_json("/stores/555/v2/products.json", [{"id": n} for n in numbers])
            for n in numbers:
                image = {"id": n, "image_file": f"{n}.png", "sort_order": 0}
                host.put_json(f"/stores/555/v2/products/{n}/images.json", [image])
        case "openmage":
            host.put_json("/api/rest/products", {str(n): {"entity_id": str(n)} for n in numbers})
            for n, url in zip(numbers, urls, strict=True):
                image = {"id": n, "url": url, "position": 1, "types": ["thumbnail"]}
                host.put_json(f"/api/rest/products/{n}/images", [image])
        case _:
            items = [{"id": str(n)} for n in numbers]
            host.put_json("/stores/555/products", {"items": items, "paging": {}})
            for n, url in zip(numbers, urls, strict=True):
                image = {"items": [{"id": str(n), "url": url}]}
                host.put_json(f"/stores/555/products/{n}/images", image)
    return list(host.answers)


@pytest.mark.parametrize("kind", KINDS)
def test_the_token_goes_to_the_api_and_nowhere_else(
    agency: Agency, hosts: tuple[Host, Host], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures are at another host, at the API's, and behind redirects from each to the other."""
    secrets = secret_of(kind, monkeypatch)
    api, other = hosts
    first = other.url if "bigcommerce" in kind else api.url  # whose media have one base
    lists = offer(kind, api, f"{other.url}/p/1.png", f"{first}/p/2.png", f"{other.url}/p/3.png")
    other.answers["/p/1.png"] = other.answers["/r/2.png"] = Answer(MUG)
    for host in (api, other) if first == api.url else (other,):
        host.move("/p/2.png", f"{other.url}/r/2.png")
    other.move("/p/3.png", f"{api.url}/r/3.png")
    api.answers["/r/3.png"] = Answer(JAR)
    media = ("--media-base", f"{other.url}/p") if "bigcommerce" in kind else ()

    status, done, told = agency.run(kind, api, *media)

    assert (status, done["added"], done["differences"]) == (0, 3, 0)
    assert {path for path, _ in other.requests} >= {"/p/1.png", "/r/2.png", "/p/3.png"}
    asked = [(path, sent) for path, sent in api.requests if path in lists]
    assert {path for path, _ in asked} == set(lists)
    assert all(any(f"\n{name}: " in sent for name in CREDENTIALS) for _, sent in asked)
    others = [each for each in api.requests if each not in asked] + other.requests
    assert "/r/3.png" in {path for path, _ in others}
    for path, sent in others:
        assert not [name for name in CREDENTIALS if f"\n{name}: " in sent], path
        assert not [value for value in secrets if value in sent], path
    seen = agency.written() + json.dumps(done).encode() + told.encode()
    assert not [value for value in secrets if value.encode() in seen]

    monkeypatch.delenv(TOKEN_VARIABLE)
    status, compared, _ = agency.run(kind, api, "--verify-bytes")
    assert (status, compared["differences"]) == (0, 0)
    api.answers["/r/3.png"] = Answer(CUP)
    status, compared, _ = agency.run(kind, api, "--verify-bytes")
    assert (status, compared["differences"]) == (1, 1)


@pytest.mark.parametrize(("kind", "status"), [*zip(KINDS, (301, 302, 303, 307, 308), strict=True)])
def test_a_redirect_of_the_api_is_not_followed(
    agency: Agency,
    hosts: tuple[Host, Host],
    kind: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret_of(kind, monkeypatch)
    api, other = hosts
    for path in offer(kind, api, f"{other.url}/p/1.png"):
        other.answers[path] = api.answers[path]
        api.move(path, f"{other.url}{path}", status)

    code, _, told = agency.run(kind, api)

    assert code == 1
    assert f"with a redirect to {other.url}/" in told
    assert told.endswith("is --source right?")
    assert other.requests == []


def test_a_link_to_another_host_is_not_followed(
    agency: Agency, hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_of("tiendanube", monkeypatch)
    api, other = hosts
    link = f'<{other.url}/v1/555/products?page=2>; rel="next"'
    api.put_json("/v1/555/products", [{"id": 1, "images": []}], link=link)

    status, _, told = agency.run("tiendanube", api)

    assert status == 1
    assert told.startswith(f"The platform's list leads to another host: {other.url}/")
    assert other.requests == []


def test_better_files_and_the_language_of_the_store_are_taken_over(
    agency: Agency, hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run writes neither."""
    secret_of("tiendanube", monkeypatch)
    api, other = hosts
    suffix = "0123456789abcdef0123456789abcdef-1024-1024.png"
    offer("tiendanube", api, *(f"{other.url}/{name}-{suffix}" for name in ("mug", "cup")))
    for name in ("mug", "cup"):
        other.answers[f"/{name}-{suffix}"] = Answer(CUP)
    (agency.folder / "originals").mkdir()
    (agency.folder / "originals/Mug.PNG").write_bytes(MUG)
    options = ("--originals", str(agency.folder / "originals"))
    shop = agency.stores.shops.shop

    assert agency.run("tiendanube", api, "--dry-run", *options)[1]["originals"] == 1
    assert shop("s1") == Shop("s1")
    status, done, _ = agency.run("tiendanube", api, *options)

    assert (status, done["added"], done["originals"]) == (0, 2, {"replaced": 1, "no file": 1})
    assert done["notes"][0].startswith("tiendanube.language of the new shop was set to pt")
    assert shop("s1").settings == {"tiendanube.language": "pt"}  # type: ignore[union-attr]
    api.answers["/v1/555/products"].headers["X-Total-Count"] = "3"
    for dry in ([], ["--dry-run"]):
        status, found, _ = agency.run("tiendanube", api, *dry)
        assert (status, found["unlisted_products"]) == (1, 1)
    agency.run("tiendanube", api, *options)
    rows = csv.DictReader(io.StringIO((agency.folder / "originals.csv").read_text()))
    assert [(row["name"], row["file"], row["result"]) for row in rows] == [
        ("mug", "Mug.PNG", "replaced"),
        ("cup", "", "no file"),
    ]
    stored = [agency.stores.galleries.gallery_with_images("s1", each)[1] for each in "12"]
    (mug,), (cup,) = (images.values() for images in stored)
    assert (mug.original.file_name, cup.original.file_name) == ("Mug.PNG", "cup.png")
    assert (mug.texts.alt, cup.texts.alt) == ("Foto 1", "Foto 2")
    assert agency.run("evotor", api, *options)[0] == 2
