"""A server that answers as AWS does, and fails as networks and services do."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer

Act = Callable[[socket.socket], bool]
"""What becomes of one request: answers it, and tells whether the connection stays open."""


@dataclass(frozen=True)
class Received:
    """A request as it came.

    Attributes:
        connection: number of the connection, from 1.
        line: method, target, version.
        headers: by name in lower case.
        body: the whole of it.
    """

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class AwsServer:
    """Meets each request with the next act; the last one stays.

    Attributes:
        url: where it is.
        acts: what becomes of requests, in their order.
        received: the requests.
    """

    url: str = ""
    acts: list[Act] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, *acts: Act) -> None:
        """Let the next requests meet these, the last one again and again."""
        self.acts = list(acts)

    def stop(self) -> None:
        """End all connections, those that clients keep open too."""
        self.stopped.set()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def talk(self, connection: socket.socket) -> None:
        """Meet the requests of one connection."""
        with self._lock:
            self.connections += 1
            number = self.connections
            self._open.append(connection)
        reader = connection.makefile("rb")
        with suppress(OSError):
            while (line := reader.readline()) and not self.stopped.is_set():
                headers = {}
                while (each := reader.readline().strip()) != b"":
                    name, _, value = each.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                body = reader.read(int(headers.get("content-length", 0)))
                with self._lock:
                    self.received.append(Received(number, line.decode().strip(), headers, body))
                    act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                if not act(connection):
                    break
        reader.close()


def answer(body: bytes = b"{}", status: str = "200 OK", keep: bool = True, **headers: str) -> Act:
    """An answer; headers are spelled with `_` for `-`."""
    fields = {"Content_Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return sent(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body, keep=keep)


def error(code: str, status: str = "400 Bad Request", **headers: str) -> Act:
    """An error as DynamoDB tells one."""
    return answer(f'{{"__type":"com.amazonaws#{code}","message":"no"}}'.encode(), status, **headers)


def sent(data: bytes, *, keep: bool = False) -> Act:
    """These bytes."""

    def act(connection: socket.socket) -> bool:
        connection.sendall(data)
        return keep

    return act


def dropped(_: socket.socket) -> bool:
    """No answer: the connection ends."""
    return False


def reset(connection: socket.socket) -> bool:
    """No answer: the connection is torn down."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return False


def silent(until: threading.Event) -> Act:
    """No answer, and no end, until the event."""

    def act(_: socket.socket) -> bool:
        until.wait(30)
        return False

    return act


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[AwsServer]:
    """A server on a port of this machine."""
    made = AwsServer()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            if tls is None:
                made.talk(self.request)
                return
            with suppress(OSError), tls.wrap_socket(self.request, server_side=True) as secured:
                made.talk(secured)

    class Server(ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        scheme = "https" if tls else "http"
        made.url = f"{scheme}://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            made.stop()
            thread.join()
