"""Pictures at URLs, from real servers on this machine; most of them mean no good."""

import gzip
import socket
import ssl
import threading
import time
import tomllib
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count, repeat
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
import trustme
from tests.gateway import ROOT

from vitrine.adapters.remote import HttpRemote
from vitrine.domain.errors import DownloadError, PictureRefusedError, Rule

PICTURE = bytes(range(256)) * 40
LIMIT = 1_000_000
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
SHORT = 0.3  # seconds that a fetch may take where it is meant not to end by itself

Answer = bytes | Iterator[bytes]


def answer(body: bytes = PICTURE, status: str = "200 OK", **headers: str) -> bytes:
    """An answer with a `Content-Length`; `_` in header names becomes `-`."""
    fields = {"Content_Length": str(len(body)), "Content_Type": "text/html", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", **headers: str) -> bytes:
    """An answer in chunks."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{lines}\r\n".encode() + body + end


def unframed(body: bytes = PICTURE, **headers: str) -> bytes:
    """An answer that ends when the connection does."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.0 200 OK\r\n{lines}\r\n".encode() + body


def redirect(location: str, status: int = 302, **headers: str) -> bytes:
    return answer(b"elsewhere", f"{status} Found", Location=location, **headers)


@dataclass
class Server:
    """A server on a port of this machine, where every path has its answer, sent to the last byte.

    Attributes:
        answers: by path, an answer, or its pieces, one for each request or slowly dripping.
        heads: of the requests that came.
        connections: how many were opened.
        left: set whenever a client has closed its connection.
    """

    tls: ssl.SSLContext | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    left: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    greeting: Callable[[socket.socket], None] | None = None

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    outer.serve(self.request)

        class TCPServer(ThreadingTCPServer):
            allow_reuse_address = True

        self.server = TCPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        connection.settimeout(10)
        if self.greeting:
            self.greeting(connection)
        if self.tls:
            with self.tls.wrap_socket(connection, server_side=True) as secured:
                self.talk(secured)
        else:
            self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (more := connection.recv(65536)):
                return
            head += more
        self.heads.append(head.decode())
        path = head.split(b" ")[1].decode()
        pieces = self.answers.get(path, answer(b"", "404 Not Found"))
        try:
            for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                if self.stopped.is_set():
                    break
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        finally:
            self.left.set()

    def drip(self, *pieces: bytes, drop: bytes = b"a") -> Iterator[bytes]:
        """The pieces, and then one byte at intervals for five seconds: an endless answer."""
        yield from pieces
        for _ in range(250):
            if self.stopped.wait(0.02):
                break
            yield drop

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def close(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()  # waits for the handlers


class Names:
    """A resolver that knows a few names, and how often it was asked for which."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self.names = {name.replace("_", "."): iter(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, _: int) -> Sequence[str]:
        self.asked.append(host)
        return next(self.names[host])


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers, given the answers by path."""
    servers: list[Server] = []

    def start(
        answers: Mapping[str, Answer] | None = None, tls: ssl.SSLContext | None = None
    ) -> Server:
        servers.append(Server(tls, dict(answers or {})))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


def server_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> Callable[[], ssl.SSLContext]:
    def make() -> ssl.SSLContext:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        return context

    return make


local = HttpRemote(allow_loopback=True)
hasty = HttpRemote(allow_loopback=True, total_seconds=SHORT)


@pytest.mark.parametrize(
    "good",
    [
        answer(),
        answer(Content_Type="image/jpeg", Content_Encoding="identity"),
        chunked(PICTURE[:1], PICTURE[1:5000], PICTURE[5000:]),
        unframed(),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(),
        answer(gzip.compress(PICTURE), Content_Encoding="gzip"),
        answer(gzip.compress(PICTURE), Content_Encoding="X-GZip"),
        answer(zlib.compress(PICTURE), Content_Encoding="deflate"),
        answer(zlib.compress(PICTURE, wbits=-15), Content_Encoding="deflate"),
        chunked(*(bytes([byte]) for byte in gzip.compress(PICTURE)), Content_Encoding="gzip"),
        unframed(gzip.compress(PICTURE), Content_Encoding="gzip"),
        answer(PICTURE + b"more", Content_Length=str(len(PICTURE))),
    ],
    ids=count(),
)
def test_a_picture_is_fetched_however_it_is_framed(
    serve: Callable[..., Server], good: bytes
) -> None:
    assert local.fetch(serve({"/a.png": good}).url("/a.png"), LIMIT) == PICTURE


def test_what_is_asked_of_a_server_is_a_picture_and_nothing_else(
    serve: Callable[..., Server],
) -> None:
    server = serve({"/%C3%A4.png?b=c": answer(Set_Cookie="a=b")})

    local.fetch(server.url("/ä.png?b=c#d", "localhost"), LIMIT)

    request, *fields = server.heads[0].rstrip().split("\r\n")
    assert request == "GET /%C3%A4.png?b=c HTTP/1.1"
    assert sorted(fields) == [
        "Accept-Encoding: identity",
        "Accept: */*",
        "Connection: close",
        f"Host: localhost:{server.port}",
        f"User-Agent: Vitrine/{VERSION}",
    ]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "0",
        "0.0.0.0",  # noqa: S104
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::1]",
        "１２７.0.0.1",
        "127。0。0。1",
        "good@127.0.0.1",
        "good:word@127.0.0.1",
        "127.0.0.1\\@good",
        "127.0.0.%31",
        "LOCALHOST.",
    ],
)
def test_this_machine_is_not_asked_however_it_is_spelled(
    serve: Callable[..., Server], host: str
) -> None:
    server = serve({"/": answer()})
    with pytest.raises(DownloadError):
        HttpRemote().fetch(server.url(host=host), LIMIT)
    assert server.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104
        "0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "good@127.0.0.1",
        "127.0.0.1\\@good",
    ],
)
def test_no_more_than_loopback_is_allowed_with_loopback(
    serve: Callable[..., Server], host: str
) -> None:
    server = serve({"/": answer()})
    with pytest.raises(DownloadError):
        local.fetch(server.url(host=host), LIMIT)
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "192.168.0.1",
        "100.100.100.200",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "::ffff:127.0.0.1",
        "224.0.0.1",
        "not an address",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_one_address_that_is_not_public_spoils_a_name(
    serve: Callable[..., Server], address: str, *, before: bool
) -> None:
    server = serve({"/": answer()})
    found = [address, "127.0.0.1"] if before else ["127.0.0.1", address]
    names = Names(shop_example=[found])

    with pytest.raises(DownloadError):
        HttpRemote(allow_loopback=True, resolve=names).fetch(server.url(host="shop.example"), LIMIT)

    assert server.connections == 0
    assert names.asked == ["shop.example"]


