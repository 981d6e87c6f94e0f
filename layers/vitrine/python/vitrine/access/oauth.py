"""Verification of OAuth 1.0a requests (RFC 5849) with pre-issued tokens, with replay protection.

Timestamp and nonce protect against replays: a nonce is accepted once, and is stored for longer
than a timestamp is valid.
"""

import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qsl

from vitrine.access.authorization import parse_authorization
from vitrine.access.signatures import SignedRequest, is_signed
from vitrine.domain.credentials import Credential, OAuthConsumer, OAuthSecrets, digest_of
from vitrine.domain.errors import ConflictError, OAuthError
from vitrine.ports import OAuthConsumers, OAuthSecretStore
from vitrine.records import dataclass

REMEMBERED_SECONDS = 60.0
"""How long a consumer stays in the cache, and so how long a revoked one may still work."""

AHEAD_SECONDS = 600
"""How far a client's clock may be ahead of the server's, in seconds."""

OLD_SECONDS = 24 * 60 * 60
"""The maximum age of a signature, in seconds."""

NONCES_KEPT = timedelta(hours=25)
"""How long a nonce is stored: longer than its timestamp is valid."""

_PLAINTEXT = "PLAINTEXT"
_METHODS = frozenset({"HMAC-SHA1", "HMAC-SHA256"})
_ALWAYS = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature")
_ONCE = ("oauth_timestamp", "oauth_nonce")  # optional with PLAINTEXT
_TIMESTAMP = re.compile(r"0*[1-9][0-9]{0,11}")

_Problem = OAuthError.Problem


class Received(SignedRequest, Protocol):
    """A request as it was received; `vitrine.edge.request.Request` is one."""

    @property
    def id(self) -> str:
        """The gateway's unique id of the request."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by name in lower case."""

    @property
    def origin(self) -> str:
        """The API's origin as the client called it, without a trailing slash."""


@dataclass(frozen=True, slots=True)
class _CachedConsumer:
    consumer: OAuthConsumer
    secrets: OAuthSecrets
    until: float


@dataclass(slots=True)
class OAuth:
    """Verifies signed requests.

    Attributes:
        oauth_consumers: the store of consumers, tokens and used nonces.
        oauth_secrets: the store of the consumers' secrets.
        public_url: the API's URL for clients behind a proxy or a custom domain, without a trailing
            slash; empty if clients call the API's own host.
        plaintext_over_http: whether PLAINTEXT is accepted without TLS, for local stacks.
        clock: the seconds since 1970, as in the clients' timestamps.
        elapsed: the seconds of a monotonic clock.
    """

    oauth_consumers: OAuthConsumers
    oauth_secrets: OAuthSecretStore
    public_url: str = ""
    plaintext_over_http: bool = False
    clock: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    _consumers: dict[str, _CachedConsumer] = field(default_factory=dict)

    def signer(self, request: Received, dialect: str) -> Credential:
        """The credential of the client that signed a request, in a dialect.

        The checks are in the order of the contract (openmage §2). Only a request with a valid
        signature uses its nonce. The same request may be verified again.

        Raises:
            OAuthError: a check failed; the message says which.
        """
        base = self.public_url or request.origin
        sent = parse_authorization(request.headers.get("authorization", ""))
        _check_query(request)
        _check_presence(sent)
        if sent.get("oauth_version", "1.0") != "1.0":
            raise OAuthError(_Problem.VERSION_REJECTED)
        self._check_method(sent["oauth_signature_method"], base)
        once = sent["oauth_signature_method"] != _PLAINTEXT
        if once:
            self._check_timestamp(sent["oauth_timestamp"])
        signer = self._cached_consumer(sent["oauth_consumer_key"], sent["oauth_token"], dialect)
        if not is_signed(request, base, sent, signer.secrets):
            raise OAuthError(_Problem.SIGNATURE_INVALID)
        if once:
            self._use_nonce(sent, request.id)
        return signer.consumer.credential

    def _check_method(self, method: str, base: str) -> None:
        encrypted = base.lower().startswith("https://") or self.plaintext_over_http
        if method not in _METHODS and not (method == _PLAINTEXT and encrypted):
            raise OAuthError(_Problem.SIGNATURE_METHOD_REJECTED)

    def _check_timestamp(self, timestamp: str) -> None:
        if not _TIMESTAMP.fullmatch(timestamp):
            raise OAuthError(_Problem.TIMESTAMP_REFUSED)
        ahead = int(timestamp) - self.clock()
        if not -OLD_SECONDS <= ahead <= AHEAD_SECONDS:
            raise OAuthError(_Problem.TIMESTAMP_REFUSED)

    def _cached_consumer(self, consumer_key: str, token: str, dialect: str) -> _CachedConsumer:
        """The consumer and the secrets for a pair of keys, from the cache or else from the stores.

        Raises:
            OAuthError: the consumer key or the token is not valid, or revoked.
        """
        digest = digest_of(consumer_key)
        cached = self._consumers.get(digest)
        if cached is not None and self.elapsed() >= cached.until:
            cached = None
        consumer = cached.consumer if cached else self.oauth_consumers.consumer(digest)
        if consumer is None or consumer.credential.dialect != dialect:
            raise OAuthError(_Problem.CONSUMER_KEY_REJECTED)
        if not hmac.compare_digest(consumer.token, digest_of(token)):
            raise OAuthError(_Problem.TOKEN_REJECTED)
        if consumer.credential.revoked_at:
            raise OAuthError(_Problem.TOKEN_REVOKED)
        if cached is None:
            secrets = self.oauth_secrets.secrets_of(digest)
            cached = _CachedConsumer(consumer, secrets, self.elapsed() + REMEMBERED_SECONDS)
            self._consumers[digest] = cached
        return cached

    def _use_nonce(self, sent: Mapping[str, str], request: str) -> None:
        names = ("oauth_consumer_key", "oauth_token", "oauth_timestamp", "oauth_nonce")
        digest = digest_of(json.dumps([sent[name] for name in names]))
        expires = datetime.fromtimestamp(self.clock(), UTC) + NONCES_KEPT
        try:
            self.oauth_consumers.use_nonce(digest, request, expires)
        except ConflictError:
            raise OAuthError(_Problem.NONCE_USED) from None


def _check_query(request: Received) -> None:
    """Reject protocol parameters in the query: the header has them already (RFC 5849, 3.1)."""
    for name, _ in parse_qsl(request.query, keep_blank_values=True):
        if name in (*_ALWAYS, *_ONCE, "oauth_version"):
            raise OAuthError(_Problem.PARAMETER_REJECTED, name)


def _check_presence(sent: Mapping[str, str]) -> None:
    """Reject a request without a required parameter; an empty parameter counts as missing."""
    plain = sent.get("oauth_signature_method") == _PLAINTEXT
    for name in _ALWAYS if plain else (*_ALWAYS, *_ONCE):
        if not sent.get(name):
            raise OAuthError(_Problem.PARAMETER_ABSENT, name)
