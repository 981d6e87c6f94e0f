"""Verification of OAuth 1.0a signatures (RFC 5849, 3.4).

`oauthlib`, with which the tests compare this, takes 25 ms to import in every start of a function
that verifies signatures.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from vitrine.domain.credentials import OAuthSecrets

_HASHES = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
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
        base: scheme and host that the client called, the port if it is not the scheme's default,
            and what the path begins with in front of this API; without a trailing slash.
        parameters: the protocol parameters, by name, including `oauth_signature`.
        secrets: the secrets of consumer and token.
    """
    sent = parameters["oauth_signature"].encode()
    key = f"{_encoded(secrets.consumer)}&{_encoded(secrets.token)}".encode()
    if parameters["oauth_signature_method"] == "PLAINTEXT":
        return hmac.compare_digest(key, sent)
    hashed_by = _HASHES[parameters["oauth_signature_method"]]
    try:
        uri = _normalized_base(base)
    except ValueError:
        return False
    rest = _normalized_parameters(request.query, parameters)
    for path in _signed_paths(request.path):
        text = "&".join(map(_encoded, (request.method, f"{uri}{path or '/'}", rest)))
        expected = b64encode(hmac.digest(key, text.encode(), hashed_by))
        if hmac.compare_digest(expected, sent):
            return True
    return False


def _encoded(text: str) -> str:
    """Percent-encoded text (RFC 5849, 3.6)."""
    return quote(text, safe="~")


def _normalized_base(base: str) -> str:
    """Scheme and host in lower case, without the scheme's default port (RFC 5849, 3.4.1.2).

    Raises:
        ValueError: there is no host, or an invalid port.
    """
    parts = urlsplit(base)
    if not parts.hostname or parts.port == 0:
        raise ValueError(base)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port not in (None, _DEFAULT_PORTS.get(parts.scheme)):
        host = f"{host}:{parts.port}"
    return f"{parts.scheme}://{host}{parts.path}"


def _normalized_parameters(query: str, parameters: Mapping[str, str]) -> str:
    """The parameters of query and header, encoded, then sorted (RFC 5849, 3.4.1.3.2)."""
    pairs = [*parse_qsl(query, keep_blank_values=True), *parameters.items()]
    encoded = [(_encoded(name), _encoded(value)) for name, value in pairs]
    signed = sorted(each for each in encoded if each[0] != "oauth_signature")
    return "&".join(f"{name}={value}" for name, value in signed)


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
