"""Which dialects there are, and whose a path is. Each is imported only when it is needed."""

import re
from importlib import import_module

from vitrine.access.accounts import Account
from vitrine.edge.dialect import Dialect

_PATHS = {
    "tiendanube": re.compile(r"/(?:v1|2025-03)(?:/.*)?", re.DOTALL),
    "bigcommerce": re.compile(r"/(?:api|stores/[^/]+)/v2(?:/.*)?", re.DOTALL),
    "openmage": re.compile(r"/api/rest(?:/.*)?", re.DOTALL),
    "evotor": re.compile(r"/stores(?:/.*)?", re.DOTALL),
    "inventorum": re.compile(r"/api/(?:images|auth/token)(?:/.*)?", re.DOTALL),
}
NAMES = tuple(sorted(_PATHS))
"""All dialects, as credentials and packages carry their names."""


def dialect_of(path: str) -> Dialect | None:
    """The dialect in whose shape a path is answered; None for a path that is nobody's."""
    for name, pattern in _PATHS.items():
        if pattern.fullmatch(path):
            dialect: Dialect = import_module(f"{name}.wire").dialect
            return dialect
    return None


def account_of(name: str) -> Account:
    """What the dialect of this name needs to open a shop."""
    account: Account = import_module(f"{name}.account").account
    return account
