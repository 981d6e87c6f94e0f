"""Credentials: what opens one shop to one dialect, kept without the secrets themselves."""

import hashlib
import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

ID_LENGTH = 12
"""Hexadecimal digits of its digest by which people name a credential."""

CLIENT = "client"
"""The role of a credential that opens no operation itself: it only gets tokens that do."""

KEY_LENGTH = 32
"""Characters of each of the four keys of a consumer (contract: openmage §2)."""

_LETTERS = string.ascii_lowercase + string.digits


class Scheme(StrEnum):
    """How the holder of a credential proves that it is the holder."""

    BEARER = "bearer"
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Credential:
    """The record of a secret, or of a consumer of consumer and token.

    Attributes:
        digest: SHA-256, 64 hexadecimal digits, of the secret or of the consumer key.
        shop: id of the only shop it opens.
        dialect: the only dialect it speaks.
        role: what its holder is on the platform.
        scopes: what its holder may do, in the dialect's words.
        label: what the operator calls it.
        created_at: when it was issued, UTC.
        revoked_at: when it stopped working, UTC; None while it works.
        scheme: how its holder proves to be that. What is found under one scheme opens nothing
            under another: a consumer key is no secret.
        expires_at: when it stops working by itself, UTC, milliseconds; None for never.
        issuer: digest of the client credential without which it does not work; empty for none.
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
        """The name under which an operator lists and revokes it."""
        return self.digest[:ID_LENGTH]

    def works(self, moment: datetime) -> bool:
        """Whether it has neither been revoked nor expired by this `moment`."""
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The record of a secret that a client may exchange, once, for new tokens.

    Attributes:
        digest: SHA-256 of the secret, 64 hexadecimal digits.
        client: digest of the client credential that it was given to.
    """

    digest: str
    client: str


@dataclass(frozen=True, slots=True)
class OAuthConsumer:
    """A consumer of OAuth 1.0a and its one token, without any of their keys.

    Attributes:
        credential: whom the consumer opens which shop to; its digest is that of the consumer key.
        token: SHA-256 of the token, 64 hexadecimal digits.
    """

    credential: Credential
    token: str


@dataclass(frozen=True, slots=True)
class OAuthSecrets:
    """What a consumer's holder signs with, and never sends but in a PLAINTEXT signature."""

    consumer: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """All that a client needs to sign its requests, told once, when a consumer is issued."""

    consumer_key: str
    token: str = field(repr=False)
    secrets: OAuthSecrets


def make_keys() -> Keys:
    """Four keys of `KEY_LENGTH` random letters and digits, 165 bits each."""
    key, token, consumer_secret, token_secret = (
        "".join(secrets.choice(_LETTERS) for _ in range(KEY_LENGTH)) for _ in range(4)
    )
    return Keys(key, token, OAuthSecrets(consumer_secret, token_secret))


def digest_of(secret: str) -> str:
    """What is stored of a secret that is only recognized: its SHA-256, 64 hexadecimal digits.

    Secrets are 165 random bits or more, so there is nothing for a slower hash to protect.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def client_secret(identity: str, secret: str) -> str:
    """A client's id and secret as one secret, joined as HTTP's Basic scheme joins them."""
    return f"{identity}:{secret}"
