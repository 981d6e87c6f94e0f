"""Credentials: what opens one shop to one dialect, kept without the secrets themselves."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

ID_LENGTH = 12
"""Hexadecimal digits of its digest by which people name a credential."""

CLIENT = "client"
"""The role of a credential that opens no operation itself: it only gets tokens that do."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret's record.

    Attributes:
        digest: SHA-256 of the secret, 64 hexadecimal digits.
        shop: id of the only shop it opens.
        dialect: the only dialect it speaks.
        role: what its holder is on the platform.
        scopes: what its holder may do, in the dialect's words.
        label: what the operator calls it.
        created_at: when it was issued, UTC.
        revoked_at: when it stopped working, UTC; None while it works.
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


def digest_of(secret: str) -> str:
    """What is stored of a bearer secret: its SHA-256, 64 hexadecimal digits.

    Secrets are 256 random bits, so there is nothing for a slower hash to protect.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def client_secret(identity: str, secret: str) -> str:
    """A client's id and secret as one secret, joined as HTTP's Basic scheme joins them."""
    return f"{identity}:{secret}"
