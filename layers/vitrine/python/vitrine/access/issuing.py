"""New pairs of OAuth consumer and token, for an operator."""

from datetime import datetime
from typing import Protocol

from vitrine.domain.credentials import (
    Credential,
    Keys,
    Pair,
    PairSecrets,
    Scheme,
    digest_of,
    make_keys,
)


class NewPairs(Protocol):
    """Where pairs are stored; `vitrine.adapters.pairs.DynamoPairs` is one."""

    def create_pair(self, pair: Pair) -> None:
        """Store a new pair, and name it in its shop's list.

        Raises:
            ConflictError: its consumer key is taken.
        """


class NewSecrets(Protocol):
    """Where secrets are kept; `vitrine.adapters.vault.SsmVault` is one."""

    def keep(self, digest: str, secrets: PairSecrets) -> None:
        """Keep the secrets of a new pair."""


def issue_pair(
    pairs: NewPairs,
    vault: NewSecrets,
    *,
    shop: str,
    dialect: str,
    role: str,
    scopes: frozenset[str],
    label: str,
    now: datetime,
) -> tuple[Pair, Keys]:
    """Let a new client into a shop, by signatures.

    Secrets first, record second: a crash in between leaves secrets that open nothing.

    Args:
        pairs: where its record goes.
        vault: where its secrets go.
        shop: id of the only shop it opens.
        dialect: the only dialect it speaks.
        role: what its holder is on the platform.
        scopes: what its holder may do, in the dialect's words.
        label: what the operator calls it.
        now: the present moment, UTC.

    Returns:
        The pair, and its keys, which can be told this once.
    """
    keys = make_keys()
    digest = digest_of(keys.consumer_key)
    credential = Credential(
        digest, shop, dialect, role, scopes, label, created_at=now, scheme=Scheme.OAUTH
    )
    pair = Pair(credential, digest_of(keys.token))
    vault.keep(digest, keys.secrets)
    pairs.create_pair(pair)
    return pair, keys
