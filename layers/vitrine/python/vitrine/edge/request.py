"""Requests, parsed from the events of an API Gateway HTTP API (payload format 2.0)."""

import base64
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from vitrine.access.callers import Caller
from vitrine.domain.errors import BodyTooLargeError, MediaTypeError, NotPermittedError
from vitrine.domain.renditions import Alternative
from vitrine.edge.media_types import media_type_of
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue

_REPLACEMENT = "\ufffd".encode()


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request.

    Attributes:
        id: the gateway's id of the request.
        method: in capitals.
        path: the path that the client called, without the gateway's stage.
        parameters: the path's variable segments by name.
        headers: by name in lower case.
        body: the decoded body, bytes.
        query: the query string as sent, without the question mark.
        received: length in bytes of the body in the event, where the gateway may have encoded it
            in base64.
    """

    id: str
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    query: str = ""
    received: int = 0

    @property
    def arguments(self) -> dict[str, str]:
        """The query's parameters by name. If a name is repeated, the last value counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def origin(self) -> str:
        """Scheme and host that the client called, without a trailing slash."""
        return f"{self.headers.get('x-forwarded-proto', 'https')}://{self.headers.get('host', '')}"

    @property
    def media_type(self) -> str:
        """The media type in `Content-Type`, in lower case and without parameters, or empty."""
        return media_type_of(self.headers.get("content-type", ""))

    def check_body(self, media_types: Collection[str], max_bytes: int) -> None:
        """Refuse a body of another media type, or one that is too large.

        Args:
            media_types: the media types that the operation reads; an empty one allows a request
                without `Content-Type`.
            max_bytes: maximum of `received`, bytes.

        Raises:
            MediaTypeError: the body's media type is not one of `media_types`.
            BodyTooLargeError: the body is larger than `max_bytes`.
        """
        if self.media_type not in media_types:
            raise MediaTypeError(self.media_type)
        if self.received > max_bytes:
            raise BodyTooLargeError


@dataclass(frozen=True)
class Call:
    """A request of an authenticated caller.

    Attributes:
        request: the request.
        caller: who sent it.
        scope: the scope that the operation requires; None if it requires authentication only.
        catalogue: the catalogue of the caller's shop.
        media_url: base URL of public pictures at the CDN, without a trailing slash.
        public_url: base URL of the API, without a trailing slash.
        alternatives: the enabled alternative formats of renditions.
        read: the dialect's function that reads the fields of a body.
    """

    request: Request
    caller: Caller
    scope: str | None
    catalogue: Catalogue
    media_url: str
    public_url: str
    alternatives: tuple[Alternative, ...]
    read: Callable[[Request], Mapping[str, Any]]

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The fields of the request's body.

        Raises:
            MalformedBodyError: the body cannot be read.
            VitrineError: the dialect's own error for a body that it does not read.
        """
        return self.read(self.request)


def require_scope(call: Call) -> None:
    """Refuse a caller whose credential does not have the operation's scope.

    Raises:
        NotPermittedError: it does not.
    """
    if call.scope is not None and call.scope not in call.caller.scopes:
        raise NotPermittedError(call.scope)


def require_readable_body(call: Call) -> None:
    """Read the body of a POST, PUT or PATCH now, so that it is refused before the operation runs.

    Raises:
        VitrineError: the body cannot be read.
    """
    if call.request.method in ("POST", "PUT", "PATCH"):
        call.fields  # noqa: B018 - reads the body


def parse_event(event: Mapping[str, Any]) -> Request:
    """The request in a gateway event."""
    http = event["requestContext"]["http"]
    body = event.get("body") or ""
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    encoded = event.get("isBase64Encoded")
    data = base64.b64decode(body) if encoded else body.encode()
    length = headers.get("content-length", "")
    if not encoded and _REPLACEMENT in data and length.isdecimal() and int(length) != len(data):
        # The gateway decoded the body as UTF-8 and replaced what is not. It is restored to be
        # invalid, so that the body is refused and not stored with replacement characters.
        data = data.replace(_REPLACEMENT, b"\xff\0")  # invalid in UTF-8 and in XML
    return Request(
        id=event["requestContext"]["requestId"],
        method=http["method"].upper(),
        path=event["rawPath"],
        parameters=event.get("pathParameters") or {},
        headers=headers,
        body=data,
        query=event.get("rawQueryString", ""),
        received=len(body) if event.get("isBase64Encoded") else len(data),
    )
