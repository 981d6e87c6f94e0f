"""Functions of a stack, run by an operator, one event at a time, until they end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vitrine_cli.clouds import Cloud


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a function did not do its work.

    Attributes:
        kind: the class of what it raised, or the code of AWS's refusal.
        message: what that says.
    """

    kind: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


if TYPE_CHECKING:
    Invoke = Callable[[str, Mapping[str, Any]], Failed | None]
    """Runs the function of a name or ARN with an event; None when it has done its work."""


def invoker(cloud: Cloud, at_a_time: int = 1) -> Invoke:
    """What runs functions of a stack, so many at a time."""
    client = cloud.functions(at_a_time)

    def invoke(function: str, event: Mapping[str, Any]) -> Failed | None:
        payload = json.dumps(event, ensure_ascii=False).encode()
        try:
            called = client.invoke(FunctionName=function, Payload=payload)
            if not called.get("FunctionError"):
                return None
            return said(json.loads(called["Payload"].read()))
        except ClientError as error:
            return Failed(error.response["Error"]["Code"], error.response["Error"]["Message"])
        except BotoCoreError as error:
            return Failed(type(error).__name__, str(error))

    return invoke


def said(payload: Any) -> Failed:
    """What Lambda says of a function that failed; it may say nothing."""
    told = payload if isinstance(payload, dict) else {}
    return Failed(str(told.get("errorType") or "Failed"), str(told.get("errorMessage") or ""))
