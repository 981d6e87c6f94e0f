"""The catalogue of one shop, as services see it, and retries of conflicting changes."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from vitrine.clock import now
from vitrine.domain.errors import ConflictError, ProductNotFoundError, VitrineError
from vitrine.domain.idempotency import Claim
from vitrine.domain.shops import ProductKey, ProductMode, Shop, product_key
from vitrine.ports import Remote, Stores
from vitrine.records import dataclass

_Result = TypeVar("_Result")
_TIME_TO_ANSWER = 3.0  # seconds kept for one more attempt and the answer


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a change is retried while other writers win (exponential backoff with jitter).

    Attributes:
        attempts: number of retries; None for as many as the time allows.
        longest_wait: the longest wait between two attempts, seconds.
        remaining: returns the time that is left for the whole request, seconds.
    """

    attempts: int | None
    longest_wait: float
    remaining: Callable[[], float] = lambda: math.inf

    def is_over(self, attempts: int) -> bool:
        """Whether to give up after this number of retries."""
        if self.attempts is not None and attempts >= self.attempts:
            return True
        return self.remaining() < _TIME_TO_ANSWER + self.longest_wait


CLIENT_RETRY = RetryPolicy(16, 0.5)
"""About four seconds, for a client whose remaining time is unknown."""
BULK_RETRY = RetryPolicy(24, 4.0)
"""For hundreds of files that are uploaded to one product's folder at once; about half a minute if
the remaining time is unknown."""
RECORD_RETRY = RetryPolicy(6, 0.5)
"""About a second, for the storage event of new bytes that comes before the commit of their
record."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One shop's images, and what is needed to read and change them.

    Attributes:
        shop: the tenant. A service that gets a catalogue cannot reach another shop.
        stores: all adapters that read or write stored state.
        remote: downloads by URL.
        clock: returns the present moment, UTC.
        retry: how often changes are retried while other writers win.
        media_hosts: the hosts, and ports other than the default, that serve public pictures.
        claim: the idempotency key that the request holds; None if it holds none.
    """

    shop: Shop
    stores: Stores
    remote: Remote
    clock: Callable[[], datetime] = now
    retry: RetryPolicy = CLIENT_RETRY
    media_hosts: frozenset[str] = frozenset()
    claim: Claim | None = None

    def product(self, name: str) -> ProductKey:
        """The key of the product that a dialect calls `name`.

        Raises:
            ProductNotFoundError: the shop registers its products, and not this one.
        """
        key = product_key(name)
        if self.shop.products is ProductMode.OPEN:
            return key
        registered = self.stores.shops.registered_product(self.shop.id, key)
        if registered is None:
            raise ProductNotFoundError(name)
        return ProductKey(registered)


def retry_on_conflict(
    change: Callable[[], _Result],
    policy: RetryPolicy = CLIENT_RETRY,
    retried: type[VitrineError] = ConflictError,
) -> _Result:
    """The result of `change`, which reads, computes and commits, retried while it conflicts.

    This is the retry of optimistic locking, with exponential backoff and jitter.

    Args:
        change: an operation without effect when it fails.
        policy: how often to retry.
        retried: the error after which to retry.

    Raises:
        VitrineError: of type `retried`, raised by every attempt.
    """
    try:
        return change()
    except retried:
        from tenacity import Retrying, retry_if_exception_type
        from tenacity.wait import wait_random_exponential  # 20 ms, only when two writers meet

        again = Retrying(
            retry=retry_if_exception_type(retried),
            stop=lambda state: policy.is_over(state.attempt_number),
            wait=wait_random_exponential(multiplier=0.02, max=policy.longest_wait),
            reraise=True,
        )
        return again(change)
