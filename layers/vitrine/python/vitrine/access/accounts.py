"""What a platform must know of a shop, and what a client needs to get in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vitrine.domain.credentials import Keys
from vitrine.domain.shops import Shop


@dataclass(frozen=True, slots=True)
class Setting:
    """Something a platform knows of a shop.

    Attributes:
        pattern: what every value of it matches.
        make: a value for a shop that brings none, from the shop's id.
    """

    pattern: re.Pattern[str]
    make: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Account:
    """A dialect's side of opening a shop to a client.

    Attributes:
        scopes: everything a credential of this dialect can cover.
        settings: what it must know of a shop, such as its id on the platform, by name.
        login: what a client is given, from its shop and its new secret, by wire names.
        refreshable: whether its clients can have tokens that end and are refreshed.
        keys: what a client that signs is given, from its new keys; None where clients do not sign.
        readers: roles that may only read, and the scopes they have, by name.
    """

    scopes: tuple[str, ...]
    settings: Mapping[str, Setting]
    login: Callable[[Shop, str], Mapping[str, str]]
    refreshable: bool = False
    keys: Callable[[Keys], Mapping[str, str]] | None = None
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
