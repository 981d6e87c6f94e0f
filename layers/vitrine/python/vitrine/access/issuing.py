"""New OAuth consumers and their tokens, for an operator."""

from datetime import datetime
from typing import Protocol

from vitrine.domain.credentials import (
    Credential,
    Keys,
    OAuthConsumer,
    OAuthSecrets,
    Scheme,
    digest_of,
    make_keys,
)


class NewOAuthConsumers(Protocol):
    """The part of `DynamoOAuthConsumers` that stores a new consumer."""

    def create_consumer(self, consumer: OAuthConsumer) -> None:
        """Store a new consumer, and name it in its shop's list.

        Raises:
            ConflictError: its consumer key is taken.
        """


class NewSecrets(Protocol):
    """Where secrets are kept; `vitrine.adapters.oauth_secrets.SsmOAuthSecretStore` is one."""

    def keep(self, digest: str, secrets: OAuthSecrets) -> None:
        """Keep the secrets of a new consumer."""


def issue_consumer(
    oauth_consumers: NewOAuthConsumers,
    oauth_secrets: NewSecrets,
    *,
    shop: str,
    dialect: str,
    role: str,
    scopes: frozenset[str],
    label: str,
    now: datetime,
) -> tuple[OAuthConsumer, Keys]:
    """Let a new client into a shop, by signatures.

    Secrets first, record second: a crash in between leaves secrets that open nothing.

    Args:
        oauth_consumers: where its record goes.
        oauth_secrets: where its secrets go.
        shop: id of the only shop it opens.
        dialect: the only dialect it speaks.
        role: what its holder is on the platform.
        scopes: what its holder may do, in the dialect's words.
        label: what the operator calls it.
        now: the present moment, UTC.

    Returns:
        The consumer, and its keys, which can be told this once.
    """
    keys = make_keys()
    digest = digest_of(keys.consumer_key)
    credential = Credential(
        digest, shop, dialect, role, scopes, label, created_at=now, scheme=Scheme.OAUTH
    )
    consumer = OAuthConsumer(credential, digest_of(keys.token))
    oauth_secrets.keep(digest, keys.secrets)
    oauth_consumers.create_consumer(consumer)
    return consumer, keys
