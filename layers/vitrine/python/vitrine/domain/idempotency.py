"""Idempotency keys: a request that a client sends again is answered again, not executed again."""

from datetime import datetime, timedelta

from vitrine.records import dataclass

LIFETIME = timedelta(hours=24)
"""How long an answer is kept."""
LEASE = timedelta(seconds=30)
"""How long a running request holds its key: longer than any function runs."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that holds an idempotency key.

    Attributes:
        request: the gateway's id of the request.
        fingerprint: SHA-256 of the request's method, path and body.
        until: when the key is free again, UTC.
        answer: the answer in JSON; empty while the request is running.
    """

    request: str
    fingerprint: str
    until: datetime
    answer: str = ""
