"""Credentials: each opens one shop to one dialect. Only hashes of their secrets are stored."""

import hashlib
import string
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from vitrine.records import dataclass

ID_LENGTH = 12
"""Number of hexadecimal digits of a credential's digest that form its id."""

CLIENT = "client"
"""The role of a client credential, which permits no operation except getting access tokens."""

KEY_LENGTH = 32
"""Length in characters of each of a consumer's four keys (contract: openmage §2)."""

_LETTERS = string.ascii_lowercase + string.digits


class Scheme(StrEnum):
    """How a client authenticates: by a bearer secret, or by OAuth 1.0a signatures."""

    BEARER = "bearer"
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Credential:
    """The record of a bearer secret, or of an OAuth consumer.

    Attributes:
        digest: SHA-256, 64 hexadecimal digits, of the secret or of the consumer key.
        shop: id of the only shop that it opens.
        dialect: the only dialect that it is valid for.
        role: the client's role on the platform.
        scopes: the client's permissions, by the dialect's names.
        label: the operator's name for it.
        created_at: when it was issued, UTC.
        revoked_at: when it was revoked, UTC; None if it was not.
        scheme: how the client authenticates. A credential of one scheme is not valid for another,
            because a consumer key is not secret.
        expires_at: when it expires, UTC, milliseconds; None for never.
        issuer: digest of the client credential that it depends on: when that one is revoked, this
            one is not valid; empty for none.
    """

    digest: str
    shop: str
    dialect: str
    role: str
    scopes: frozenset[str]
    label: str
    created_at: datetime
    revoked_at: datetime | None = None
    scheme: Scheme = Scheme.BEARER
    expires_at: datetime | None = None
    issuer: str = ""

    @property
    def id(self) -> str:
        """The id by which operators list and revoke it."""
        return self.digest[:ID_LENGTH]

    def works(self, moment: datetime) -> bool:
        """Whether it is valid at this `moment`: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The record of a refresh token, which a client may exchange once for new tokens.

    Attributes:
        digest: SHA-256 of the token, 64 hexadecimal digits.
        client: digest of the client credential that it was issued to.
    """

    digest: str
    client: str


@dataclass(frozen=True, slots=True)
class OAuthConsumer:
    """An OAuth 1.0a consumer and its only token, as hashes.

    Attributes:
        credential: the credential; its digest is that of the consumer key.
        token: SHA-256 of the token, 64 hexadecimal digits.
    """

    credential: Credential
    token: str


@dataclass(frozen=True, slots=True)
class OAuthSecrets:
    """The secrets of a consumer and its token, which sign requests.

    Clients never send them, except in a PLAINTEXT signature.
    """

    consumer: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """The four keys that a client needs to sign requests, shown once, when they are issued."""

    consumer_key: str
    token: str = field(repr=False)
    secrets: OAuthSecrets


def make_keys() -> Keys:
    """Four new keys of `KEY_LENGTH` random letters and digits, 165 bits each."""
    import secrets  # 2 ms, which no function needs that only checks credentials

    key, token, consumer_secret, token_secret = (
        "".join(secrets.choice(_LETTERS) for _ in range(KEY_LENGTH)) for _ in range(4)
    )
    return Keys(key, token, OAuthSecrets(consumer_secret, token_secret))


def digest_of(secret: str) -> str:
    """The SHA-256 of a secret, 64 hexadecimal digits, which is stored in place of the secret.

    Secrets have at least 165 random bits, so a slower password hash would add no protection.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def client_secret(identity: str, secret: str) -> str:
    """A client's id and secret as one secret, joined by a colon as in HTTP Basic authentication."""
    return f"{identity}:{secret}"
