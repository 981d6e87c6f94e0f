"""Connections to one host that stay open, for several threads."""

from __future__ import annotations

import time
from collections import deque
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vitrine.aws import authorities
from vitrine.aws.http import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitrine.aws.messages import Answer

_IDLE_SECONDS = 20.0
"""For how long an unused connection counts as open.

Services hang up after some time. While a function is frozen it does not notice, and a request on
such a connection would wait for its timeout.
"""


class Connections:
    """Connections to one host.

    The environment's proxies are ignored. Names are looked up for each connection again.

    Args:
        url: scheme, host and port.
        connect_seconds: how long connecting may take.
        read_seconds: how long the host may be silent.

    Attributes:
        host: as requests name it.
    """

    def __init__(self, url: str, connect_seconds: float, read_seconds: float) -> None:
        parts = urlsplit(url)
        self._is_secure = parts.scheme == "https"
        self._name = parts.hostname or ""
        self._port = parts.port or (443 if self._is_secure else 80)
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._idle: deque[tuple[float, Connection]] = deque()
        self._tls = authorities.of_amazon
        self.host = parts.netloc
        if self._is_secure:
            self._tls()  # while the function starts, when it has whole processors

    def __del__(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        repeatable: bool = True,
    ) -> Answer:
        """Send a request and read its answer.

        A connection that the host closed while it was idle costs nothing: the next one is tried.
        If the connection ends after the request was sent, only a repeatable request is sent again.

        Args:
            method: of HTTP.
            target: path and query.
            headers: all but the length.
            body: the whole of it.
            repeatable: whether the host may receive the request twice.

        Raises:
            OSError: there is no answer, none in time, or none that is whole.
        """
        while connection := self._idle_one():
            try:
                return self._ask(connection, method, target, headers, body)
            except TimeoutError:
                raise
            except OSError:
                if connection.has_heard or not repeatable:
                    raise
        return self._ask(self._connect(), method, target, headers, body)

    def _connect(self) -> Connection:
        if not self._is_secure:
            return Connection(self._name, self._port, None, self._connect_seconds)
        tls = self._tls
        try:
            return Connection(self._name, self._port, tls(), self._connect_seconds)
        except SSLCertVerificationError:
            if tls() is authorities.of_system():
                raise
            self._tls = authorities.of_system
            return Connection(self._name, self._port, self._tls(), self._connect_seconds)

    def _ask(
        self,
        connection: Connection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        answer = connection.ask(method, target, headers, body, self._read_seconds)
        if connection.is_open:
            self._idle.append((time.time(), connection))
        return answer

    def _idle_one(self) -> Connection | None:
        """The connection used last, unless the service has closed it; None if there is none."""
        while True:
            try:
                since, connection = self._idle.pop()
            except IndexError:
                return None
            # Wall-clock time: the monotonic clock may stop while the process is frozen.
            if 0 <= time.time() - since <= _IDLE_SECONDS and not connection.is_disturbed():
                return connection
            connection.close()
