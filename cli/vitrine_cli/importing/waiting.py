"""Waiting until the renditions of imported images are stored: `vitrine import --wait`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vitrine.domain.images import RenditionState
from vitrine_cli.importing.reports import images_of

if TYPE_CHECKING:
    from vitrine.services.catalogue import Catalogue
    from vitrine_cli.importing.ledger import Ledger

INTERVAL = 5.0
"""Seconds between two looks."""
_PATIENCE = 180
"""Looks without progress after which waiting ends: a quarter of an hour."""


def wait_for_renditions(
    ledger: Ledger,
    catalogue: Catalogue,
    wait: Callable[[float], bool],
    told: Callable[[int], None],
) -> int:
    """Wait until the records of all imported images say `complete`.

    Args:
        ledger: the import.
        catalogue: the shop's.
        wait: waits for a number of seconds; False if waiting is to end.
        told: called at each look with the number of images that are pending.

    Returns:
        How many are pending at the end: more than 0 if waiting was ended, or nothing has happened
        for a quarter of an hour.
    """
    products = {each.name for each in ledger.products()}
    before, looks = -1, 0
    while True:
        pending = {name: _pending(ledger, catalogue, name) for name in products}
        products = {name for name, count in pending.items() if count}
        left = sum(pending.values())
        told(left)
        looks = looks + 1 if left == before else 0
        before = left
        if not left or looks >= _PATIENCE or not wait(INTERVAL):
            return left


def _pending(ledger: Ledger, catalogue: Catalogue, product: str) -> int:
    entries = [each for each in ledger.entries(product) if each.image is not None]
    if not entries:
        return 0
    images = images_of(catalogue, product, entries)[1]
    wanted = {each.image for each in entries}
    return sum(
        image.renditions is not RenditionState.COMPLETE
        for number, image in images.items()
        if number in wanted
    )
