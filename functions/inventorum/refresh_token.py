"""POST /api/auth/token: exchange a refresh token for new tokens (contract: inventorum §2).

It is the OAuth 2.0 refresh token grant with rotation (RFC 6749, section 6). The platform's
documentation of images omits the route; clients call it when their access token has expired.
"""

from datetime import timedelta
from typing import TypedDict
from urllib.parse import parse_qs

from inventorum.wire import GrantError, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call, Request
from vitrine.edge.response import Response
from vitrine.services.tokens import exchange

_LIFETIME = timedelta(seconds=36_000)
_NO_STORE = {"Cache-Control": "no-store"}


class TokensBody(TypedDict):
    """A new access token, and the refresh token that replaces the request's."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    scope: str


@endpoint(dialect, scope=None)
def handler(call: Call) -> Response:
    """Exchange the client's refresh token; the old one stops working."""
    client = call.caller.credential
    if client is None:
        raise AssertionError("the token route admitted a caller without a credential")
    tokens = exchange(call.catalogue, client, refresh_token_of(call.request), _LIFETIME)
    body: TokensBody = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": round(_LIFETIME.total_seconds()),
        "refresh_token": tokens.refresh,
        "scope": " ".join(sorted(client.scopes)),
    }
    return answer(call, body, headers=_NO_STORE)


def refresh_token_of(request: Request) -> str:
    """The refresh token in a request's form.

    Raises:
        GrantError: the form cannot be read, lacks a parameter, or requests another grant.
    """
    if request.media_type != "application/x-www-form-urlencoded":
        raise GrantError("invalid_request")
    try:
        form = parse_qs(request.body.decode(), errors="strict")
    except ValueError as error:
        raise GrantError("invalid_request") from error
    match form.get("grant_type"), form.get("refresh_token"):
        case ["refresh_token"], [token]:
            return token
        case [_], [_]:
            raise GrantError("unsupported_grant_type")
        case _:  # missing, empty or repeated (RFC 6749, section 3.2)
            raise GrantError("invalid_request")
