"""The protocols between access and the stored consumers of OAuth 1.0a, with their secrets.

They belong to `vitrine.ports`, which exports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from vitrine.domain.credentials import OAuthConsumer, OAuthSecrets


class OAuthConsumers(Protocol):
    """OAuth 1.0a consumers with their tokens, and the nonces of their requests."""

    def consumer(self, digest: str) -> OAuthConsumer | None:
        """The consumer whose key has this SHA-256 digest, revoked or not."""

    def use_nonce(self, digest: str, request: str, expires: datetime) -> None:
        """Record that a request used a nonce, so that a replay is refused.

        Args:
            digest: SHA-256 of everything that identifies the nonce.
            request: the gateway's request id. The same request may record the same nonce again,
                after a lost answer or when `$default` forwards it.
            expires: when the record may be deleted, UTC.

        Raises:
            ConflictError: another request used it.
        """


class OAuthSecretStore(Protocol):
    """The secrets that signatures are checked with, stored outside of the table."""

    def secrets_of(self, digest: str) -> OAuthSecrets:
        """The secrets of the consumer whose key has this SHA-256 digest.

        Raises:
            SecretsMissingError: no secrets are stored for it.
            ThrottledError: too many reads, even after retries.
        """
