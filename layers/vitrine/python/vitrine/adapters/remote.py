"""Pictures at other people's URLs, fetched without lending anybody our place in the network."""

from __future__ import annotations

import ssl
import zlib
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from functools import cached_property, partial
from http.client import HTTPException
from ipaddress import ip_address
from itertools import chain
from socket import SHUT_RDWR, SOCK_STREAM, create_connection, getaddrinfo, socket
from threading import Event, Thread, Timer
from time import monotonic
from typing import TYPE_CHECKING

# Together with the standard library above, 5 ms where boto3 is loaded, which has loaded urllib3;
# 110 ms elsewhere.
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from vitrine.domain.errors import DownloadError, PictureRefusedError, Rule
from vitrine.domain.hosts import is_loopback, is_public, target_of
from vitrine.ports import Remote
from vitrine.version import version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from urllib3.response import HTTPResponse

    from vitrine.domain.hosts import IPAddress, Target

_REDIRECTS = 3
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_CHUNK = 65536  # bytes read, or decompressed, at a time
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's names for what the web calls these


def addresses_of(host: str, port: int) -> list[str]:
    """Addresses of a host as this machine's resolver knows them.

    Raises:
        OSError: it knows none.
        UnicodeError: this is no name.
    """
    return [str(found[4][0]) for found in getaddrinfo(host, port, type=SOCK_STREAM)]


class HttpRemote(Remote):
    """`vitrine.ports.Remote` over HTTP, where only public addresses are spoken to.

    Args:
        allow_loopback: whether this machine's own addresses are fine too, for tests and demos.
        total_seconds: how long one fetch takes at most, from the name to the last byte.
        resolve: addresses of a host; asked once for each URL on the way.
        tls: makes what judges certificates.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        total_seconds: float = 6.0,
        resolve: Callable[[str, int], Sequence[str]] = addresses_of,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._total_seconds = total_seconds
        self._resolve = resolve
        self._make_tls = tls

    def fetch(self, url: str, max_bytes: int) -> bytes:
        try:
            with _Deadline(self._total_seconds) as deadline:
                return self._follow(url, max_bytes, deadline)
        except (HTTPError, HTTPException, OSError, zlib.error) as error:
            raise DownloadError(url) from error

    def _follow(self, url: str, max_bytes: int, deadline: _Deadline) -> bytes:
        target = target_of(url)
        for _ in range(1 + _REDIRECTS):
            with self._answer(target, deadline) as response:
                location = response.headers.get("Location")
                if response.status not in _REDIRECTED or location is None:
                    return _body(response, max_bytes, deadline)
            target = target_of(location, target.url)
        raise DownloadError(url)

    @contextmanager
    def _answer(self, target: Target, deadline: _Deadline) -> Iterator[HTTPResponse]:
        addresses = self._checked_addresses(target, deadline)
        tls = self._tls if target.secure else None
        with closing(_Connection(target, addresses, deadline, tls)) as connection:
            headers = {
                "Host": target.authority,
                "User-Agent": f"Vitrine/{version()}",
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "Connection": "close",
            }
            connection.request("GET", target.path, headers=headers, preload_content=False)
            with closing(connection.getresponse()) as response:
                yield response

    def _checked_addresses(self, target: Target, deadline: _Deadline) -> list[IPAddress]:
        """The target's addresses, IPv4 first, unless one of them is not for us."""
        answer: Future[list[IPAddress]] = Future()

        def look_up() -> None:
            try:
                found = self._resolve(target.host, target.port)
                answer.set_result([ip_address(address) for address in found])
            except (OSError, ValueError):
                answer.set_exception(DownloadError(target.host))

        # Nothing can interrupt a resolver: one that takes too long is left to itself.
        Thread(target=look_up, name="look up", daemon=True).start()
        addresses = answer.result(deadline.remaining())
        if not addresses or not all(map(self._allowed, addresses)):
            raise DownloadError(target.host)
        return sorted(addresses, key=lambda address: address.version)

    def _allowed(self, address: IPAddress) -> bool:
        return is_public(address) or (self._allow_loopback and is_loopback(address))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._make_tls()  # reads every certificate authority there is: only when needed


