"""Images that are still in a shop although their source does not list them any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from vitrine.domain.errors import ProductNotFoundError
from vitrine_cli.importing.reports import REJECTED, images_of
from vitrine_cli.importing.sources.csv_file import CsvFile

if TYPE_CHECKING:
    from vitrine.services.catalogue import Catalogue
    from vitrine_cli.importing.ledger import Entry, Ledger
    from vitrine_cli.importing.source import Source


def removed_at_source(
    source: Source, ledger: Ledger, catalogue: Catalogue, wants: Callable[[str], bool]
) -> int:
    """How many images an earlier list of the same source had, the present one lacks, and are here.

    An import never removes them. A list that is not complete tells nothing, nor does
    `rejected.csv`, which lists what is not here.

    Args:
        source: the source.
        ledger: holds its list.
        catalogue: the shop's.
        wants: whether a product, given by its name, was to be imported.
    """
    is_report = isinstance(source, CsvFile) and source.file.name == REJECTED
    if is_report or ledger.unlisted_products or not ledger.is_listed:
        return 0
    products: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in ledger.unlisted_entries():
        if wants(entry.product):
            products[entry.product].append(entry)
    return sum(_here(catalogue, name, entries) for name, entries in products.items())


def _here(catalogue: Catalogue, product: str, entries: list[Entry]) -> int:
    """How many images of a product the shop still has."""
    try:
        _, images = images_of(catalogue, product, entries)
    except ProductNotFoundError:
        return 0
    return sum(each.image in images for each in entries)
