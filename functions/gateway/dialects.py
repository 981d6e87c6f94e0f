"""The list of dialects, and which dialect a path belongs to. Each is imported when needed."""

import re
from importlib import import_module

from vitrine.access.accounts import Account
from vitrine.edge.dialect import Dialect, single_slashes

_PATHS = {
    "tiendanube": re.compile(
        r"/(?:v1|2025-03)(?:/.*)?|/(?:v[0-9]+|20[0-9]{2}-[0-9]{2})/[0-9]+/.*", re.DOTALL
    ),
    "bigcommerce": re.compile(r"/(?:api|stores/[^/]+)/(?:v2(?:/.*)?|v[0-9]+/.*)", re.DOTALL),
    "openmage": re.compile(r"/api/rest(?:/.*)?", re.DOTALL),
    "evotor": re.compile(r"/stores(?:/.*)?", re.DOTALL),
    "inventorum": re.compile(r"/api/(?:images|auth/token)(?:/.*)?", re.DOTALL),
    "vitrine": re.compile(r"/vitrine(?:/.*)?", re.DOTALL),
}
_PACKAGES = {"vitrine": "native"}  # the layer's package has that name
NAMES = tuple(sorted(_PATHS))
"""The names of all dialects, as in credentials and the names of functions."""


def package_of(name: str) -> str:
    """The package of a dialect's handlers."""
    return _PACKAGES.get(name, name)


def dialect_of(path: str) -> Dialect | None:
    """The dialect that answers a path; None if the path belongs to no dialect.

    A version that does not exist is answered by the platform whose paths have that form.
    """
    path = single_slashes(path)
    for name, pattern in _PATHS.items():
        if pattern.fullmatch(path):
            dialect: Dialect = import_module(f"{package_of(name)}.wire").dialect
            return dialect
    return None


def account_of(name: str) -> Account:
    """The settings and login of the dialect with this name."""
    account: Account = import_module(f"{package_of(name)}.account").account
    return account
