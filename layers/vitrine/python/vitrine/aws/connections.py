"""HTTP connections to one host that stay open, for several threads."""

from __future__ import annotations

import select
import time
from collections import deque
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLContext, create_default_context
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDLE_SECONDS = 20.0
"""For how long an unused connection counts as open.

Services hang up after some time. While a function is frozen it does not notice, and a request on
such a connection would wait for its timeout.
"""
LONGEST = 64 * 1024 * 1024
"""Bytes of the longest body that is read: more than any picture that Vitrine takes."""
FAILURES = (OSError, HTTPException)
"""What a request raises that comes to no answer."""


class Answer(NamedTuple):
    """An answer of HTTP.

    Attributes:
        status: its number.
        headers: by name in lower case.
        body: all of it; empty if it is longer than `LONGEST`.
        is_cut: whether it is.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False


class StaleError(Exception):
    """A connection from before turned out to be closed: ask again at once."""


@cache
def tls() -> SSLContext:
    """What judges certificates, by the system's authorities; making it takes 15 ms."""
    return create_default_context()


class Connections:
    """Connections to one host.

    The environment's proxies are ignored. Names are looked up anew for each connection.

    Args:
        url: scheme, host and port.
        connect_seconds: how long connecting may take.
        read_seconds: how long the host may be silent.
    """

    def __init__(self, url: str, connect_seconds: float, read_seconds: float) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._name, self._port = parts.hostname or "", parts.port
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._idle: deque[tuple[float, HTTPConnection]] = deque()
        self.host = parts.netloc
        if self._secure:
            tls()  # while the function starts, when it has whole processors

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request and read its answer.

        Raises:
            StaleError: the connection was one from before, and closed.
            OSError: there was no answer, or none in time.
            HTTPException: the answer was not whole.
        """
        connection = self._open()
        fresh = connection is None
        if connection is None:
            connection = self._connect()
        try:
            connection.request(method, target, body or None, headers)
            response = connection.getresponse()
        except (ConnectionError, HTTPException) as error:
            connection.close()
            if fresh or not isinstance(error, ConnectionError):
                raise
            raise StaleError from error
        except BaseException:
            connection.close()
            raise
        return self._read(connection, response)

    def _read(self, connection: HTTPConnection, response: HTTPResponse) -> Answer:
        fields = {name.lower(): value for name, value in response.getheaders()}
        if (response.length or 0) > LONGEST:
            connection.close()
            return Answer(response.status, fields, b"", is_cut=True)
        try:
            body = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._idle.append((time.time(), connection))
        return Answer(response.status, fields, body)

    def _open(self) -> HTTPConnection | None:
        """The connection used last, if nobody has hung up; None when there is none."""
        while self._idle:
            try:
                since, connection = self._idle.pop()
            except IndexError:  # another thread took it
                return None
            # By the clock on the wall: a frozen process may have its others stand still.
            if 0 <= time.time() - since <= _IDLE_SECONDS and not _hung_up(connection):
                return connection
            connection.close()
        return None

    def _connect(self) -> HTTPConnection:
        seconds = self._connect_seconds
        if self._secure:
            made: HTTPConnection = HTTPSConnection(
                self._name, self._port, timeout=seconds, context=tls()
            )
        else:
            made = HTTPConnection(self._name, self._port, timeout=seconds)
        made.connect()
        made.sock.settimeout(self._read_seconds)
        return made


def _hung_up(connection: HTTPConnection) -> bool:
    """Whether there is something to read where nothing was asked: the end, as a rule."""
    readable = select.poll()
    readable.register(connection.sock, select.POLLIN)
    return bool(readable.poll(0))
