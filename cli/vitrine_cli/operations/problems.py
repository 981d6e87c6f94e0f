"""Failed checks of a diagnosis, and waiting for what a stack does meanwhile."""

import time
from collections.abc import Callable
from typing import TypeVar

_WAIT_SECONDS = 90
_INTERVAL = 0.5  # seconds between two looks
_Found = TypeVar("_Found")


class ProblemError(Exception):
    """A check fails. The message says what was seen."""


def wait_for_result(look: Callable[[], _Found | None], otherwise: str) -> _Found:
    """What `look` returns, as soon as it is not None.

    Raises:
        ProblemError: it was None for 90 seconds. `otherwise` says what did not happen.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(_INTERVAL)
    raise ProblemError(f"after {_WAIT_SECONDS} seconds {otherwise}")
