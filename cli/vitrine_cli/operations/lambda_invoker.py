"""Invoke a stack's functions and wait for their results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from vitrine_cli.operations.deployed_stack import DeployedStack


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an invocation failed.

    Attributes:
        kind: class of the function's exception, or the error code of AWS.
        message: the message of either; may be empty.
    """

    kind: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


class Invoke(Protocol):
    """Invokes a function and waits until it ends."""

    def __call__(self, function: str, event: Mapping[str, Any], /) -> Failed | None:
        """Invoke a function by its name or ARN; None if it succeeded."""


@dataclass(frozen=True, slots=True)
class LambdaInvoker(Invoke):
    """Invokes functions of AWS Lambda, each once.

    Attributes:
        client: a client that does not retry: a repeated invocation does its work twice.
    """

    client: LambdaClient

    def __call__(self, function: str, event: Mapping[str, Any], /) -> Failed | None:
        """Invoke a function by its name or ARN; None if it succeeded."""
        payload = json.dumps(event, ensure_ascii=False).encode()
        try:
            called = self.client.invoke(FunctionName=function, Payload=payload)
            if not called.get("FunctionError"):
                return None
            return failure_of(json.loads(called["Payload"].read()))
        except ClientError as error:
            return Failed(error.response["Error"]["Code"], error.response["Error"]["Message"])
        except BotoCoreError as error:
            return Failed(type(error).__name__, str(error))


def invoker(stack: DeployedStack, connections: int = 1) -> LambdaInvoker:
    """What invokes functions of a stack.

    Args:
        stack: the stack.
        connections: the most invocations at the same time.
    """
    return LambdaInvoker(stack.functions(connections))


def failure_of(payload: Any) -> Failed:
    """The failure that Lambda reports in the payload of a failed invocation.

    Args:
        payload: the parsed payload, in which type and message are optional.
    """
    report = payload if isinstance(payload, dict) else {}
    return Failed(str(report.get("errorType") or "Failed"), str(report.get("errorMessage") or ""))
