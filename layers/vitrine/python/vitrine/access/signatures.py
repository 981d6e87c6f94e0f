"""Signatures of OAuth 1.0a as `oauthlib` makes them.

It takes 25 ms to import; so does only who checks signatures, and while its function starts.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from oauthlib.common import Request
from oauthlib.oauth1 import Client

from vitrine.domain.credentials import OAuthSecrets

_IN_PATH = "/%:@!$&'()*+,;="  # with letters, digits and -._~ all that a path may hold (RFC 3986)


class SignedRequest(Protocol):
    """What is signed of a request; `vitrine.edge.request.Request` is one."""

    @property
    def method(self) -> str:
        """In capitals."""

    @property
    def path(self) -> str:
        """As the gateway hands it on."""

    @property
    def query(self) -> str:
        """What follows the path's question mark, as sent."""


def is_signed(
    request: SignedRequest, base: str, parameters: Mapping[str, str], secrets: OAuthSecrets
) -> bool:
    """Whether a request's signature is that of who knows the secrets.

    The path is taken as it was received and, if the signature is another's then, once more with
    each segment decoded and encoded again: the gateway may have decoded it (contract: openmage §2).
    Bodies are not signed.

    Args:
        request: what was sent.
        base: scheme, host and, where it is not the scheme's own, port that the client called;
            without a slash at the end.
        parameters: the protocol parameters, by name, `oauth_signature` among them.
        secrets: of consumer and token.
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
    for path in _spellings(request.path):
        # The stubs know neither other methods nor what the library puts into this list itself.
        signed = Request(f"{base}{path}?{query}", http_method=request.method)  # type: ignore[arg-type]
        signed.oauth_params = list(parameters.items())  # type: ignore[arg-type]
        try:
            expected: str = client.get_oauth_signature(signed)  # type: ignore[no-untyped-call]
        except ValueError:  # `base` names no host, or a port that cannot be
            return False
        if hmac.compare_digest(expected.encode(), sent):
            return True
    return False


def _spellings(path: str) -> Iterator[str]:
    """The paths that the client may have signed, the likeliest first.

    Whatever cannot stand in a path, such as a question mark that was encoded, is encoded in both:
    else a request for `/a%3Fb` would go by the signature of one for `/a`.
    """
    received = path.encode("utf-8", "replace")
    as_received = quote(received, safe=_IN_PATH)
    yield as_received
    segments = (quote(unquote_to_bytes(each), safe="") for each in received.split(b"/"))
    again = "/".join(segments)
    if again != as_received:
        yield again
