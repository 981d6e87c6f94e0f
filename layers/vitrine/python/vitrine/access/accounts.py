"""Per dialect: the settings that a shop needs, and the credentials that its clients receive."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field

from vitrine.domain.credentials import Keys
from vitrine.domain.shops import Shop
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a shop for one dialect, such as the shop's id on the platform.

    Attributes:
        pattern: the pattern of valid values.
        make: derives a default value from the shop's id.
    """

    pattern: re.Pattern[str]
    make: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Account:
    """A dialect's description of scopes, settings and credentials, for operators' commands.

    Attributes:
        scopes: all scopes of the dialect.
        settings: the settings that a shop needs, by name.
        login: the login data of a client, by wire names, from its shop and its new secret.
        refreshable: whether clients can receive access tokens that expire, with refresh tokens.
        keys: the login data of a client that signs requests, from its new keys; None if the
            dialect's clients do not sign.
        readers: the scopes of read-only roles, by role (least privilege).
    """

    scopes: tuple[str, ...]
    settings: Mapping[str, Setting]
    login: Callable[[Shop, str], Mapping[str, str]]
    refreshable: bool = False
    keys: Callable[[Keys], Mapping[str, str]] | None = None
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
