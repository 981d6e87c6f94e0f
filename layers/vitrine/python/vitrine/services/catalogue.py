"""The catalogue of one shop, as the services see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from vitrine.clock import now
from vitrine.domain.errors import ConflictError, ProductNotFoundError, VitrineError
from vitrine.domain.shops import ProductKey, ProductMode, Shop, product_key
from vitrine.ports import Blobs, Galleries, Imports, Library, Remote, Shops

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to go on while other writers win.

    Attributes:
        attempts: how often to try again.
        longest_wait: seconds between two attempts, at most.
    """

    attempts: int
    longest_wait: float


CLIENT_RETRY = RetryPolicy(16, 0.5)
"""Four seconds or so: a client waits."""
BULK_RETRY = RetryPolicy(24, 4.0)
"""Half a minute: hundreds of files may have been dropped into one product's folder at once."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One shop's images, and what it takes to read and change them.

    Attributes:
        shop: the tenant; nothing outside of it can be named through this catalogue.
        shops: where registered products are looked up.
        galleries: records of images and their order.
        library: records of images that belong to no product.
        blobs: originals and public pictures.
        imports: what became of files in the import folder.
        remote: reads pictures from elsewhere.
        clock: tells the present moment, UTC.
        retry: for how long its changes are tried while other writers win.
    """

    shop: Shop
    shops: Shops
    galleries: Galleries
    library: Library
    blobs: Blobs
    imports: Imports
    remote: Remote
    clock: Callable[[], datetime] = now
    retry: RetryPolicy = CLIENT_RETRY

    def product(self, name: str) -> ProductKey:
        """The key of the product that a dialect calls `name`.

        Raises:
            ProductNotFoundError: the shop registers its products, and not this one.
        """
        key = product_key(name)
        if self.shop.products is ProductMode.OPEN:
            return key
        registered = self.shops.registered_product(self.shop.id, key)
        if registered is None:
            raise ProductNotFoundError(name)
        return ProductKey(registered)


RECORD_RETRY = RetryPolicy(6, 0.5)
"""A second or so: the storage event of new bytes may overtake the commit of their record."""


def retry_on_conflict(
    change: Callable[[], _Result],
    retry: RetryPolicy = CLIENT_RETRY,
    again_after: type[VitrineError] = ConflictError,
) -> _Result:
    """The result of `change`, which reads, computes and commits, run again while others win.

    Raises:
        VitrineError: of type `again_after`; others won the first time and every other time.
    """
    try:
        return change()
    except again_after:
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
        from tenacity.wait import wait_random_exponential  # 20 ms, only when two writers meet

        again = Retrying(
            retry=retry_if_exception_type(again_after),
            stop=stop_after_attempt(retry.attempts),
            wait=wait_random_exponential(multiplier=0.02, max=retry.longest_wait),
            reraise=True,
        )
        return again(change)
