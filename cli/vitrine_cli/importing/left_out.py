"""What a source has and an import does not carry, counted for the operator."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vitrine_cli.importing.source import DELETED

if TYPE_CHECKING:
    from vitrine_cli.importing.ledger import Ledger
    from vitrine_cli.importing.source import Source

_WITHOUT_IMAGES = "products without images"


def left_out(source: Source, ledger: Ledger) -> dict[str, int]:
    """How many things of each kind a list has that are not imported, by their name for people.

    Args:
        source: the source, which was listed.
        ledger: holds the list.
    """
    counts = Counter(source.left_out)
    counts[_WITHOUT_IMAGES] += ledger.products_without_images() - counts[DELETED]
    return dict(+counts)
