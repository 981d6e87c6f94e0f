"""HTTP/1.1 over one connection, as strict as a client of services can be.

Python's own client takes 9 ms to import, most of it for e-mail's headers, and takes an answer that
ends inside its head for a whole one. Source: RFC 9112.
"""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING

from vitrine.aws.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

LONGEST = 64 * 1024 * 1024
"""Bytes of the longest body that is read: more than any picture that Vitrine takes."""
_LONGEST_HEAD = 65536  # bytes
_CHUNK = 65536  # bytes asked for at a time
_TOGETHER = 16384  # bytes of a body that leave together with the head


class MalformedAnswerError(ConnectionError):
    """What came is no answer of HTTP, or only the beginning of one."""


class Connection:
    """A connection to a host.

    Attributes:
        is_open: whether another request may follow.
        has_heard: whether anything of the latest answer came.
    """

    def __init__(
        self, host: str, port: int, tls: SSLContext | None, connect_seconds: float
    ) -> None:
        """Connect, and over TLS have the certificate checked for `host`."""
        self._socket = socket.create_connection((host, port), connect_seconds)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
        except BaseException:
            self._socket.close()
            raise
        self._buffer = bytearray()
        self.is_open = True
        self.has_heard = False

    def close(self) -> None:
        """End the connection."""
        self.is_open = False
        self._socket.close()

    def is_disturbed(self) -> bool:
        """Whether there is something to read where nothing was asked: the end, as a rule."""
        readable = select.poll()
        readable.register(self._socket, select.POLLIN)
        return bool(self._buffer or readable.poll(0))

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> Answer:
        """Send a request and read its answer; after a failure the connection is closed.

        Args:
            method: of HTTP.
            target: path and query.
            headers: all but the length.
            body: the whole of it.
            seconds: for how long the host may be silent.

        Raises:
            OSError: there is no answer, or none in time.
            MalformedAnswerError: it is not whole.
        """
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"content-length: {len(body)}\r\n" if body or method in ("POST", "PUT") else ""
        head = f"{method} {target} HTTP/1.1\r\n{fields}{length}\r\n".encode("latin-1")
        self.has_heard = False
        try:
            self._socket.settimeout(seconds)
            if len(body) <= _TOGETHER:
                self._socket.sendall(head + body)
            else:
                self._socket.sendall(head)
                self._socket.sendall(body)
            answer = self._answer(method)
        except BaseException:
            self.close()
            raise
        if not self.is_open:
            self.close()
        return answer

    def _answer(self, method: str) -> Answer:
        status = 100
        while 100 <= status < 200:  # interim answers
            version, status, headers = self._head()
        tokens = headers.get("connection", "").lower()
        self.is_open = version == "HTTP/1.1" and "close" not in tokens
        if method == "HEAD" or status in (204, 304):
            return Answer(status, headers, b"")
        if "transfer-encoding" in headers:
            return Answer(status, headers, self._chunks(headers["transfer-encoding"]))
        if "content-length" in headers:
            length = _number(headers["content-length"])
            if length > LONGEST:
                self.is_open = False
                return Answer(status, headers, b"", is_cut=True)
            return Answer(status, headers, self._exactly(length))
        self.is_open = False
        return Answer(status, headers, self._to_the_end())

    def _head(self) -> tuple[str, int, dict[str, str]]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._fill(_LONGEST_HEAD)
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        version, _, rest = first.partition(" ")
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            raise MalformedAnswerError(first[:100])
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise MalformedAnswerError(line[:100])
            known = headers.get(name.lower())
            value = value.strip()
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        return version, _number(rest[:3]), headers

    def _chunks(self, coding: str) -> bytes:
        if coding.lower() != "chunked":
            raise MalformedAnswerError(coding[:100])
        body = bytearray()
        while size := _number(self._line().partition(b";")[0].strip().decode("latin-1"), 16):
            if len(body) + size > LONGEST:
                raise MalformedAnswerError("a body without an end")
            body += self._exactly(size)
            if self._line():
                raise MalformedAnswerError("a chunk of another length")
        while self._line():
            pass  # trailers, which nothing asked for
        return bytes(body)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._fill(_LONGEST_HEAD)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _exactly(self, length: int) -> bytes:
        body = bytearray(length)
        have = min(length, len(self._buffer))
        body[:have] = self._buffer[:have]
        del self._buffer[:have]
        with memoryview(body) as view:
            while have < length:
                received = self._socket.recv_into(view[have:])
                if not received:
                    raise MalformedAnswerError(f"{have} of {length} bytes")
                have += received
        return bytes(body)

    def _to_the_end(self) -> bytes:
        while len(self._buffer) <= LONGEST:
            received = self._socket.recv(_CHUNK)
            if not received:
                return bytes(self._buffer)
            self._buffer += received
        raise MalformedAnswerError("a body without an end")

    def _fill(self, at_most: int) -> None:
        if len(self._buffer) > at_most:
            raise MalformedAnswerError("a line without an end")
        received = self._socket.recv(_CHUNK)
        if not received:
            raise MalformedAnswerError("the connection ended")
        self.has_heard = True
        self._buffer += received


def _number(text: str, base: int = 10) -> int:
    digits = "0123456789abcdef"[:base]
    if not text or text.lower().strip(digits):
        raise MalformedAnswerError(f"{text[:100]} is no number")
    return int(text, base)
