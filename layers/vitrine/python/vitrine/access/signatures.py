"""Verification of OAuth 1.0a signatures with `oauthlib`.

Importing oauthlib takes 25 ms, so only functions that verify signatures import this module, and
they do so at cold start.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from oauthlib.common import Request
from oauthlib.oauth1 import Client

from vitrine.domain.credentials import OAuthSecrets

_IN_PATH = "/%:@!$&'()*+,;="  # allowed in a path, besides letters, digits and -._~ (RFC 3986)


class SignedRequest(Protocol):
    """The parts of a request that a signature covers; `vitrine.edge.request.Request` is one."""

    @property
    def method(self) -> str:
        """The method, in upper case."""

    @property
    def path(self) -> str:
        """The path, as the gateway forwards it."""

    @property
    def query(self) -> str:
        """The query string after the question mark, as sent."""


def is_signed(
    request: SignedRequest, base: str, parameters: Mapping[str, str], secrets: OAuthSecrets
) -> bool:
    """Whether a request's signature was made with these secrets.

    The signature is verified for the path as received. If that fails, it is verified again with
    each path segment decoded and encoded, because the gateway may have decoded the path (contract:
    openmage §2). Bodies are not signed.

    Args:
        request: the request.
        base: scheme and host that the client called, and the port if it is not the scheme's
            default; without a trailing slash.
        parameters: the protocol parameters, by name, including `oauth_signature`.
        secrets: the secrets of consumer and token.
    """
    client = Client(
        parameters["oauth_consumer_key"],
        client_secret=secrets.consumer,
        resource_owner_key=parameters["oauth_token"],
        resource_owner_secret=secrets.token,
        signature_method=parameters["oauth_signature_method"],
    )
    query = urlencode(parse_qsl(request.query, keep_blank_values=True), quote_via=quote)
    sent = parameters["oauth_signature"].encode()
    for path in _signed_paths(request.path):
        # The library's type stubs are incomplete: methods, and the type of `oauth_params`.
        signed = Request(f"{base}{path}?{query}", http_method=request.method)  # type: ignore[arg-type]
        signed.oauth_params = list(parameters.items())  # type: ignore[arg-type]
        try:
            expected: str = client.get_oauth_signature(signed)  # type: ignore[no-untyped-call]
        except ValueError:  # `base` has no host, or an invalid port
            return False
        if hmac.compare_digest(expected.encode(), sent):
            return True
    return False


def _signed_paths(path: str) -> Iterator[str]:
    """The paths that the client may have signed, the most likely first.

    Characters that are not allowed in a path, such as a decoded question mark, are encoded in both.
    Otherwise the signature of a request for `/a` could be valid for `/a%3Fb`.
    """
    received = path.encode("utf-8", "replace")
    as_received = quote(received, safe=_IN_PATH)
    yield as_received
    segments = (quote(unquote_to_bytes(each), safe="") for each in received.split(b"/"))
    encoded_again = "/".join(segments)
    if encoded_again != as_received:
        yield encoded_again
