"""Pairs of OAuth consumer and token, and used nonces, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters.credentials import PARTITIONS, credential_in, credential_items
from vitrine.adapters.table import Table, key, wire
from vitrine.domain.credentials import Pair, Scheme

if TYPE_CHECKING:
    from datetime import datetime


class DynamoPairs:
    """`vitrine.ports.Pairs` over the table, and what operators add to it.

    Pairs stand in their shop's list of credentials, where `DynamoShops` finds and revokes them.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def pair(self, digest: str) -> Pair | None:
        """The pair whose consumer key has this SHA-256, revoked or not."""
        item = self._table.get(PARTITIONS[Scheme.OAUTH] + digest, "CREDENTIAL")
        return None if item is None else Pair(credential_in(item), item["token"])

    def create_pair(self, pair: Pair) -> None:
        """Store a new pair, and name it in its shop's list.

        Raises:
            ConflictError: its consumer key is taken.
        """
        own, listed = credential_items(pair.credential)
        found = {"Item": wire({**own, "token": pair.token})}
        free = {"ConditionExpression": "attribute_not_exists(pk)"}
        self._table.transact([{"Put": {**found, **free}}, {"Put": {"Item": wire(listed)}}])

    def use_nonce(self, digest: str, request: str, expires: datetime) -> None:
        """Note that a request used a nonce; `expires` is the table's time to live, in seconds.

        Raises:
            ConflictError: another request used it.
        """
        self._table.put(
            {
                **key(f"NONCE#{digest}", "NONCE"),
                "request": request,
                "expires": int(expires.timestamp()),
            },
            ConditionExpression="attribute_not_exists(pk) OR #request = :request",
            ExpressionAttributeNames={"#request": "request"},
            ExpressionAttributeValues=wire({":request": request}),
        )
