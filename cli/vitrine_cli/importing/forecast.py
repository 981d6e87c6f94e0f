"""What an import would do, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Forecast:
    """What an import would do.

    Attributes:
        products: products of the list.
        images: images of the list, with the unreadable ones.
        new: images that it would add.
        present: images that are here.
        rejected: images and lines that it would reject; with `unread` pictures, at least so many.
        unread: images among `new` whose bytes were not read, so that they can be rejected.
        bytes: bytes that were read.
        new_bytes: about how many bytes it would add: those that were read, and for all others the
            mean of these.
        originals: images that a file of `--originals` replaces; None without it.
        seconds: about how long it would take, at least and at most: reading the list, and storing
            the images. On AWS, the upload comes on top, and renditions are made meanwhile.
        is_local: whether the stack is on this machine; `seconds` then includes renditions.
        usd: about what its requests and the renditions cost once, US dollars.
        usd_a_month: about what its originals cost in a month, US dollars.
        reasons: why images would be rejected, counted.
        unlisted_products: products that the source told of and did not list.
        left_out: things of the source that would not be imported, by their name for people.
        notes: what the operator should know about the source.
    """

    products: int = 0
    images: int = 0
    new: int = 0
    present: int = 0
    rejected: int = 0
    unread: int = 0
    bytes: int = 0
    new_bytes: int = 0
    originals: int | None = None
    seconds: tuple[float, float] = (0.0, 0.0)
    is_local: bool = False
    usd: float = 0.0
    usd_a_month: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    unlisted_products: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def reject(self, reason: str) -> None:
        """Count an image or a line that would be rejected."""
        self.rejected += 1
        self.reasons[reason] += 1

    def as_json(self) -> dict[str, Any]:
        """The forecast as one object for programs."""
        return {
            **asdict(self),
            "seconds": [round(each, 3) for each in self.seconds],
            "usd": round(self.usd, 6),
            "usd_a_month": round(self.usd_a_month, 6),
            "reasons": dict(self.reasons),
        }
