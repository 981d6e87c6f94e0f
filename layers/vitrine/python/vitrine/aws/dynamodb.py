"""Amazon DynamoDB: the calls of boto3's `dynamodb` client that adapters make."""

from __future__ import annotations

import json
import os
from functools import partialmethod
from typing import TYPE_CHECKING, Any
from zlib import crc32

from vitrine.aws.errors import Exceptions
from vitrine.aws.json_protocol import error_in
from vitrine.aws.messages import Request, Times
from vitrine.aws.pages import Paginator
from vitrine.aws.service import Service

if TYPE_CHECKING:
    from vitrine.aws.messages import Answer

_SCALE = 0.025  # seconds: DynamoDB answers within milliseconds


class DynamoDB:
    """A client of DynamoDB, with boto3's names for calls, arguments and answers."""

    exceptions = Exceptions

    def __init__(self, times: Times = Times()) -> None:  # noqa: B008 - immutable
        self._service = Service("dynamodb", error_in, times._replace(scale=_SCALE))
        self._service.open(self._service.endpoint)

    def call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Make a call by the API's own name.

        Raises:
            ClientError: DynamoDB refuses it.
            NoAnswerError: there is no answer to any attempt.
        """
        request = Request(
            operation,
            "POST",
            self._service.endpoint,
            headers={
                "content-type": "application/x-amz-json-1.0",
                "x-amz-target": f"DynamoDB_20120810.{operation}",
            },
            body=json.dumps(arguments, separators=(",", ":")).encode(),
            fault=_fault,
        )
        answered: dict[str, Any] = json.loads(self._service.send(request).body)
        return answered

    get_item = partialmethod(call, "GetItem")
    batch_get_item = partialmethod(call, "BatchGetItem")
    query = partialmethod(call, "Query")
    put_item = partialmethod(call, "PutItem")
    update_item = partialmethod(call, "UpdateItem")
    delete_item = partialmethod(call, "DeleteItem")

    def transact_write_items(self, **arguments: Any) -> dict[str, Any]:
        """Carry out writes, all or none.

        The token makes attempts of one call one: when an answer is lost, the next attempt is
        answered as the first was, and writes nothing twice.
        """
        arguments.setdefault("ClientRequestToken", os.urandom(16).hex())
        return self.call("TransactWriteItems", **arguments)

    def get_paginator(self, _operation: str) -> Paginator:
        """Pages of `query`."""
        return Paginator(self.query, "LastEvaluatedKey", "ExclusiveStartKey")


def _fault(answer: Answer) -> str:
    told = answer.headers.get("x-amz-crc32")
    return "" if told is None or told == str(crc32(answer.body)) else "wrong checksum"
