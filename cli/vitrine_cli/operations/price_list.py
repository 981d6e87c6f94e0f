"""The price list of operations, which `make bench` measures (tests/benchmarks/test_price_list.py).

Prices are those of us-east-1, for a million of each in US dollars. How long a function runs is
assumed; storage, traffic of the CDN and free allowances are not included.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).parent / "price_list.json"


@dataclass(frozen=True, slots=True)
class PriceList:
    """What operations cost, US dollars.

    Attributes:
        operations: a million of each: `<dialect>.<operation>` of requests, `pipeline.<function>`
            of events, and `unknown_route`.
        body_step: a million times each 512 KB of a body after the first.
        start: a million starts of functions.
        storage: a GB of an original for a month.
    """

    operations: Mapping[str, float]
    body_step: float
    start: float
    storage: float

    def to_json(self) -> str:
        """The list as the text of its file."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def of(self, operation: str) -> float:
        """The price of a million of an operation; 0 for one that is not on the list."""
        return self.operations.get(operation, 0.0)


def price_list() -> PriceList:
    """The measured list."""
    return PriceList(**json.loads(FILE.read_text()))
