"""Who calls: a bearer secret becomes a caller, remembered for a while in a warm function."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from vitrine.domain.credentials import Credential, digest_of
from vitrine.domain.errors import NotAuthenticatedError
from vitrine.domain.shops import Shop
from vitrine.ports import Shops
from vitrine.services.catalogue import now

REMEMBERED_SECONDS = 60.0
"""How long a caller is known without asking the table, so how long a revoked one may go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request, and the one shop that is open to it.

    Attributes:
        shop: the tenant.
        role: what the caller is on its platform.
        scopes: what it may do, in its dialect's words.
        credential: what it came with.
    """

    shop: Shop
    role: str
    scopes: frozenset[str]
    credential: Credential


@dataclass(slots=True)
class Access:
    """Tells callers by their credentials.

    Attributes:
        shops: where credentials and shops are looked up.
        clock: seconds of a clock that never goes back.
        now: tells the present moment, UTC.
    """

    shops: Shops
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = now
    _known: dict[tuple[str, str], tuple[float, Caller]] = field(default_factory=dict)

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
        found = self._known.get((digest, dialect))
        if found and self.clock() < found[0] and found[1].credential.works(self.now()):
            return found[1]
        credential = self.shops.credential(digest)
        caller = self._caller(credential, dialect)
        self._known[digest, dialect] = self.clock() + REMEMBERED_SECONDS, caller
        return caller

    def _caller(self, credential: Credential | None, dialect: str) -> Caller:
        if credential is None or credential.dialect != dialect or not self._works(credential):
            raise NotAuthenticatedError
        shop = self.shops.shop(credential.shop)
        if shop is None:
            raise NotAuthenticatedError
        return Caller(shop, credential.role, credential.scopes, credential)

    def _works(self, credential: Credential) -> bool:
        """Whether the credential works, and the client it was issued to, if it was to one."""
        if not credential.works(self.now()):
            return False
        issuer = self.shops.credential(credential.issuer) if credential.issuer else credential
        return issuer is not None and issuer.works(self.now())
