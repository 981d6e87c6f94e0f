"""A request as the gateway hands it on (HTTP API, payload format 2.0)."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from vitrine.access.callers import Caller
from vitrine.domain.errors import NotPermittedError
from vitrine.edge.multipart import Form, parse_form
from vitrine.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent.

    Attributes:
        id: what the gateway calls this request.
        method: in capitals.
        path: as the client called it, the gateway's own parts left out.
        parameters: the path's variable segments by name.
        headers: by name in lower case.
        body: the bytes, whatever the gateway wrapped them in.
        query: what follows the path's question mark, as sent.
        received: length of the body as the function receives it, in the gateway's wrapping, bytes.
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
        """What the query asks for, by name; of a name that comes twice the last counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def origin(self) -> str:
        """The API's address as the client called it, without a slash at the end."""
        return f"{self.headers.get('x-forwarded-proto', 'https')}://{self.headers.get('host', '')}"

    @property
    def media_type(self) -> str:
        """What the body is said to be, in lower case and without parameters; empty if nothing."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self, *, guess_boundary: bool = True) -> Form:
        """The body as `multipart/form-data`.

        Args:
            guess_boundary: whether the body's first line may tell a boundary that is left out.

        Raises:
            MalformedBodyError: it is not, or not to its end.
        """
        content_type = self.headers.get("content-type", "")
        return parse_form(content_type, self.body, guess_boundary=guess_boundary)


@dataclass(frozen=True)
class Call:
    """A request whose sender is known.

    Attributes:
        request: what was sent.
        caller: by whom.
        scope: what the operation asks of its caller; None when it asks for no more than a name.
        catalogue: the caller's shop, and no other.
        media_url: where the CDN serves public pictures, without a slash at the end.
        public_url: the API's address for the public, without a slash at the end.
        read: the dialect's way to read the fields of a body.
    """

    request: Request
    caller: Caller
    scope: str | None
    catalogue: Catalogue
    media_url: str
    public_url: str
    read: Callable[[Request], Mapping[str, Any]]

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The fields of the request's body.

        Raises:
            MalformedBodyError: it cannot be read.
        """
        return self.read(self.request)


def require_scope(call: Call) -> None:
    """Refuse a caller whose credential does not cover the operation.

    Raises:
        NotPermittedError: it does not.
    """
    if call.scope is not None and call.scope not in call.caller.scopes:
        raise NotPermittedError(call.scope)


def parse_event(event: Mapping[str, Any]) -> Request:
    """The request in a gateway event."""
    http = event["requestContext"]["http"]
    body = event.get("body") or ""
    data = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    return Request(
        id=event["requestContext"]["requestId"],
        method=http["method"].upper(),
        path=event["rawPath"],
        parameters=event.get("pathParameters") or {},
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        body=data,
        query=event.get("rawQueryString", ""),
        received=len(body) if event.get("isBase64Encoded") else len(data),
    )
