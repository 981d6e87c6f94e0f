"""Download pictures by URL, protected against server-side request forgery (SSRF).

`vitrine.domain.hosts` decides which addresses are public. A download connects to the checked
addresses only, so a DNS answer that changes afterwards (DNS rebinding) has no effect. Redirects
are checked the same way.
"""

from __future__ import annotations

import ssl
import zlib
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from functools import cached_property, partial
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from itertools import chain
from socket import SHUT_RDWR, SOCK_STREAM, create_connection, getaddrinfo, socket
from threading import Event, Thread, Timer
from time import monotonic
from typing import TYPE_CHECKING

from vitrine.domain.errors import DownloadError, PictureRefusedError, Rule
from vitrine.domain.hosts import is_loopback, is_public, target_of
from vitrine.ports import Remote
from vitrine.version import version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from http.client import HTTPResponse

    from vitrine.domain.hosts import IPAddress, Target

_REDIRECTS = 5
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_CHUNK = 65536  # bytes per read and per decompression step
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's `wbits` of each content coding


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host, from this machine's resolver.

    Raises:
        OSError: the host is not found.
        UnicodeError: the name is not valid.
    """
    return [str(found[4][0]) for found in getaddrinfo(host, port, type=SOCK_STREAM)]


class HttpRemote(Remote):
    """`vitrine.ports.Remote` over HTTP, which connects to public addresses only.

    Args:
        allow_loopback: whether loopback addresses are allowed too, for tests and demos.
        total_seconds: the maximum duration of a download, from name resolution to the last byte.
        resolve: the addresses of a host; called once for each URL, redirects included.
        tls: creates the TLS context that verifies certificates.
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
        except (HTTPException, OSError, zlib.error) as error:
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
            connection.request("GET", target.path, headers=headers)
            with closing(connection.getresponse()) as response:
                yield response

    def _checked_addresses(self, target: Target, deadline: _Deadline) -> list[IPAddress]:
        """The target's addresses, IPv4 first.

        Raises:
            DownloadError: there is none, or one of them is not allowed.
        """
        answer: Future[list[IPAddress]] = Future()

        def look_up() -> None:
            try:
                found = self._resolve(target.host, target.port)
                answer.set_result([ip_address(address) for address in found])
            except (OSError, ValueError):
                answer.set_exception(DownloadError(target.host))

        # A resolver cannot be interrupted: after the deadline, its thread is abandoned.
        Thread(target=look_up, name="look up", daemon=True).start()
        addresses = answer.result(deadline.remaining())
        if not addresses or not all(map(self._allowed, addresses)):
            raise DownloadError(target.host)
        return sorted(addresses, key=lambda address: address.version)

    def _allowed(self, address: IPAddress) -> bool:
        return is_public(address) or (self._allow_loopback and is_loopback(address))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._make_tls()  # loads all certificate authorities, so only when needed


class _Deadline:
    """A deadline for a whole download, at which all its sockets are shut down.

    A socket's own timeout restarts with every byte, so a slow server could hold it open forever.
    """

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._over = Event()
        self._sockets: list[socket] = []
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def remaining(self) -> float:
        """Seconds until the deadline, more than zero.

        Raises:
            TimeoutError: the deadline has passed.
        """
        left = self._end - monotonic()
        if left <= 0 or self._over.is_set():
            raise TimeoutError
        return left

    def cut_off(self, connected: socket) -> None:
        """Shut this socket down at the deadline.

        The socket is registered before the time is checked, so a deadline in between is noticed.
        """
        self._sockets.append(connected)
        connected.settimeout(self.remaining())

    def _expire(self) -> None:
        self._over.set()
        for connected in tuple(self._sockets):
            # `SSLSocket.shutdown` would drop the TLS layer while another thread reads from it.
            with suppress(OSError):  # already closed
                socket.shutdown(connected, SHUT_RDWR)


class _Connection(HTTPConnection):
    """A connection to one of a target's checked addresses, without resolving its name again."""

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
        """Connect; over TLS, also verify that the certificate is valid for the host name.

        `HTTPSConnection` opens the socket and performs the handshake in one step, so the
        deadline could not interrupt a slow handshake.
        """
        self.sock = self._first_reachable()
        self._deadline.cut_off(self.sock)
        if self._tls is not None:
            name = self.host.rstrip(".")  # certificates contain names without a trailing dot
            self.sock = secured = self._tls.wrap_socket(
                self.sock, server_hostname=name, do_handshake_on_connect=False
            )
            self._deadline.cut_off(secured)
            secured.do_handshake()

    def _first_reachable(self) -> socket:
        *others, last = self._addresses
        share = self._deadline.remaining() / len(self._addresses)
        for address in others:
            with suppress(OSError):
                return create_connection((str(address), self.port), share)
        return create_connection((str(last), self.port), self._deadline.remaining())


def _body(response: HTTPResponse, max_bytes: int, deadline: _Deadline) -> bytes:
    """The whole body of an answer with status 200, decompressed.

    Raises:
        DownloadError: the status is not 200 (the error has it), the content coding is not
            supported, or the body is not as long as announced.
        PictureRefusedError: the body is larger than `max_bytes` (`Rule.WEIGHT`).
        TimeoutError: the deadline has passed.
    """
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if response.status != 200:
        raise DownloadError(status=response.status)
    if coding not in {"identity", *_WINDOW}:
        raise DownloadError(coding)
    if len(set(response.headers.get_all("Content-Length", ()))) > 1:
        raise DownloadError("several lengths")
    if (response.length or 0) > max_bytes:
        raise PictureRefusedError((Rule.WEIGHT,))
    # Unlike `read`, `read1` does not read everything when a chunk declares a negative length.
    pieces = iter(partial(response.read1, _CHUNK), b"")
    body = bytearray()
    for piece in _decompressed(pieces, coding) if coding in _WINDOW else pieces:
        body += piece
        if len(body) > max_bytes:
            raise PictureRefusedError((Rule.WEIGHT,))
    if response.length:
        raise DownloadError("the body is shorter than its length")
    deadline.remaining()  # a connection that was shut down can look like the end of the body
    return bytes(body)


def _decompressed(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """Decompress in small steps, against decompression bombs.

    The end of the compressed stream is required.

    Raises:
        DownloadError: the stream is incomplete, or data follow it.
    """
    first = next(pieces, b"")
    # Some servers send "deflate" without zlib's header, whose first byte has this nibble.
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
