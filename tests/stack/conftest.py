"""The real template, deployed to the local AWS with permissions enforced, once for all tests."""

import atexit
import base64
import functools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import boto3
import httpx
import pytest
from tests import pictures
from tests.forked_commands import Command, ForkedCommands
from tests.gateway import ROOT
from tests.stack.guardian import Guardian

from vitrine_cli.local import stacks

HERE = Path(__file__).parent
VITRINE = [sys.executable, "-m", "vitrine_cli"]
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from vitrine_cli.app import main; main()"
)
INTERRUPTIBLE_VITRINE = [sys.executable, "-c", INTERRUPTIBLE]
"""The command, ended by SIGINT even if the parent of this test run ignores that signal.

A shell ignores SIGINT in its background jobs, and child processes inherit that.
"""
Found = TypeVar("Found")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the shared stack in one worker; others may run beside them."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.path.is_relative_to(HERE) and "running" in fixtures:
            item.add_marker(pytest.mark.xdist_group("stack"))


def vitrine(
    *arguments: str, folder: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, in a process of its own (see `tests.forked_commands`).

    Args:
        arguments: the command line.
        folder: where it runs.
        variables: environment variables that it has beside those of the tests.
    """
    with NamedTemporaryFile("r") as stdout, NamedTemporaryFile("r") as stderr:
        command = Command(
            *(arguments, str(folder)),
            stdout=stdout.name,
            stderr=stderr.name,
            environment={**os.environ, **variables},
        )
        with ONE_COMMAND_AT_A_TIME:
            status = commands().run(command)
        return subprocess.CompletedProcess(arguments, status, stdout.read(), stderr.read())


def json_lines(done: subprocess.CompletedProcess[str]) -> list[Any]:
    """The objects that a command has printed, one a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def messages(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines that a command has told, without those of its progress.

    A command that takes more than ten seconds tells its progress, and on a busy machine any does.
    """
    progress = re.compile(r"[A-Z][a-z ]+: \d+( of \d+)?")
    return [line for line in done.stderr.splitlines() if not progress.fullmatch(line)]


ONE_COMMAND_AT_A_TIME = threading.Lock()


@functools.cache
def commands() -> ForkedCommands:
    """The process of this test run, or of this worker of it, that runs commands."""
    server = ForkedCommands()
    atexit.register(server.close)
    return server


@pytest.fixture
def foreground() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command in the foreground. If it still runs after the test, Ctrl-C stops it."""
    with ExitStack() as started:

        def start(*arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*INTERRUPTIBLE_VITRINE, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            started.callback(stop, process)
            return process

        yield start


def stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()  # so that the command does not disturb the tests that follow
        process.communicate()
        raise


def until(look: Callable[[], Found | None], seconds: float = 90) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    pytest.fail(f"nothing within {seconds} seconds")


def forget(port: int) -> None:
    """Stop a stack and delete its data."""
    done = vitrine("down", "--forget", "--yes", "--port", str(port))
    assert done.returncode == 0, done.stderr
    assert stacks.load(port) is None


def free_port() -> int:
    """A port for a stack, which is deleted even if this run is killed."""
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    if not os.environ.get("KEEP_STACK"):
        guardian().watch(port)
    return port


@functools.cache
def guardian() -> Guardian:
    """The process that ends what this test run, or this worker of it, leaves behind."""
    return Guardian()


@dataclass(frozen=True)
class Shop:
    """A shop of the stack and a way to speak Evotor with it."""

    id: str
    store: str
    token: str
    client: httpx.Client

    def images(self, product: str) -> str:
        return f"/stores/{self.store}/products/{product}/images"

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-Authorization": self.token, **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def post(self, product: str, data: bytes, name: str = "000.png") -> httpx.Response:
        return self.send("POST", self.images(product), files={"datafile": (name, data)})


@dataclass(frozen=True)
class Tiendanube:
    """A client of the demo shop that speaks Tiendanube."""

    store: str
    token: str
    client: httpx.Client

    def images(self, product: int, image: int | None = None) -> str:
        path = f"/v1/{self.store}/products/{product}/images"
        return path if image is None else f"{path}/{image}"

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authentication": f"bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def attach(self, product: int, data: bytes, **fields: Any) -> httpx.Response:
        body = {"attachment": base64.b64encode(data).decode(), "filename": "a.png", **fields}
        return self.send("POST", self.images(product), json=body)

    def listed(self, product: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.send(
            "GET", self.images(product) + "?per_page=200"
        ).json()
        return found


@dataclass(frozen=True)
class BigCommerce:
    """A client of the demo shop that speaks BigCommerce."""

    store: str
    token: str
    client: httpx.Client

    def images(self, product: int, image: int | None = None) -> str:
        path = f"/stores/{self.store}/v2/products/{product}/images"
        return path if image is None else f"{path}/{image}"

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-Auth-Token": self.token, **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def upload(self, product: int, data: bytes, **fields: Any) -> httpx.Response:
        files = {"image_file": ("a.png", data)}
        return self.send("POST", self.images(product), files=files, data=fields)

    def listed(self, product: int) -> list[dict[str, Any]]:
        answer = self.send("GET", self.images(product) + ".json?limit=250")
        found: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else []
        return found


@dataclass(frozen=True)
class Native:
    """A client of the demo shop that uses Vitrine's own API."""

    token: str
    client: httpx.Client

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, f"/vitrine/v1{path}", headers=headers, **more)

    def gallery(self, product: int) -> dict[str, Any]:
        found: dict[str, Any] = self("GET", f"/products/{product}").json()
        return found


@dataclass(frozen=True)
class Inventorum:
    """A client of the demo shop that speaks Inventorum."""

    token: str
    client: httpx.Client

    def send(self, method: str, path: str, version: str = "12", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "X-Api-Version": version}
        headers |= more.pop("headers", {})
        return self.client.request(method, path, headers=headers, **more)

    def upload(
        self, data: bytes, path: str = "/api/images/", token: str | None = None
    ) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        files = {"image": ("image-file", data)}
        return self.send("POST", path, headers=headers, files=files, data={"type": "product"})

    def post_body(self, path: str, size: int) -> httpx.Response:
        """Upload a picture in a form of exactly `size` bytes."""
        head = (
            b'--b\r\nContent-Disposition: form-data; name="type"\r\n\r\nproduct\r\n--b\r\n'
            b'Content-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        )
        end = b"\r\n--b--\r\n"
        picture = pictures.padded_png(size - len(head) - len(end))
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        return self.send("POST", path, headers=headers, content=head + picture + end)


@dataclass
class Elsewhere:
    """A server of pictures on this machine, and what it was asked for."""

    url: str
    files: dict[str, bytes]
    asked: list[tuple[str, dict[str, str]]]

    def put(self, path: str, data: bytes) -> str:
        self.files[path] = data
        return self.url + path


@dataclass(frozen=True)
class Running:
    """The stack."""

    port: int
    described: dict[str, Any]
    client: httpx.Client

    @property
    def stack(self) -> stacks.Stack:
        found = stacks.load(self.port)
        assert found is not None
        return found

    @property
    def outputs(self) -> dict[str, str]:
        return self.stack.outputs

    def aws(self, service: str) -> Any:
        """A client of the emulator's root account."""
        session = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=self.stack.endpoint)  # type: ignore[call-overload]

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """Keys in a bucket that the stack's outputs name."""
        listed = self.aws("s3").list_objects_v2(Bucket=self.outputs[bucket], Prefix=prefix)
        return [each["Key"] for each in listed.get("Contents", [])]

    def open_shop(self, shop: str) -> Shop:
        """A new shop, made by the operator's commands."""
        made = json.loads(vitrine("shop", "create", shop, "--port", str(self.port)).stdout)
        login = json.loads(
            vitrine(
                *("credential", "create", shop, "--dialect", "evotor", "--port", str(self.port))
            ).stdout
        )
        assert login["store_id"] == made["evotor.store_id"]
        return Shop(shop, login["store_id"], login["token"], self.client)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    port = free_port()
    started = subprocess.run(
        [*VITRINE, "up", "--detach", "--json", "--port", str(port)],
        capture_output=True,
        text=True,
        check=False,
    )
    if started.returncode:
        pytest.fail(f"the stack did not start:\n{started.stderr}")
    described = json.loads(started.stdout)
    try:
        with httpx.Client(base_url=described["base_url"], timeout=60) as client:
            yield Running(port, described, client)
    finally:
        if not os.environ.get("KEEP_STACK"):
            forget(port)


@pytest.fixture(scope="session")
def tiendanube(running: Running) -> Tiendanube:
    login = running.described["credentials"]["tiendanube"]
    return Tiendanube(login["store_id"], login["token"], running.client)


@pytest.fixture(scope="session")
def bigcommerce(running: Running) -> BigCommerce:
    login = running.described["credentials"]["bigcommerce"]
    return BigCommerce(login["store_hash"], login["token"], running.client)


@pytest.fixture(scope="session")
def native(running: Running) -> Native:
    return Native(running.described["credentials"]["vitrine"]["token"], running.client)


@pytest.fixture(scope="session")
def inventorum(running: Running) -> Inventorum:
    login = running.described["credentials"]["inventorum"]
    assert set(login) == {"token"}
    return Inventorum(login["token"], running.client)


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Elsewhere]:
    files: dict[str, bytes] = {}
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            data = files.get(self.path)
            self.send_response(200 if data is not None else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            self.send_header("Set-Cookie", "a=b")
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Elsewhere(f"http://127.0.0.1:{server.server_port}", files, asked)
        server.shutdown()


def served(client: httpx.Client, url: str) -> httpx.Response:
    """A public picture, as soon as the CDN has it."""

    def look() -> httpx.Response | None:
        answer = client.get(url)
        return answer if answer.status_code == 200 else None

    return until(look)


@pytest.fixture(scope="session")
def shop(running: Running) -> Shop:
    """The demo shop."""
    login = running.described["credentials"]["evotor"]
    return Shop(running.described["shop"], login["store_id"], login["token"], running.client)
