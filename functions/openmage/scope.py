"""Which store view a request is about, and what a shop calls its roles (contract: openmage §1)."""

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
    """The shop has no such store view."""


def is_admin(call: Call) -> bool:
    """Whether the caller may write, and sees what is excluded."""
    return call.caller.role == ADMIN


def read_view(call: Call) -> str | None:
    """Id of the store view that a request reads; None for the shop as a whole, which is admins'.

    Raises:
        StoreUnknownError: there is none of this id or code.
    """
    view = write_view(call)
    return view if view or is_admin(call) else next(iter(_views(call.caller.shop)))


def write_view(call: Call) -> str | None:
    """Id of the store view that a request names; None for the shop as a whole.

    Raises:
        StoreUnknownError: there is none of this id or code.
    """
    named = call.request.parameters.get("store")
    if named is None or named in _GLOBAL:
        return None
    for view, code in _views(call.caller.shop).items():
        if named in (view, code):
            return view
    raise StoreUnknownError(named)


def types(call: Call) -> tuple[str, ...]:
    """The names of roles in this shop, in the order they are listed."""
    extra = call.caller.shop.settings.get("openmage.media_attributes", "")
    return (*TYPES, *(name for name in extra.split(",") if name and name not in TYPES))


def _views(shop: Shop) -> dict[str, str]:
    """Codes of store views by id, the default one first."""
    setting = shop.settings.get("openmage.store_views", "1:default")
    pairs = (each.partition(":") for each in setting.split(","))
    return {view: code for view, _, code in pairs}
