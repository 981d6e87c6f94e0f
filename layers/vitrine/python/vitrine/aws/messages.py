"""Requests to a service, its answers, and how long to wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Answer(NamedTuple):
    """An answer of HTTP.

    Attributes:
        status: its number.
        headers: by name in lower case.
        body: all of it; empty if it is longer than `vitrine.aws.http.LONGEST`.
        is_cut: whether it is.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False


class Times(NamedTuple):
    """How long to try.

    Attributes:
        connect: seconds that connecting may take.
        read: seconds that a service may be silent.
        attempts: how often a request is sent at most.
        scale: seconds that the first backoff takes at most, unless a service is throttling.
    """

    connect: float = 1.0
    read: float = 3.0
    attempts: int = 3
    scale: float = 0.05


class Request(NamedTuple):
    """What is asked of a service.

    Attributes:
        operation: the call, such as `GetItem`.
        method: of HTTP.
        url: scheme, host and port.
        path: as it is sent.
        query: as it is sent, in the order in which it is signed.
        headers: those of this call, names in lower case.
        body: the whole of it.
        sign_body: whether the body is signed even where TLS and a checksum look after it.
        repeatable: whether the service may receive the request twice: it is idempotent, or a token
            in it makes it so.
        fault: what is wrong with an answer whose status is good, such as its checksum; empty if
            nothing is.
    """

    operation: str
    method: str
    url: str
    path: str = "/"
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    sign_body: bool = True
    repeatable: bool = True
    fault: Callable[[Answer], str] = lambda _: ""
