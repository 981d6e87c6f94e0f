"""Whether a shop has a source's images under other names of their products.

An image is settled under the name of its product. OpenMage's products have two, the id and the SKU:
an import by the other one would add each image a second time. A ledger notes the name; where there
is none, as on another machine, the table's settlements tell it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrine.domain.imports import SOURCE_MARK
from vitrine.domain.shops import product_key
from vitrine_cli.importing.sources.openmage import OpenMage
from vitrine_cli.ui.failure import UsageError

if TYPE_CHECKING:
    from vitrine_cli.importing.ledger import Ledger
    from vitrine_cli.importing.source import Source
    from vitrine_cli.importing.storing import Shelf


def require_settled_names(source: Source, ledger: Ledger, shelf: Shelf) -> None:
    """Refuse to import images that the shop has under the other names of their products.

    Args:
        source: the source. Only OpenMage's products have two names.
        ledger: holds its list. If it has images of earlier runs, it has noted their names.
        shelf: the shop.

    Raises:
        UsageError: the shop has such an image.
    """
    if not isinstance(source, OpenMage) or ledger.has_images:
        return
    others = {
        f"{source.prefix}/{product_key(alias)}/{entry.listed.id}"
        for product in ledger.products()
        for entry in ledger.entries(product.name)
        for alias in product.aliases
        if product_key(alias) != product_key(product.name)  # a SKU may equal its product's id
    }
    shop = shelf.catalogue.shop.id
    for settled in shelf.catalogue.stores.imports.imports(shop, source.prefix):
        if settled.arrival.path in others and shelf.holds(settled):
            key, other = ("sku", "id") if source.by_sku else ("id", "sku")
            raise UsageError(
                f"Shop '{shop}' has images from {source.prefix.removeprefix(SOURCE_MARK)} that "
                f"were imported with --product-key {other}; with {key}, each would be imported "
                f"again. Give --product-key {other}, or delete these images first."
            )
