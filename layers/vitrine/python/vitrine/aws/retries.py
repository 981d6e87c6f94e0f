"""Which failures are worth another try, when it comes, and how many of them there may be.

The figures are those of botocore's retry mode "standard".
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRANSIENT_STATUS = frozenset({500, 502, 503, 504})
_TRANSIENT = frozenset({"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"})
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_SKEWED = frozenset(
    {
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_LONGEST = 20.0  # seconds of a backoff
_LONGEST_ASKED_FOR = 5.0  # seconds that a service may add to it
_THROTTLED_SCALE, _SCALE = 1.0, 0.05  # seconds
_CAPACITY, _COST, _COST_THROTTLED = 500, 14, 5


def is_throttled(status: int, code: str) -> bool:
    """Whether an answer means that there are too many requests."""
    return code in _THROTTLED or (status == 429 and code == "429")


def is_transient(status: int, code: str) -> bool:
    """Whether an answer may be another one next time."""
    return status in _TRANSIENT_STATUS or code in _TRANSIENT


def is_skewed(code: str) -> bool:
    """Whether the clocks of both sides may be what an answer is about."""
    return code in _SKEWED


def is_expired(code: str) -> bool:
    """Whether the credentials are no longer good."""
    return code in _EXPIRED


def backoff(
    attempt: int,
    *,
    throttled: bool,
    headers: Mapping[str, str],
    scale: float = _SCALE,
    chance: Callable[[], float] | None = None,
) -> float:
    """Seconds until the next attempt: exponential, with full jitter.

    Args:
        attempt: the one that failed, from 1.
        throttled: whether it failed because there are too many requests.
        headers: of the answer, where a service may ask for more time.
        scale: seconds that the first backoff takes at most, unless throttled.
        chance: a number from 0 to 1; random if None.
    """
    import random  # 1 ms, only when something failed

    at_most = (_THROTTLED_SCALE if throttled else scale) * 2.0 ** (attempt - 1)
    seconds = (chance or random.random)() * min(at_most, _LONGEST)
    asked_for = headers.get("x-amz-retry-after", "")  # milliseconds
    if asked_for.isdecimal():
        wanted = min(int(asked_for) / 1000, seconds + _LONGEST_ASKED_FOR)
        seconds = max(seconds, wanted)
    return seconds


class Quota:
    """How many retries one client may still make, so that a sick service is not flooded."""

    def __init__(self) -> None:
        self._left = _CAPACITY
        self._lock = Lock()

    def take(self, *, throttled: bool) -> int:
        """What one retry costs, taken from what is left; 0 if too little is left."""
        cost = _COST_THROTTLED if throttled else _COST
        with self._lock:
            if cost > self._left:
                return 0
            self._left -= cost
            return cost

    def give_back(self, cost: int) -> None:
        """Return what the last retry of a call that succeeded had cost; 0 if there was none."""
        if self._left < _CAPACITY:
            with self._lock:
                self._left = min(_CAPACITY, self._left + (cost or 1))
