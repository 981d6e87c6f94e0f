"""Synchronous invocation of other Lambda functions of the stack."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vitrine.domain.errors import ThrottledError
from vitrine.ports import Functions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_lambda import LambdaClient

    from vitrine.aws.functions import Lambda


ALIAS = "live"
"""The alias of every function in template.yaml; a deployment moves it to a new version."""


class FunctionFailedError(Exception):
    """The invoked function raised an exception, timed out or ran out of memory."""


class LambdaFunctions(Functions):
    """`vitrine.ports.Functions` over the Lambda functions of one stack."""

    def __init__(self, connect: Callable[[], LambdaClient | Lambda], stack: str) -> None:
        self._connect = connect
        self._stack = stack

    @cached_property
    def _client(self) -> LambdaClient | Lambda:
        return self._connect()

    def call(self, dialect: str, operation: str, event: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{self._stack}-{dialect}-{operation}".replace("_", "-")
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        try:
            called = self._client.invoke(
                FunctionName=name, Qualifier=ALIAS, Payload=payload.encode()
            )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "TooManyRequestsException":
                raise ThrottledError(name) from error
            raise
        answered = json.loads(called["Payload"].read())
        if called.get("FunctionError"):
            raise FunctionFailedError(f"{name}: {answered}")
        answer: dict[str, Any] = answered
        return answer