def test_a_public_and_a_loopback_address_are_refused_without_loopback(
    serve: Callable[..., Server],
) -> None:
    server = serve({"/": answer()})
    names = Names(shop_example=[["127.0.0.1", "93.184.216.34"]])
    with pytest.raises(DownloadError):
        HttpRemote(resolve=names).fetch(server.url(host="shop.example"), LIMIT)
    assert server.connections == 0


def test_a_name_without_addresses_is_refused() -> None:
    names = Names(shop_example=[[]])
    with pytest.raises(DownloadError):
        HttpRemote(resolve=names).fetch("http://shop.example/", LIMIT)


def test_an_unknown_host_name_is_refused() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(DownloadError):
        HttpRemote(resolve=unknown).fetch("http://shop.example/", LIMIT)


def test_a_name_that_changes_its_mind_changes_nothing(serve: Callable[..., Server]) -> None:
    """DNS rebinding: a second look-up, after the check, would return another address."""
    server = serve({"/a": redirect("/b"), "/b": answer()})
    names = Names(shop_example=[["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]])

    remote = HttpRemote(allow_loopback=True, resolve=names)
    assert remote.fetch(server.url("/a", "shop.example"), LIMIT) == PICTURE

    assert names.asked == ["shop.example", "shop.example"], "once for each URL"
    assert f"Host: shop.example:{server.port}\r\n" in server.heads[0]


def test_a_name_that_turns_private_at_a_redirect_is_refused(serve: Callable[..., Server]) -> None:
    server = serve({"/a": redirect("/b"), "/b": answer()})
    names = Names(shop_example=[["127.0.0.1"], ["10.0.0.1"]])
    remote = HttpRemote(allow_loopback=True, resolve=names)
    with pytest.raises(DownloadError):
        remote.fetch(server.url("/a", "shop.example"), LIMIT)
    assert server.connections == 1


def test_the_next_address_is_tried_when_one_refuses(serve: Callable[..., Server]) -> None:
    """No server listens at 127.0.0.2 and ::1; IPv4 is tried first."""
    server = serve({"/": answer()})
    names = Names(shop_example=[["::1", "127.0.0.2", "127.0.0.1"]])
    remote = HttpRemote(allow_loopback=True, resolve=names)
    assert remote.fetch(server.url(host="shop.example"), LIMIT) == PICTURE


def test_addresses_are_tried_in_order_and_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("vitrine.adapters.remote.create_connection", refuse)
    names = Names(shop_example=[["2606:4700::1", "8.8.8.8", "2606:4700::2", "1.1.1.1"]])
    with pytest.raises(DownloadError):
        HttpRemote(resolve=names).fetch("http://shop.example/", LIMIT)
    assert tried == ["8.8.8.8", "1.1.1.1", "2606:4700::1", "2606:4700::2"]


def test_a_server_that_is_not_there_is_a_failed_download(serve: Callable[..., Server]) -> None:
    server = serve()
    server.close()
    with pytest.raises(DownloadError):
        local.fetch(server.url(), LIMIT)


def test_proxies_of_the_environment_are_not_used(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(), serve({"/": answer()})
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv(name.lower(), proxy.url())
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert local.fetch(server.url(), LIMIT) == PICTURE
    assert proxy.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(serve: Callable[..., Server], status: int) -> None:
    other = serve({"/c/d": answer()})
    server = serve({"/a/b": redirect(other.url("/c/d"), status)})
    assert local.fetch(server.url("/a/b"), LIMIT) == PICTURE


@pytest.mark.parametrize("location", ["d?e", "/a/d?e", "//localhost:{port}/a/d?e", "./../a/d?e#f"])
def test_redirects_may_be_relative(serve: Callable[..., Server], location: str) -> None:
    server = serve({"/a/d?e": answer()})
    server.answers["/a/b"] = redirect(location.format(port=server.port))
    assert local.fetch(server.url("/a/b"), LIMIT) == PICTURE


def test_five_redirects_are_followed_and_a_sixth_is_not(serve: Callable[..., Server]) -> None:
    server = serve({f"/{hop}": redirect(f"/{hop + 1}") for hop in range(6)} | {"/6": answer()})
    assert local.fetch(server.url("/1"), LIMIT) == PICTURE
    server.heads.clear()
    with pytest.raises(DownloadError):
        local.fetch(server.url("/0"), LIMIT)
    assert [head.split()[1] for head in server.heads] == [f"/{hop}" for hop in range(6)]


def test_a_redirect_in_circles_ends(serve: Callable[..., Server]) -> None:
    server = serve({"/": redirect("/")})
    with pytest.raises(DownloadError):
        local.fetch(server.url(), LIMIT)
    assert server.connections == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[::ffff:127.0.0.1]:{port}/b",
        "http://0.0.0.0:{port}/b",
        "http://good@127.0.0.1:{port}/b",
        "//good@127.0.0.1:{port}/b",
        "http://127.0.0.1:{port}\\@good/b",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/b",
        "gopher://127.0.0.1:{port}/b",
        "data:image/png,b",
        "http://127.0.0.1:{port}x/b",
        "http://[",
        "/\tb",
    ],
)
def test_a_redirect_leads_nowhere_that_a_url_would_not(
    serve: Callable[..., Server], location: str
) -> None:
    server = serve({"/b": answer()})
    server.answers["/a"] = redirect(location.format(port=server.port))
    with pytest.raises(DownloadError):
        local.fetch(server.url("/a"), LIMIT)
    assert server.connections == 1


def test_redirects_to_this_machine_are_refused_without_loopback(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public server, as far as we can tell, sends us to ourselves."""
    server = serve({"/b": answer()})
    server.answers["/a"] = redirect(server.url("/b"))
    connect = socket.create_connection
    monkeypatch.setattr(
        "vitrine.adapters.remote.create_connection",
        lambda _, timeout: connect(("127.0.0.1", server.port), timeout),
    )
    with pytest.raises(DownloadError):
        HttpRemote().fetch(server.url("/a", "93.184.216.34"), LIMIT)
    assert server.connections == 1


def test_nothing_is_carried_over_a_redirect(serve: Callable[..., Server]) -> None:
    other = serve({"/b": answer()})
    server = serve({"/a?token=1": redirect(other.url("/b"), Set_Cookie="session=1; Path=/")})
    server.answers["/c"] = redirect("/a?token=1", Set_Cookie="session=2")

    local.fetch(server.url("/c"), LIMIT)

    for head in (*server.heads, *other.heads):
        names = {line.partition(":")[0].lower() for line in head.split("\r\n")[1:] if line}
        assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert f"Host: 127.0.0.1:{other.port}\r\n" in other.heads[0]


@pytest.mark.parametrize(
    "bad",
    [
        *(answer(status=s) for s in ("201 Created", "203 Non-Authoritative", "206 Partial")),
        *(answer(status=s) for s in ("404 Not Found", "403 Forbidden", "500 Oops", "103 Hints")),
        *(answer(b"", status=s) for s in ("204 No Content", "304 Not Modified")),
        answer(status="302 Found"),
        answer(status="300 Many", Location="/good"),
        answer(b"", "304 Not Modified", Location="/good"),
        answer(PICTURE[:-1], Content_Length=str(len(PICTURE))),
        answer(b"", Content_Length=str(len(PICTURE))),
        answer(Content_Length=f"{len(PICTURE)}\r\nContent-Length: 1"),
        chunked(PICTURE, end=b""),
        chunked(PICTURE, end=b"ff\r\nabc"),
        chunked(PICTURE, end=b"hello\r\n"),
        chunked(PICTURE, end=b"f" * 70_000),
        chunked(PICTURE, end=b"-1\r\n" + PICTURE),
        answer(Content_Encoding="br"),
        answer(Content_Encoding="zstd"),
        answer(Content_Encoding="gzip, gzip"),
        answer(Content_Encoding="gzip,br"),
        answer(Content_Encoding="rot13"),
        answer(Content_Encoding="gzip"),
        answer(Content_Encoding="deflate"),
        answer(b"", Content_Encoding="gzip"),
        answer(b"", Content_Encoding="deflate"),
        answer(gzip.compress(PICTURE)[:-9], Content_Encoding="gzip"),
        answer(gzip.compress(PICTURE)[:-1], Content_Encoding="gzip"),
        answer(gzip.compress(PICTURE) + b"more", Content_Encoding="gzip"),
        chunked(gzip.compress(PICTURE), b"more", Content_Encoding="gzip"),
        chunked(gzip.compress(PICTURE)[:-8], Content_Encoding="gzip"),
        unframed(gzip.compress(PICTURE)[:-8], Content_Encoding="gzip"),
        answer(zlib.compress(PICTURE)[:-1], Content_Encoding="deflate"),
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"b" * 70_000 + b"\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
    ids=count(),
)
def test_an_answer_that_is_not_a_whole_picture_is_a_failed_download(
    serve: Callable[..., Server], bad: bytes
) -> None:
    server = serve({"/": bad, "/good": answer()})
    with pytest.raises(DownloadError):
        local.fetch(server.url(), LIMIT)
    assert server.connections == 1


@pytest.mark.parametrize("frame", [answer, chunked, unframed])
def test_the_limit_itself_is_within_it(
    serve: Callable[..., Server], frame: Callable[..., bytes]
) -> None:
    packed = frame(gzip.compress(PICTURE), Content_Encoding="gzip")
    server = serve({"/": frame(PICTURE), "/gzip": packed})
    for path in ("/", "/gzip"):
        assert local.fetch(server.url(path), len(PICTURE)) == PICTURE
        with pytest.raises(PictureRefusedError) as refused:
            local.fetch(server.url(path), len(PICTURE) - 1)
        assert refused.value.broken == (Rule.WEIGHT,)


def test_a_length_beyond_the_limit_refuses_before_the_body(serve: Callable[..., Server]) -> None:
    """The body is never sent: reading it first would time out before the size is checked."""
    server = serve()
    server.answers["/"] = server.drip(answer(b"", Content_Length=str(LIMIT + 1)))
    with pytest.raises(PictureRefusedError):
        local.fetch(server.url(), LIMIT)


def test_a_failed_status_is_no_question_of_weight(serve: Callable[..., Server]) -> None:
    with pytest.raises(DownloadError):
        local.fetch(serve({"/": answer(status="404 Not Found")}).url(), 1)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (unframed(b""), b"a" * 65536),
        (chunked(end=b""), b"10000\r\n" + b"a" * 65536 + b"\r\n"),
        (chunked(end=b"ffffffffffff\r\n"), b"a" * 65536),
        (chunked(end=b"-1\r\n"), b"a" * 65536),
    ],
    ids=["unframed", "chunks", "one chunk", "a chunk of negative length"],
)
def test_reading_stops_at_the_limit(
    serve: Callable[..., Server], head: bytes, piece: bytes
) -> None:
    server = serve()
    server.answers["/"] = (each for pieces in ([head], repeat(piece)) for each in pieces)

    tracemalloc.start()
    try:
        with pytest.raises(PictureRefusedError):
            local.fetch(server.url(), LIMIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3 * LIMIT


@cache
def bomb(window: int) -> bytes:
    """A hundred megabytes of zeros, packed to a thousandth."""
    packer = zlib.compressobj(wbits=window)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()


@pytest.mark.parametrize(("coding", "window"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
@pytest.mark.parametrize("frame", [answer, chunked, unframed])
def test_a_bomb_costs_no_more_than_the_limit(
    serve: Callable[..., Server], frame: Callable[..., bytes], coding: str, window: int
) -> None:
    server = serve({"/": frame(bomb(window), Content_Encoding=coding)})

    tracemalloc.start()
    try:
        with pytest.raises(PictureRefusedError):
            local.fetch(server.url(), LIMIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4 * LIMIT


HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "status": b"HTTP/1.1 200 ",
    "header": HEAD + b"A: ",
    "length": answer(b"", Content_Length=str(len(PICTURE))),
    "chunk size": chunked(PICTURE, end=b""),
    "chunk": chunked(PICTURE, end=b"fff\r\n"),
    "trailer": chunked(PICTURE, end=b"0\r\nA: "),
    "no end": unframed(PICTURE),
    "gzip": unframed(gzip.compress(PICTURE)[:20], Content_Encoding="gzip"),
    "silence": b"",
}


def in_time(fetch: Callable[[], object]) -> None:
    """A download that fails when its time is up, not before and hardly after."""
    started = time.monotonic()
    with pytest.raises(DownloadError):
        fetch()
    assert SHORT * 0.9 < time.monotonic() - started < SHORT + 9


@pytest.mark.parametrize("begin", DRIPS)
def test_a_server_that_drips_is_cut_off(serve: Callable[..., Server], begin: str) -> None:
    server = serve()
    server.answers["/"] = server.drip(DRIPS[begin])
    in_time(lambda: hasty.fetch(server.url(), LIMIT))
    assert server.left.wait(30)


def test_a_server_that_says_nothing_is_cut_off(serve: Callable[..., Server]) -> None:
    server = serve()
    server.answers["/"] = server.drip(drop=b"")
    in_time(lambda: hasty.fetch(server.url(), LIMIT))


def test_dripping_interim_answers_are_cut_off(serve: Callable[..., Server]) -> None:
    server = serve()
    server.answers["/"] = server.drip(drop=b"HTTP/1.1 100 Continue\r\n\r\n")
    in_time(lambda: hasty.fetch(server.url(), LIMIT))


def test_what_was_cut_off_is_no_picture_even_if_the_clock_stands(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitrine.adapters.remote.monotonic", lambda: 0.0)
    server = serve()
    server.answers["/"] = server.drip(unframed(PICTURE))
    in_time(lambda: hasty.fetch(server.url(), LIMIT))


def test_the_time_is_for_all_redirects_together(serve: Callable[..., Server]) -> None:
    server = serve()

    def late(location: str) -> Iterator[bytes]:
        server.stopped.wait(SHORT / 2.5)
        yield redirect(location)

    server.answers.update({"/a": late("/b"), "/b": late("/c"), "/c": late("/d"), "/d": answer()})
    in_time(lambda: hasty.fetch(server.url("/a"), LIMIT))


def test_a_slow_tls_handshake_is_cut_off(
    serve: Callable[..., Server], authority: trustme.CA
) -> None:
    """A record that claims to be long, a byte at a time."""
    server = serve(tls=server_tls(authority, "localhost"))

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        for byte in server.drip():
            connection.sendall(byte)

    server.greeting = drip
    in_time(lambda: hasty.fetch(server.url(host="localhost"), LIMIT))


def test_a_slow_body_over_tls_is_cut_off(
    serve: Callable[..., Server], authority: trustme.CA
) -> None:
    server = serve(tls=server_tls(authority, "localhost"))
    remote = HttpRemote(allow_loopback=True, total_seconds=SHORT, tls=trusting(authority))
    server.answers["/"] = server.drip(unframed(PICTURE))
    in_time(lambda: remote.fetch(server.url(host="localhost"), LIMIT))


def test_a_slow_resolver_is_left_behind() -> None:
    asked = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        asked.wait(10)
        return ["127.0.0.1"]

    remote = HttpRemote(allow_loopback=True, total_seconds=SHORT, resolve=slow)
    in_time(lambda: remote.fetch("http://shop.example:1/", LIMIT))
    asked.set()
    for thread in threading.enumerate():
        if thread.name == "look up":
            thread.join()


def test_a_deaf_address_leaves_time_for_the_next(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve({"/": answer()})
    connect = socket.create_connection
    waits: list[float] = []

    def deaf(address: tuple[str, int], timeout: float) -> socket.socket:
        waits.append(timeout)
        if address[0] != "127.0.0.1":
            raise TimeoutError
        return connect(address, timeout)

    monkeypatch.setattr("vitrine.adapters.remote.create_connection", deaf)
    names = Names(shop_example=[["127.0.0.3", "127.0.0.2", "127.0.0.1"]])
    remote = HttpRemote(allow_loopback=True, resolve=names)
    assert remote.fetch(server.url(host="shop.example"), LIMIT) == PICTURE
    assert waits[0] == waits[1] <= 2
    assert waits[2] > 5


def test_a_certificate_is_asked_for_the_name_at_the_checked_address(
    serve: Callable[..., Server], authority: trustme.CA
) -> None:
    context = server_tls(authority, "shop.example")
    asked: list[str | None] = []
    context.sni_callback = lambda _, name, __: asked.append(name)
    server = serve({"/a": redirect("/b"), "/b": answer()}, tls=context)
    names = Names(shop_example=[["127.0.0.1"], ["127.0.0.1"]])

    remote = HttpRemote(allow_loopback=True, resolve=names, tls=trusting(authority))

    assert remote.fetch(server.url("/a", "shop.example"), LIMIT) == PICTURE
    assert asked == ["shop.example", "shop.example"]
    assert f"Host: shop.example:{server.port}\r\n" in server.heads[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "xn--mnchen-3ya.example", "münchen.example"])
def test_certificates_may_be_for_addresses_and_foreign_names(
    serve: Callable[..., Server], authority: trustme.CA, host: str
) -> None:
    certified = host.encode("idna").decode()
    server = serve({"/": answer()}, tls=server_tls(authority, certified))
    remote = HttpRemote(
        allow_loopback=True, resolve=lambda *_: ["127.0.0.1"], tls=trusting(authority)
    )
    assert remote.fetch(server.url(host=host), LIMIT) == PICTURE


def test_a_dot_at_a_names_end_is_not_in_its_certificate(
    serve: Callable[..., Server], authority: trustme.CA
) -> None:
    server = serve({"/": answer()}, tls=server_tls(authority, "shop.example"))
    names = Names(shop_example_=[["127.0.0.1"]])
    remote = HttpRemote(allow_loopback=True, resolve=names, tls=trusting(authority))
    assert remote.fetch(server.url(host="shop.example."), LIMIT) == PICTURE


@pytest.mark.parametrize("certified", ["other.example", "127.0.0.1", "example"])
def test_a_certificate_for_another_name_is_refused(
    serve: Callable[..., Server], authority: trustme.CA, certified: str
) -> None:
    server = serve({"/": answer()}, tls=server_tls(authority, certified))
    names = Names(shop_example=[["127.0.0.1"]])
    remote = HttpRemote(allow_loopback=True, resolve=names, tls=trusting(authority))
    with pytest.raises(DownloadError):
        remote.fetch(server.url(host="shop.example"), LIMIT)
    assert server.heads == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    serve: Callable[..., Server], authority: trustme.CA
) -> None:
    server = serve({"/": answer()}, tls=server_tls(authority, "localhost"))
    with pytest.raises(DownloadError):
        local.fetch(server.url(host="localhost"), LIMIT)
    assert server.heads == []


def test_tls_and_plain_text_do_not_mix(serve: Callable[..., Server], authority: trustme.CA) -> None:
    plain, secure = serve({"/": answer()}), serve(tls=server_tls(authority, "localhost"))
    for url in (f"https://localhost:{plain.port}/", f"http://localhost:{secure.port}/"):
        with pytest.raises(DownloadError):
            hasty.fetch(url, LIMIT)


LEAVINGS: dict[str, tuple[bytes, type[Exception] | None]] = {
    "good": (answer(), None),
    "unframed": (unframed(), None),
    "too large": (answer(b"a", Content_Length=str(LIMIT + 1)), PictureRefusedError),
    "endless": (unframed(b"a" * LIMIT + b"a"), PictureRefusedError),
    "status": (answer(status="404 Not Found"), DownloadError),
    "redirect": (redirect("http://10.0.0.1/"), DownloadError),
    "coding": (answer(Content_Encoding="br"), DownloadError),
    "bad head": (b"HTTP/1.1 what\r\n\r\n", DownloadError),
    "two lengths": (answer(Content_Length="1\r\nContent-Length: 2"), DownloadError),
    "drip": (b"", DownloadError),
}


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("leaving", LEAVINGS)
def test_nothing_is_left_open(
    serve: Callable[..., Server], authority: trustme.CA, leaving: str, *, secure: bool
) -> None:
    """The server sees the end while the exception, and all it holds, is still in our hands."""
    first, error = LEAVINGS[leaving]
    server = serve(tls=server_tls(authority, "127.0.0.1") if secure else None)
    server.answers["/"] = server.drip() if leaving == "drip" else first
    seconds = SHORT if leaving == "drip" else 6
    remote = HttpRemote(allow_loopback=True, total_seconds=seconds, tls=trusting(authority))

    caught: Exception | None = None
    try:
        remote.fetch(server.url(), LIMIT)
    except (DownloadError, PictureRefusedError) as raised:
        caught = raised

    assert (None if caught is None else type(caught)) is error
    assert server.left.wait(30)
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
