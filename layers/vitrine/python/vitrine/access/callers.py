"""Who calls: a bearer secret becomes a caller, remembered for a while in a warm function."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vitrine.domain.credentials import Credential, digest_of
from vitrine.domain.errors import NotAuthenticatedError
from vitrine.domain.shops import Shop
from vitrine.ports import Shops

REMEMBERED_SECONDS = 60.0
"""How long a caller is known without asking the table, so how long a revoked one may go on."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request, and the one shop that is open to it.

    Attributes:
        shop: the tenant.
        role: what the caller is on its platform.
        scopes: what it may do, in its dialect's words.
    """

    shop: Shop
    role: str
    scopes: frozenset[str]


@dataclass(slots=True)
class Access:
    """Tells callers by their credentials.

    Attributes:
        shops: where credentials and shops are looked up.
        clock: seconds of a clock that never goes back.
    """

    shops: Shops
    clock: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[float, Caller]] = field(default_factory=dict)
    _hosts: dict[str, tuple[float, Shop | None]] = field(default_factory=dict)

    def bearer(self, secret: str | None, dialect: str) -> Caller:
        """The caller who holds this secret of a `dialect`.

        Only callers are remembered, never refusals, so that a new credential works at once.

        Raises:
            NotAuthenticatedError: there is no secret, or it is unknown, revoked or of another
                dialect; which of these stays untold.
        """
        if not secret:
            raise NotAuthenticatedError
        digest = digest_of(secret)
        found = self._known.get((digest, dialect))
        if found and self.clock() < found[0]:
            return found[1]
        credential = self.shops.credential(digest)
        caller = self._caller(credential, dialect)
        self._known[digest, dialect] = self.clock() + REMEMBERED_SECONDS, caller
        return caller

    def shop_of_host(self, host: str) -> Shop | None:
        """The shop whose guests come to this host name, or of the one that takes all others."""
        found = self._hosts.get(host)
        if found and self.clock() < found[0]:
            return found[1]
        owner = self.shops.shop_of_host(host)
        shop = None if owner is None else self.shops.shop(owner)
        self._hosts[host] = self.clock() + REMEMBERED_SECONDS, shop
        return shop

    def _caller(self, credential: Credential | None, dialect: str) -> Caller:
        if credential is None or credential.revoked_at or credential.dialect != dialect:
            raise NotAuthenticatedError
        shop = self.shops.shop(credential.shop)
        if shop is None:
            raise NotAuthenticatedError
        return Caller(shop, credential.role, credential.scopes)
