"""Expiring access tokens and their refresh tokens (contract: inventorum §2)."""

import secrets
from datetime import datetime, timedelta

from vitrine.domain.credentials import Credential, RefreshToken, digest_of
from vitrine.domain.errors import RefreshTokenError
from vitrine.ports import Shops
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue, retry_on_conflict

_BYTES = 32  # of a secret


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens that a client receives. The table holds only their SHA-256 digests.

    Attributes:
        access: authenticates requests.
        refresh: can be exchanged once for new tokens.
    """

    access: str
    refresh: str


def make_secret() -> str:
    """A random secret of 256 bits, URL-safe base64."""
    return secrets.token_urlsafe(_BYTES)


def issue_tokens(
    shops: Shops,
    client: Credential,
    now: datetime,
    lifetime: timedelta | None,
    used: RefreshToken | None = None,
) -> Tokens:
    """Issue tokens with the client's scopes. Revoking the client revokes them.

    Args:
        shops: stores their digests.
        client: the client.
        now: the present moment, UTC.
        lifetime: how long the access token is valid; None if it never expires.
        used: the refresh token that is exchanged; None for the first tokens.

    Raises:
        ConflictError: another request has used `used`.
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
    """Exchange a refresh token for new tokens. Of concurrent attempts one succeeds.

    Raises:
        RefreshTokenError: the token is unknown, used, or another client's.
        ConflictError: other requests were writing the same records until retries ended.
    """

    def attempt() -> Tokens:
        used = catalogue.stores.shops.refresh_token(digest_of(secret))
        if used is None or used.client != client.digest:
            raise RefreshTokenError
        return issue_tokens(catalogue.stores.shops, client, catalogue.clock(), lifetime, used)

    return retry_on_conflict(attempt, catalogue.retry)
