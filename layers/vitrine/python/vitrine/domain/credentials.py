"""A credential: what opens one shop to one dialect, kept without the secret itself."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

ID_LENGTH = 12
"""Hexadecimal digits of its digest by which people name a credential."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A bearer secret's record.

    Attributes:
        digest: SHA-256 of the secret, 64 hexadecimal digits.
        shop: id of the only shop it opens.
        dialect: the only dialect it speaks.
        role: what its holder is on the platform.
        scopes: what its holder may do, in the dialect's words.
        label: what the operator calls it.
        created_at: when it was issued, UTC.
        revoked_at: when it stopped working, UTC; None while it works.
    """

    digest: str
    shop: str
    dialect: str
    role: str
    scopes: frozenset[str]
    label: str
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        """The name under which an operator lists and revokes it."""
        return self.digest[:ID_LENGTH]


def digest_of(secret: str) -> str:
    """What is stored of a bearer secret: its SHA-256, 64 hexadecimal digits.

    Secrets are 256 random bits, so there is nothing for a slower hash to protect.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
