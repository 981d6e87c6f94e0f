"""OAuthConsumers of OAuth consumer and token, and used nonces, in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters.credentials import PARTITIONS, credential_in, credential_items
from vitrine.adapters.table import Table, key, serialize
from vitrine.domain.credentials import OAuthConsumer, Scheme
from vitrine.ports import OAuthConsumers

if TYPE_CHECKING:
    from datetime import datetime


class DynamoOAuthConsumers(OAuthConsumers):
    """`vitrine.ports.OAuthConsumers` over the table, and what operators add to it.

    Consumers stand in their shop's list of credentials, where `DynamoShops` finds and revokes
    them.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def consumer(self, digest: str) -> OAuthConsumer | None:
        item = self._table.get(PARTITIONS[Scheme.OAUTH] + digest, "CREDENTIAL")
        return None if item is None else OAuthConsumer(credential_in(item), item["token"])

    def create_consumer(self, consumer: OAuthConsumer) -> None:
        """Store a new consumer, and name it in its shop's list.

        Raises:
            ConflictError: its consumer key is taken.
        """
        own, listed = credential_items(consumer.credential)
        found = {"Item": serialize({**own, "token": consumer.token})}
        free = {"ConditionExpression": "attribute_not_exists(pk)"}
        self._table.transact([{"Put": {**found, **free}}, {"Put": {"Item": serialize(listed)}}])

    def use_nonce(self, digest: str, request: str, expires: datetime) -> None:
        self._table.put(
            {
                **key(f"NONCE#{digest}", "NONCE"),
                "request": request,
                "expires": int(expires.timestamp()),
            },
            ConditionExpression="attribute_not_exists(pk) OR #request = :request",
            ExpressionAttributeNames={"#request": "request"},
            ExpressionAttributeValues=serialize({":request": request}),
        )
