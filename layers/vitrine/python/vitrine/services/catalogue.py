"""The catalogue of one shop, as the services see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from vitrine.domain.errors import ConflictError, ProductNotFoundError
from vitrine.domain.shops import ProductKey, ProductMode, Shop, product_key
from vitrine.ports import Blobs, Galleries, Imports, Library, Remote, Shops

_ATTEMPTS = 16
_Result = TypeVar("_Result")


def now() -> datetime:
    """The present moment, UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


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
    """

    shop: Shop
    shops: Shops
    galleries: Galleries
    library: Library
    blobs: Blobs
    imports: Imports
    remote: Remote
    clock: Callable[[], datetime] = now

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


def until_committed(change: Callable[[], _Result]) -> _Result:
    """The result of `change`, which reads, computes and commits, run again while others win.

    Raises:
        ConflictError: others won the first time and sixteen times more.
    """
    try:
        return change()
    except ConflictError:
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
        from tenacity.wait import wait_random_exponential  # 20 ms, only when two writers meet

        again = Retrying(
            retry=retry_if_exception_type(ConflictError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.02, max=0.5),
            reraise=True,
        )
        return again(change)
