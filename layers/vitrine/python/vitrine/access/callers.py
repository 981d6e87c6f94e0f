"""Who calls: a secret or a signature becomes a caller, remembered for a while while warm."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from vitrine.clock import now
from vitrine.domain.credentials import Credential, Scheme, digest_of
from vitrine.domain.errors import NotAuthenticatedError, OAuthError
from vitrine.domain.shops import Shop
from vitrine.ports import Shops

if TYPE_CHECKING:  # takes 25 ms, and most functions know no signatures
    from vitrine.access.oauth import OAuth, Received

REMEMBERED_SECONDS = 60.0
"""How long a caller is known without asking the table, so how long a revoked one may go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request, and the one shop that is open to it.

    Attributes:
        shop: the tenant.
        role: what the caller is on its platform.
        scopes: what it may do, in its dialect's words.
        credential: what it came with; None for a guest.
    """

    shop: Shop
    role: str
    scopes: frozenset[str]
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class _Met:
    caller: Caller
    credential: Credential
    until: float


@dataclass(slots=True)
class Access:
    """Tells callers by their credentials.

    Attributes:
        shops: where credentials and shops are looked up.
        clock: seconds of a clock that never goes back.
        oauth: checks signed requests; None in functions of dialects that have none.
        now: tells the present moment, UTC.
    """

    shops: Shops
    clock: Callable[[], float] = time.monotonic
    oauth: OAuth | None = None
    now: Callable[[], datetime] = now
    _known: dict[tuple[Scheme, str, str], _Met] = field(default_factory=dict)
    _hosts: dict[str, tuple[float, Shop]] = field(default_factory=dict)

    def bearer(self, secret: str | None, dialect: str) -> Caller:
        """The caller who holds this secret of a `dialect`.

        Only callers are remembered, never refusals, so that a new credential works at once. What
        expires does so on time, also in a function that was frozen meanwhile.

        Raises:
            NotAuthenticatedError: there is no secret, or it is unknown, expired, revoked or of
                another dialect; which of these stays untold.
        """
        if not secret:
            raise NotAuthenticatedError
        digest = digest_of(secret)
        known = self._remembered(Scheme.BEARER, digest, dialect)
        return known or self._caller(self.shops.credential(digest), dialect)

    def signed(self, request: Received, dialect: str) -> Caller:
        """The caller who signed a request by OAuth 1.0a, in a `dialect`.

        The signature is checked each time; the shop of a good one is remembered.

        Raises:
            OAuthError: the signature, or what came with it, is not taken.
            LookupError: this function was not given what it takes to check signatures.
        """
        if self.oauth is None:
            raise LookupError("OAUTH_SECRETS is not set")
        credential = self.oauth.signer(request, dialect)
        known = self._remembered(Scheme.OAUTH, credential.digest, dialect)
        try:
            return known or self._caller(credential, dialect)
        except NotAuthenticatedError:  # its shop is gone
            raise OAuthError(OAuthError.Problem.CONSUMER_KEY_REJECTED) from None

    def _remembered(self, scheme: Scheme, digest: str, dialect: str) -> Caller | None:
        """A caller who was met lately; by its scheme too, since a consumer key is no secret."""
        met = self._known.get((scheme, digest, dialect))
        if met and self.clock() < met.until and met.credential.works(self.now()):
            return met.caller
        return None

    def shop_of_host(self, host: str) -> Shop | None:
        """The shop whose guests come to this host name, or to all that are nobody's.

        Only shops are remembered, never that there is none.
        """
        until, known = self._hosts.get(host, (0.0, None))
        if known and self.clock() < until:
            return known
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
        met = _Met(caller, credential, self.clock() + REMEMBERED_SECONDS)
        self._known[credential.scheme, credential.digest, dialect] = met
        return caller

    def _works(self, credential: Credential) -> bool:
        """Whether the credential works, and the client it was issued to, if it was to one."""
        if not credential.works(self.now()):
            return False
        issuer = self.shops.credential(credential.issuer) if credential.issuer else credential
        return issuer is not None and issuer.works(self.now())
