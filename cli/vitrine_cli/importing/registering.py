"""Registering the products of a source, with their SKUs as aliases where that is possible."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from vitrine.domain.errors import AliasTakenError
from vitrine.domain.shops import is_product_name, product_key
from vitrine.services.catalogue import retry_on_conflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitrine.adapters.shops import DynamoShops
    from vitrine.domain.shops import ProductKey
    from vitrine_cli.importing.source import SourceProduct


class Registration:
    """Registers the products of a list. Threads can share it.

    A name belongs to the product whose id it is, else to the first product that has it as an
    alias, whichever is registered first.

    Args:
        shops: registers products.
        shop: id of the shop.
        products: all products of the list.
    """

    def __init__(self, shops: DynamoShops, shop: str, products: Iterable[SourceProduct]) -> None:
        self._register = partial(shops.register_product, shop)
        self._lock = Lock()
        self._refused: set[tuple[str, str]] = set()
        self._owners: dict[str, str] = {}
        ids = set[str]()
        for product in products:
            ids.add(product_key(product.name))
            for alias in product.aliases:
                self._owners.setdefault(product_key(alias), product.name)
        self._owners |= {each: each for each in ids}

    @property
    def refused(self) -> int:
        """How many aliases are no product names, or belong to another product."""
        return len(self._refused)

    def register(self, product: SourceProduct) -> None:
        """Register a product under its id, and under those of its aliases that are possible.

        Raises:
            AliasTakenError: its id is an alias of another product.
        """
        key = product_key(product.name)
        aliases = [each for each in map(product_key, product.aliases) if each != key]
        usable = [each for each in aliases if self._may_have(product, each)]
        while True:
            try:
                retry_on_conflict(partial(self._register, key, *usable))
            except AliasTakenError as error:
                if error.alias not in usable:
                    raise
                usable.remove(product_key(error.alias))
            else:
                break
        with self._lock:
            self._refused |= {(key, each) for each in aliases if each not in usable}

    def _may_have(self, product: SourceProduct, alias: ProductKey) -> bool:
        return is_product_name(alias) and self._owners[alias] == product.name
