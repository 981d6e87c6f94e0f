"""POST /api/auth/token: new tokens for a refresh token, which is used up (contract: inventorum §2).

The platform's document of images does not have this route; clients whose tokens expire call it.
"""

from datetime import timedelta
from urllib.parse import parse_qs

from inventorum.wire import GrantError, answer, dialect
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call, Request
from vitrine.edge.response import Response
from vitrine.services.tokens import exchange

_LIFETIME = timedelta(seconds=36_000)
_NO_STORE = {"Cache-Control": "no-store"}


@endpoint(dialect, scope=None)
def handler(call: Call) -> Response:
    """Exchange the client's refresh token."""
    client = call.caller.credential
    if client is None:
        raise AssertionError("a guest, on a route of clients")
    tokens = exchange(call.catalogue, client, _refresh_token(call.request), _LIFETIME)
    body = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": round(_LIFETIME.total_seconds()),
        "refresh_token": tokens.refresh,
        "scope": " ".join(sorted(client.scopes)),
    }
    return answer(call.request, body, headers=_NO_STORE)


def _refresh_token(request: Request) -> str:
    """The refresh token in a request's form.

    Raises:
        GrantError: the form cannot be read or lacks a parameter, or asks for another grant.
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
        case _:  # missing, without a value, or there more than once (RFC 6749, §3.2)
            raise GrantError("invalid_request")
