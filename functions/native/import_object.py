"""The import object of Vitrine's own API: what became of a file (contract: vitrine §4.4)."""

from typing import TypedDict

from native.wire import ReasonBody, time
from vitrine.domain.imports import Import


class ImportBody(TypedDict):
    """What became of one file."""

    path: str
    product: str
    source: str
    state: str
    reason: ReasonBody | None
    image: int | None
    settled_at: str


class ImportsBody(TypedDict):
    """A page of outcomes, and the path of the next one."""

    items: list[ImportBody]
    next: str | None


def present(outcome: Import) -> ImportBody:
    """The outcome of one file."""
    rejected = outcome.image is None
    code = outcome.code.value if outcome.code else None
    return {
        "path": outcome.arrival.path,
        "product": outcome.arrival.product,
        "source": "upload" if outcome.arrival.slot else "drop",
        "state": "rejected" if rejected else "imported",
        "reason": {"code": code, "detail": outcome.reason} if rejected else None,
        "image": outcome.image,
        "settled_at": time(outcome.settled_at),
    }
