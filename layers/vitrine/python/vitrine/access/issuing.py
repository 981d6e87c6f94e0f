"""Issue OAuth consumers and their tokens, for operators."""

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
        """Store a new consumer, and add it to its shop's list.

        Raises:
            ConflictError: a consumer with this key exists.
        """


class NewSecrets(Protocol):
    """The part of `SsmOAuthSecretStore` that stores new secrets."""

    def keep(self, digest: str, secrets: OAuthSecrets) -> None:
        """Store the secrets of a new consumer."""


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
    keys: Keys | None = None,
) -> tuple[OAuthConsumer, Keys]:
    """Issue an OAuth consumer, with which a new client signs requests to a shop.

    The secrets are stored before the record. A crash in between leaves secrets that are not valid
    for anything.

    Args:
        oauth_consumers: the store of the consumer's record.
        oauth_secrets: the store of its secrets.
        shop: id of the only shop that it opens.
        dialect: the only dialect that it is valid for.
        role: the client's role on the platform.
        scopes: the client's permissions, by the dialect's names.
        label: the operator's name for it.
        now: the current time, UTC.
        keys: its keys; None for random ones.

    Returns:
        The consumer, and its keys, which cannot be shown again.
    """
    keys = keys or make_keys()
    digest = digest_of(keys.consumer_key)
    credential = Credential(
        digest, shop, dialect, role, scopes, label, created_at=now, scheme=Scheme.OAUTH
    )
    consumer = OAuthConsumer(credential, digest_of(keys.token))
    oauth_secrets.keep(digest, keys.secrets)
    oauth_consumers.create_consumer(consumer)
    return consumer, keys
