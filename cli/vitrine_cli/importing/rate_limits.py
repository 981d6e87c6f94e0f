"""The rate limits of platforms: how long to wait after an answer, from its headers.

Nothing here waits or knows the time; `vitrine_cli.importing.platform_client` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

DEFAULT_PAUSE = 0.5
"""Seconds between requests where an answer does not tell the limit."""
LONGEST_WAIT = 900.0
"""Seconds that an import waits at most before it ends, to be resumed."""
_MOST_AFTER_REFUSALS = 16.0
"""Seconds up to which each refusal in a row doubles the shortest wait."""
_MOST_DOUBLINGS = 30  # above every longest wait
_REFUSED = 429
_LOW = 5  # requests left in Tiendanube's bucket, below which requests follow its leak


@dataclass(frozen=True, slots=True)
class Limited:
    """What matters of an answer.

    Attributes:
        status: the HTTP status.
        headers: the headers, by name in lower case.
        refusals: how many answers in a row, this one included, had the status 429.
    """

    status: int
    headers: Mapping[str, str]
    refusals: int = 0

    def number(self, name: str) -> float | None:
        """The value of a header; None if it is absent or senseless."""
        try:
            value = float(self.headers.get(name, ""))
        except ValueError:
            return None
        return value if isfinite(value) and value >= 0 else None

    @property
    def is_refused(self) -> bool:
        """Whether the platform refused the request because of its limit."""
        return self.status == _REFUSED

    @property
    def doubled(self) -> float:
        """How often longer the wait is than after the first refusal: twice with each in a row."""
        return 2.0 ** min(self.refusals - 1, _MOST_DOUBLINGS)


Rule = Callable[[Limited], float]
"""The seconds to wait after an answer, without regard to `Retry-After`."""


def pause_after(answer: Limited, rule: Rule, now: datetime) -> float:
    """The seconds to wait before the next request.

    `Retry-After` wins over all. A result above `LONGEST_WAIT` means that the import should end.
    After a refusal the wait is never shorter than `DEFAULT_PAUSE`, doubled by each refusal in a row
    to `_MOST_AFTER_REFUSALS`: a platform that tells 0 seconds, or a date that has passed, and
    refuses again must not get requests without pause.

    Args:
        answer: the latest answer.
        rule: the platform's rule.
        now: the present time, UTC.
    """
    told = answer.headers.get("retry-after")
    asked = None if told is None else _seconds(told, now)
    pause = rule(answer) if asked is None else asked
    return max(pause, _backoff(answer, DEFAULT_PAUSE, _MOST_AFTER_REFUSALS, 0.0))


def tiendanube(answer: Limited) -> float:
    """A leaky bucket; `x-rate-limit-reset` says in how many milliseconds it is empty."""
    limit, left = answer.number("x-rate-limit-limit"), answer.number("x-rate-limit-remaining")
    reset = answer.number("x-rate-limit-reset")
    if limit is None or left is None or not reset or left >= limit:
        return _backoff(answer, DEFAULT_PAUSE, 60.0)
    drop = reset / (limit - left) / 1000  # seconds until one request has leaked
    if answer.is_refused:
        return min(drop * answer.doubled, reset / 1000)
    return drop if left < _LOW else 0.0


def bigcommerce(share: float) -> Rule:
    """A number of requests in a window of time, shared by all applications of the store.

    Args:
        share: the part of the quota that the import, and all others together, may use.
    """

    def rule(answer: Limited) -> float:
        left = answer.number("x-rate-limit-requests-left")
        quota = answer.number("x-rate-limit-requests-quota")
        reset = answer.number("x-rate-limit-time-reset-ms")
        if answer.is_refused:
            told = answer.number("x-retry-after")
            if reset is None and told is None:
                return _backoff(answer, 5.0, 300.0)  # the platform is under load
            return told if reset is None and told is not None else (reset or 0.0) / 1000
        if left is None or not quota or reset is None:
            return DEFAULT_PAUSE
        return reset / 1000 if left <= quota * (1 - share) else 0.0

    return rule


def evotor(answer: Limited) -> float:
    """A number of requests; `X-RateLimit-Reset` says in how many seconds it is full again."""
    left, reset = answer.number("x-ratelimit-remaining"), answer.number("x-ratelimit-reset")
    if left is None or reset is None:
        return _backoff(answer, DEFAULT_PAUSE, 60.0)
    return reset if answer.is_refused or left < 1 else 0.0


def openmage(answer: Limited) -> float:
    """The shop's own server, which has no limit; a proxy before it may refuse."""
    return _backoff(answer, 5.0, 300.0) if answer.is_refused else 0.0


def _backoff(
    answer: Limited, first: float, longest: float, accepted: float = DEFAULT_PAUSE
) -> float:
    """The seconds after a refusal, which double; `accepted` after any other answer."""
    if not answer.is_refused:
        return accepted
    return min(first * answer.doubled, longest)


def _seconds(told: str, now: datetime) -> float | None:
    """The seconds that `Retry-After` asks for, as a number or a date; None if it is senseless."""
    if told.strip().isascii() and told.strip().isdigit():
        return float(told)
    try:
        date = parsedate_to_datetime(told)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
