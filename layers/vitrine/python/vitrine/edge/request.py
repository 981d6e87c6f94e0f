"""A request as the gateway hands it on (HTTP API, payload format 2.0)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    """

    id: str
    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def form(self) -> Form:
        """The body as `multipart/form-data`.

        Raises:
            MalformedBodyError: it is not, or not to its end.
        """
        return parse_form(self.headers.get("content-type", ""), self.body)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose sender is known.

    Attributes:
        request: what was sent.
        caller: by whom.
        scope: what the operation asks of its caller; None when it asks for no more than a name.
        catalogue: the caller's shop, and no other.
        media_url: where the CDN serves public pictures, without a slash at the end.
    """

    request: Request
    caller: Caller
    scope: str | None
    catalogue: Catalogue
    media_url: str


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
    return Request(
        id=event["requestContext"]["requestId"],
        method=http["method"].upper(),
        path=event["rawPath"],
        parameters=event.get("pathParameters") or {},
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
    )
