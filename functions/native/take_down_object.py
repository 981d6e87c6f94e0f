"""The take-down object of Vitrine's own API (contract: vitrine §7.1)."""

from typing import TypedDict

from native.wire import time
from vitrine.domain.take_downs import TakeDown


class TakeDownBody(TypedDict):
    """A take-down."""

    id: str
    state: str
    product: str | None
    image: int | None
    url: str | None
    paths: int
    browser_copies: str
    created_at: str
    done_at: str | None


def present(take_down: TakeDown) -> TakeDownBody:
    """The take-down object of a take-down."""
    return {
        "id": take_down.id,
        "state": take_down.state.value,
        "product": take_down.product or None,
        "image": None if take_down.url else take_down.image,
        "url": take_down.url or None,
        "paths": len(take_down.places.paths),
        "browser_copies": "may remain",
        "created_at": time(take_down.created_at),
        "done_at": time(take_down.done_at) if take_down.done_at else None,
    }
