"""Failed invocations: what API Gateway answers, where the emulator tells the failure itself."""

import errno
import json
from dataclasses import dataclass

import httpx

_EMULATORS_FAILURE = 502
_EMULATORS_THROTTLE = 429
_TIMED_OUT = "Sandbox.Timedout"
_DISK_FULL = f"[Errno {errno.ENOSPC}]"
"""How Python begins the text of this error. The emulator tells no number."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that no function answered.

    Attributes:
        status: API Gateway's status.
        message: API Gateway's message.
        cause: the failure as the emulator tells it.
        timed_out: whether the function took too long.
    """

    status: int
    message: str
    cause: str
    timed_out: bool = False


UNAVAILABLE = (503, "Service Unavailable")


def failure_of(answer: httpx.Response) -> Failure | None:
    """What API Gateway would answer instead of the emulator; None for a function's answer."""
    if answer.status_code not in (_EMULATORS_FAILURE, _EMULATORS_THROTTLE):
        return None
    try:
        told = json.loads(answer.content)
    except ValueError:
        return None
    if answer.status_code == _EMULATORS_THROTTLE:
        if not isinstance(told, dict) or "Reason" not in told:
            return None  # a function's own answer
        return Failure(*UNAVAILABLE, "The function has no free execution environment.")
    if not isinstance(told, dict) or "errorType" not in told:
        return None
    cause = f"{told['errorType']}: {told.get('errorMessage', '')}"
    timed_out = told["errorType"] == _TIMED_OUT
    if timed_out or _DISK_FULL in cause:
        return Failure(*UNAVAILABLE, cause, timed_out)
    return Failure(500, "Internal Server Error", cause)
