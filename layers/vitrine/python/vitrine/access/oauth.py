"""OAuth 1.0a (RFC 5849) with tokens that were issued beforehand: who signed this request?"""

import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qsl

from vitrine.access.authorization import parse_authorization
from vitrine.access.signatures import SignedRequest, is_signed
from vitrine.domain.credentials import Credential, OAuthConsumer, OAuthSecrets, digest_of
from vitrine.domain.errors import ConflictError, OAuthError
from vitrine.ports import OAuthConsumers, OAuthSecretStore

REMEMBERED_SECONDS = 60.0
"""How long a consumer is known without asking for it, so how long a revoked one may go on."""

AHEAD_SECONDS = 600
"""How far a client's clock may be ahead of ours."""

OLD_SECONDS = 24 * 60 * 60
"""How old a signature may be."""

NONCES_KEPT = timedelta(hours=25)
"""How long a nonce is remembered: longer than any timestamp it came with is taken."""

_PLAINTEXT = "PLAINTEXT"
_METHODS = frozenset({"HMAC-SHA1", "HMAC-SHA256"})
_ALWAYS = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature")
_ONCE = ("oauth_timestamp", "oauth_nonce")  # what PLAINTEXT does without
_TIMESTAMP = re.compile(r"0*[1-9][0-9]{0,11}")

_Problem = OAuthError.Problem


class Received(SignedRequest, Protocol):
    """A request as it was received; `vitrine.edge.request.Request` is one."""

    @property
    def id(self) -> str:
        """What the gateway calls this request, and no other."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in lower case."""

    @property
    def origin(self) -> str:
        """The API's address as the client called it, without a slash at the end."""


@dataclass(frozen=True, slots=True)
class _Known:
    consumer: OAuthConsumer
    secrets: OAuthSecrets
    until: float


@dataclass(slots=True)
class OAuth:
    """Checks signed requests.

    Attributes:
        oauth_consumers: where consumers, tokens and used nonces are looked up.
        oauth_secrets: where the secrets of a consumer are.
        public_url: where clients reach the API when something stands in front of it, without a
            slash at the end; empty for the host they call.
        plaintext_over_http: whether secrets may travel unencrypted, as on one's own machine.
        clock: seconds since 1970, as clients' timestamps count them.
        elapsed: seconds of a clock that never goes back.
    """

    oauth_consumers: OAuthConsumers
    oauth_secrets: OAuthSecretStore
    public_url: str = ""
    plaintext_over_http: bool = False
    clock: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    _known: dict[str, _Known] = field(default_factory=dict)

    def signer(self, request: Received, dialect: str) -> Credential:
        """The credential of who signed a request, in a dialect.

        Checks come in the order of the contract (openmage §2). A nonce is used up by a request
        whose signature is good, and by no other; the same request may be checked again.

        Raises:
            OAuthError: a check failed; its message says which.
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
        known = self._holder(sent["oauth_consumer_key"], sent["oauth_token"], dialect)
        if not is_signed(request, base, sent, known.secrets):
            raise OAuthError(_Problem.SIGNATURE_INVALID)
        if once:
            self._use_nonce(sent, request.id)
        return known.consumer.credential

    def _check_method(self, method: str, base: str) -> None:
        private = base.lower().startswith("https://") or self.plaintext_over_http
        if method not in _METHODS and not (method == _PLAINTEXT and private):
            raise OAuthError(_Problem.SIGNATURE_METHOD_REJECTED)

    def _check_timestamp(self, timestamp: str) -> None:
        if not _TIMESTAMP.fullmatch(timestamp):
            raise OAuthError(_Problem.TIMESTAMP_REFUSED)
        ahead = int(timestamp) - self.clock()
        if not -OLD_SECONDS <= ahead <= AHEAD_SECONDS:
            raise OAuthError(_Problem.TIMESTAMP_REFUSED)

    def _holder(self, consumer_key: str, token: str, dialect: str) -> _Known:
        """A consumer's consumer, the token being its own, and the secrets of both."""
        digest = digest_of(consumer_key)
        known = self._known.get(digest)
        if known is not None and self.elapsed() >= known.until:
            known = None
        consumer = known.consumer if known else self.oauth_consumers.consumer(digest)
        if consumer is None or consumer.credential.dialect != dialect:
            raise OAuthError(_Problem.CONSUMER_KEY_REJECTED)
        if not hmac.compare_digest(consumer.token, digest_of(token)):
            raise OAuthError(_Problem.TOKEN_REJECTED)
        if consumer.credential.revoked_at:
            raise OAuthError(_Problem.TOKEN_REVOKED)
        if known is None:
            secrets = self.oauth_secrets.secrets_of(digest)
            known = _Known(consumer, secrets, self.elapsed() + REMEMBERED_SECONDS)
            self._known[digest] = known
        return known

    def _use_nonce(self, sent: Mapping[str, str], request: str) -> None:
        kind = ("oauth_consumer_key", "oauth_token", "oauth_timestamp", "oauth_nonce")
        digest = digest_of(json.dumps([sent[name] for name in kind]))
        expires = datetime.fromtimestamp(self.clock(), UTC) + NONCES_KEPT
        try:
            self.oauth_consumers.use_nonce(digest, request, expires)
        except ConflictError:
            raise OAuthError(_Problem.NONCE_USED) from None


def _check_query(request: Received) -> None:
    """Refuse protocol parameters in two places at once (RFC 5849, 3.1)."""
    for name, _ in parse_qsl(request.query, keep_blank_values=True):
        if name in (*_ALWAYS, *_ONCE, "oauth_version"):
            raise OAuthError(_Problem.PARAMETER_REJECTED, name)


def _check_presence(sent: Mapping[str, str]) -> None:
    """Refuse what lacks a parameter; an empty one is none."""
    plain = sent.get("oauth_signature_method") == _PLAINTEXT
    for name in _ALWAYS if plain else (*_ALWAYS, *_ONCE):
        if not sent.get(name):
            raise OAuthError(_Problem.PARAMETER_ABSENT, name)
