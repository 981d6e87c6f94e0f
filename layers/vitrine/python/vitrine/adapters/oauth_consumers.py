"""OAuth consumers with their tokens, and used nonces (replay protection), in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.adapters.credentials import PARTITIONS, credential_in, credential_items
from vitrine.adapters.table import Table, key, serialize
from vitrine.domain.credentials import OAuthConsumer, Scheme
from vitrine.ports import OAuthConsumers

if TYPE_CHECKING:
    from datetime import datetime


class DynamoOAuthConsumers(OAuthConsumers):
    """`vitrine.ports.OAuthConsumers` over the table, with the operators' write operations.

    Consumers are also in their shop's list of credentials, where `DynamoShops` lists and revokes
    them.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def consumer(self, digest: str) -> OAuthConsumer | None:
        item = self._table.get(PARTITIONS[Scheme.OAUTH] + digest, "CREDENTIAL")
        return None if item is None else OAuthConsumer(credential_in(item), item["token"])

    def create_consumer(self, consumer: OAuthConsumer) -> None:
        """Store a new consumer, and add it to its shop's list.

        Raises:
            ConflictError: a consumer with this key exists.
        """
        own, listed = credential_items(consumer.credential)
        put = {"Item": serialize({**own, "token": consumer.token})}
        unused = {"ConditionExpression": "attribute_not_exists(pk)"}
        self._table.transact([{"Put": {**put, **unused}}, {"Put": {"Item": serialize(listed)}}])

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
