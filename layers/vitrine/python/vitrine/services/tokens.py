"""Tokens that end, and how a client gets new ones (contract: inventorum §2)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from vitrine.domain.credentials import Credential, RefreshToken, digest_of
from vitrine.domain.errors import RefreshTokenError
from vitrine.ports import Shops
from vitrine.services.catalogue import Catalogue, retry_on_conflict

_BYTES = 32  # of a secret


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client is given; nothing but hashes of it is kept.

    Attributes:
        access: opens operations.
        refresh: may be exchanged, once, for new tokens.
    """

    access: str
    refresh: str


def make_secret() -> str:
    """A secret that nobody guesses: 256 random bits, in letters that every header takes."""
    return secrets.token_urlsafe(_BYTES)


def issue_tokens(
    shops: Shops,
    client: Credential,
    now: datetime,
    lifetime: timedelta | None,
    used: RefreshToken | None = None,
) -> Tokens:
    """Give a client tokens: what it may do and no more, and only as long as it is not revoked.

    Args:
        shops: where their hashes are kept.
        client: the client.
        now: the present moment, UTC.
        lifetime: for how long the access token works; None for ever.
        used: the refresh token that is exchanged, if one is.

    Raises:
        ConflictError: `used` has been used by another.
    """
    tokens = Tokens(make_secret(), make_secret())
    access = Credential(
        digest=digest_of(tokens.access),
        shop=client.shop,
        dialect=client.dialect,
        role="admin",
        scopes=client.scopes,
        label=client.label,
        created_at=now,
        expires_at=now + lifetime if lifetime else None,
        issuer=client.digest,
    )
    shops.issue(access, RefreshToken(digest_of(tokens.refresh), client.digest), used)
    return tokens


def exchange(catalogue: Catalogue, client: Credential, secret: str, lifetime: timedelta) -> Tokens:
    """Exchange a refresh token for new tokens; of any number of attempts one succeeds.

    Raises:
        RefreshTokenError: it is unknown, used, or another client's.
        ConflictError: DynamoDB did not get to it, time and again.
    """

    def attempt() -> Tokens:
        used = catalogue.stores.shops.refresh_token(digest_of(secret))
        if used is None or used.client != client.digest:
            raise RefreshTokenError
        return issue_tokens(catalogue.stores.shops, client, catalogue.clock(), lifetime, used)

    return retry_on_conflict(attempt)
