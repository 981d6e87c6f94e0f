"""Authentication of callers, with a cache in each warm function."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from vitrine.clock import now
from vitrine.domain.credentials import Credential, Scheme, digest_of
from vitrine.domain.errors import NotAuthenticatedError, OAuthError
from vitrine.domain.shops import Shop
from vitrine.ports import Shops
from vitrine.records import dataclass

if TYPE_CHECKING:  # importing it takes 25 ms, and most functions verify no signatures
    from vitrine.access.oauth import OAuth, Received

REMEMBERED_SECONDS = 60.0
"""How long a caller stays in the cache, and so how long a revoked credential may still work."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated sender of a request, or a guest, and the only shop that it may use.

    Attributes:
        shop: the tenant.
        role: the caller's role on its platform.
        scopes: the caller's permissions, by the dialect's names.
        credential: the caller's credential; None for a guest.
    """

    shop: Shop
    role: str
    scopes: frozenset[str]
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class _CachedCaller:
    caller: Caller
    credential: Credential
    until: float


@dataclass(slots=True)
class Access:
    """Authenticates callers by their credentials.

    Attributes:
        shops: the store of credentials and shops.
        clock: the seconds of a monotonic clock.
        oauth: verifies signed requests; None in functions of dialects without signatures.
        now: the current time, UTC.
    """

    shops: Shops
    clock: Callable[[], float] = time.monotonic
    oauth: OAuth | None = None
    now: Callable[[], datetime] = now
    _callers: dict[tuple[Scheme, str, str], _CachedCaller] = field(default_factory=dict)
    _hosts: dict[str, tuple[float, Shop]] = field(default_factory=dict)

    def bearer(self, secret: str | None, dialect: str) -> Caller:
        """The caller with this bearer secret in a `dialect`.

        Only successes are cached, so a new credential works at once. The expiry of a credential is
        checked by the wall clock, so it also applies after a function was frozen.

        Raises:
            NotAuthenticatedError: the secret is missing, unknown, expired, revoked or of another
                dialect; the error does not say which.
        """
        if not secret:
            raise NotAuthenticatedError
        digest = digest_of(secret)
        cached = self._cached_caller(Scheme.BEARER, digest, dialect)
        return cached or self._caller(self.shops.credential(digest), dialect)

    def signed(self, request: Received, dialect: str) -> Caller:
        """The caller who signed a request by OAuth 1.0a, in a `dialect`.

        Every signature is verified; only the caller's shop is cached.

        Raises:
            OAuthError: the signature, or a parameter of it, is rejected.
            LookupError: this function is not configured to verify signatures.
        """
        if self.oauth is None:
            raise LookupError("OAUTH_SECRETS is not set")
        credential = self.oauth.signer(request, dialect)
        cached = self._cached_caller(Scheme.OAUTH, credential.digest, dialect)
        try:
            return cached or self._caller(credential, dialect)
        except NotAuthenticatedError:  # its shop was deleted
            raise OAuthError(OAuthError.Problem.CONSUMER_KEY_REJECTED) from None

    def _cached_caller(self, scheme: Scheme, digest: str, dialect: str) -> Caller | None:
        """A caller from the cache, whose key includes the scheme: consumer keys are not secret."""
        cached = self._callers.get((scheme, digest, dialect))
        if cached and self.clock() < cached.until and cached.credential.works(self.now()):
            return cached.caller
        return None

    def shop_of_host(self, host: str) -> Shop | None:
        """The shop that serves guests of this host name, or else the default shop.

        Only shops are cached, not their absence.
        """
        until, cached = self._hosts.get(host, (0.0, None))
        if cached and self.clock() < until:
            return cached
        owner = self.shops.shop_of_host(host)
        shop = None if owner is None else self.shops.shop(owner)
        if shop:
            self._hosts[host] = self.clock() + REMEMBERED_SECONDS, shop
        return shop

    def _caller(self, credential: Credential | None, dialect: str) -> Caller:
        if credential is None or credential.dialect != dialect or not self._works(credential):
            raise NotAuthenticatedError
        shop = self.shops.shop(credential.shop)
        if shop is None:
            raise NotAuthenticatedError
        caller = Caller(shop, credential.role, credential.scopes, credential)
        cached = _CachedCaller(caller, credential, self.clock() + REMEMBERED_SECONDS)
        self._callers[credential.scheme, credential.digest, dialect] = cached
        return caller

    def _works(self, credential: Credential) -> bool:
        """Whether the credential is valid, and the client credential that it depends on, if any."""
        if not credential.works(self.now()):
            return False
        issuer = self.shops.credential(credential.issuer) if credential.issuer else credential
        return issuer is not None and issuer.works(self.now())
