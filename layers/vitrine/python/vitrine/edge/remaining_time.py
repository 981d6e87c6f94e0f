"""Retries that are bounded by the time for which Lambda lets a function run."""

from collections.abc import Callable
from dataclasses import replace

from vitrine.services.catalogue import RetryPolicy


def within_time(policy: RetryPolicy, context: object) -> RetryPolicy:
    """A policy that retries as long as there is time, instead of a number of times.

    Args:
        policy: its waits stay.
        context: Lambda's context of the invocation. Without one, as in tests of handlers, the
            policy stays as it is.
    """
    if context is None:
        return policy
    remaining: Callable[[], int] = context.get_remaining_time_in_millis  # type: ignore[attr-defined]
    return replace(policy, attempts=None, remaining=lambda: remaining() / 1000)
