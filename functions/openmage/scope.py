"""The store view that a request applies to, and a shop's image types (contract: openmage §1)."""

import re
from typing import Final

from vitrine.domain.errors import VitrineError
from vitrine.domain.shops import Shop
from vitrine.edge.request import Call

ADMIN: Final = "admin"
TYPES: Final = ("image", "small_image", "thumbnail")
STORE_VIEWS = re.compile(
    r"[1-9]\d{0,8}:[a-z][a-z0-9_]{0,31}(?:,[1-9]\d{0,8}:[a-z][a-z0-9_]{0,31})*"
)
_GLOBAL = frozenset({"0", "admin"})


class StoreUnknownError(VitrineError):
    """The shop does not have this store view."""


def is_admin(call: Call) -> bool:
    """Whether the caller is an admin, who may write and sees excluded images."""
    return call.caller.role == ADMIN


def read_view(call: Call) -> str | None:
    """The id of the store view that a request reads; None for the global scope (admins only).

    Raises:
        StoreUnknownError: the path names an unknown store view.
    """
    view = write_view(call)
    return view if view or is_admin(call) else next(iter(_views(call.caller.shop)))


def write_view(call: Call) -> str | None:
    """The id of the store view in the path; None for the global scope.

    Raises:
        StoreUnknownError: the path names an unknown store view.
    """
    named = call.request.parameters.get("store")
    if named is None or named in _GLOBAL:
        return None
    for view, code in _views(call.caller.shop).items():
        if named in (view, code):
            return view
    raise StoreUnknownError(named)


def types(call: Call) -> tuple[str, ...]:
    """The image types of this shop, in the order of answers."""
    extra = call.caller.shop.settings.get("openmage.media_attributes", "")
    return (*TYPES, *(name for name in extra.split(",") if name and name not in TYPES))


def _views(shop: Shop) -> dict[str, str]:
    """Codes of store views by id; the first is the default."""
    setting = shop.settings.get("openmage.store_views", "1:default")
    pairs = (each.partition(":") for each in setting.split(","))
    return {view: code for view, _, code in pairs}