class _Deadline:
    """The moment at which everything is over, and what is still open gets cut off.

    A socket's own timeout begins anew with every byte, so that a slow server could go on for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._over = Event()
        self._sockets: list[socket] = []
        self._timer = Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def remaining(self) -> float:
        """Seconds that are left, more than none.

        Raises:
            TimeoutError: none are.
        """
        left = self._end - monotonic()
        if left <= 0 or self._over.is_set():
            raise TimeoutError
        return left

    def cut_off(self, connected: socket) -> None:
        """Cut this socket off when the time comes; it cannot come unseen in between."""
        self._sockets.append(connected)
        connected.settimeout(self.remaining())

    def _pass(self) -> None:
        self._over.set()
        for connected in tuple(self._sockets):
            # A TLS socket's own `shutdown` would take the encryption away beneath its reader.
            with suppress(OSError):  # closed already
                socket.shutdown(connected, SHUT_RDWR)


class _Connection(HTTPConnection):
    """A connection to one of a target's checked addresses, whatever its name means by now."""

    def __init__(
        self,
        target: Target,
        addresses: Sequence[IPAddress],
        deadline: _Deadline,
        tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(target.host, target.port, timeout=deadline.remaining())
        self._addresses = addresses
        self._deadline = deadline
        self._tls = tls

    def connect(self) -> None:
        """Connect, and over TLS have the certificate checked for the name.

        urllib3's own way to TLS opens, wraps and shakes hands in one step, in the middle of which
        nobody has the socket in hand: a slow handshake could not be cut off.
        """
        self.sock = self._reached()
        self._deadline.cut_off(self.sock)
        if self._tls is not None:
            # `host` is the name without a dot at its end, as certificates have it.
            self.sock = secured = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._deadline.cut_off(secured)
            secured.do_handshake()

    def _reached(self) -> socket:
        *others, last = self._addresses
        share = self._deadline.remaining() / len(self._addresses)
        for address in others:
            with suppress(OSError):
                return create_connection((str(address), self.port), share)
        return create_connection((str(last), self.port), self._deadline.remaining())


def _body(response: HTTPResponse, max_bytes: int, deadline: _Deadline) -> bytes:
    """The whole body of a good answer, decompressed, or an error."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if response.status != 200 or coding not in {"identity", *_WINDOW}:
        raise DownloadError(response.status, coding)
    if (response.length_remaining or 0) > max_bytes:
        raise PictureRefusedError((Rule.WEIGHT,))
    # `read1`, as other ways to read take a chunk of negative length for "all there is".
    pieces = iter(partial(response.read1, _CHUNK, decode_content=False), b"")
    body = bytearray()
    for piece in _inflated(pieces, coding) if coding in _WINDOW else pieces:
        body += piece
        if len(body) > max_bytes:
            raise PictureRefusedError((Rule.WEIGHT,))
    deadline.remaining()  # a body that was cut off may look like one that ended
    return bytes(body)


def _inflated(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Decompress, a little at a time and to the very end; urllib3 would not miss an end."""
    first = next(pieces, b"")
    # Some servers leave zlib's header out of "deflate"; it would begin with this nibble.
    bare = coding == "deflate" and first[:1] and first[0] & 15 != 8
    stream = zlib.decompressobj(-15 if bare else _WINDOW[coding])
    for piece in chain([first], pieces, [b""]):
        rest, full = piece, True
        while full:
            inflated = stream.decompress(rest, _CHUNK)
            yield inflated
            rest, full = stream.unconsumed_tail, len(inflated) == _CHUNK
        if stream.unused_data:
            break
    if not stream.eof or stream.unused_data:
        raise DownloadError(coding)
