"""What a platform must know of a shop, and what a client needs to get in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vitrine.domain.shops import Shop


@dataclass(frozen=True, slots=True)
class Account:
    """A dialect's side of opening a shop to a client.

    Attributes:
        scopes: everything a credential of this dialect can cover.
        settings: makes the dialect's settings of a new shop, such as its ids on the platform.
        login: what a client is given, from its shop and its new secret, by wire names.
    """

    scopes: tuple[str, ...]
    settings: Callable[[], Mapping[str, str]]
    login: Callable[[Shop, str], Mapping[str, str]]
