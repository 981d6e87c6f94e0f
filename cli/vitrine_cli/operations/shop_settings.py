"""Shops: creating them, changing their settings, and assigning host names to them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.dialects import NAMES, account_of
from vitrine.access.accounts import Setting
from vitrine.domain.errors import ShopExistsError
from vitrine.domain.shops import CDN_INVALIDATE, ProductMode, Shop, is_shop_id
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.ui.failure import FailureError, UsageError

GENERAL = {CDN_INVALIDATE: Setting(re.compile("yes|no"), lambda _: "no")}
"""Settings that belong to no dialect. A shop needs none: without one, its default applies."""


def create_shop(
    records: StackRecords,
    shop: str,
    settings: Mapping[str, str],
    products: ProductMode = ProductMode.OPEN,
) -> Shop:
    """Create a shop. Settings that are not given get their default values.

    Raises:
        UsageError: the id is invalid, or a setting is unknown or invalid.
        FailureError: the id is taken.
    """
    if not is_shop_id(shop):
        raise UsageError(
            f"'{shop}' cannot name a shop: up to 32 of a-z, 0-9 and '-', not '-' first."
        )
    _check(shop, settings)
    if gone := _why_never_again(records, shop):
        raise FailureError(gone)
    created = Shop(shop, products, {**_defaults(shop, NAMES), **settings})
    _register_account(records, created)
    try:
        records.shops.create_shop(created)
    except ShopExistsError:
        raise FailureError(f"Shop '{shop}' exists already.") from None
    return created


def change_shop(
    records: StackRecords,
    shop: str,
    settings: Mapping[str, str],
    products: ProductMode | None = None,
) -> Shop:
    """Change settings of a shop, its product mode, or both. All others keep their values.

    Raises:
        UsageError: a setting is unknown or invalid.
        FailureError: there is no such shop.
    """
    _check(shop, settings)
    present = find_shop(records, shop)
    changed = replace(
        present,
        products=products or present.products,
        settings={**present.settings, **settings},
    )
    _register_account(records, changed)
    records.shops.change_shop(changed)
    return changed


def store_views(shop: Shop) -> dict[str, str]:
    """Codes of a shop's store views (OpenMage), by id."""
    setting = shop.settings.get("openmage.store_views", "1:default")
    pairs = (each.partition(":") for each in setting.split(","))
    return {view: code for view, _, code in pairs}


def default(shop: Shop, name: str) -> str:
    """The value that a setting has in a shop that is created without it."""
    return _known(NAMES)[name].make(shop.id)


def is_valid(name: str, value: str) -> bool:
    """Whether a setting can have a value."""
    return _known(NAMES)[name].pattern.fullmatch(value) is not None


def complete_settings(records: StackRecords, shop: Shop, dialect: str) -> Shop:
    """Add a dialect's settings to a shop that was created before the dialect existed.

    Returns:
        The shop with all settings of the dialect.
    """
    complete = replace(shop, settings={**_defaults(shop.id, [dialect]), **shop.settings})
    if complete.settings.keys() != shop.settings.keys():
        _register_account(records, complete)
        records.shops.change_shop(complete)
    return complete


def open_host(records: StackRecords, shop: str, host: str) -> None:
    """Assign a host name to a shop: guests of that host read the shop's images.

    Args:
        records: records of the stack.
        shop: the shop's id.
        host: a host name; `*` for every host that is assigned to no shop.

    Raises:
        UsageError: the host name is invalid.
        FailureError: there is no such shop.
    """
    if host != "*" and not re.fullmatch(r"[a-z0-9.-]{1,253}", host):
        raise UsageError(f"'{host}' is not a host name: a-z, 0-9, '.' and '-', or '*' for all.")
    records.shops.open_host(host, find_shop(records, shop).id)


def find_shop(records: StackRecords, shop: str) -> Shop:
    """The shop of this id.

    Raises:
        FailureError: there is no such shop.
    """
    found = records.shops.shop(shop)
    if found is None:
        raise FailureError(why_absent(records, shop))
    return found


def why_absent(records: StackRecords, shop: str) -> str:
    """Why there is no shop of this id that a command could work on, in one sentence."""
    if deleted := records.shops.deleted_at(shop):
        return f"Shop '{shop}' was deleted on {deleted:%Y-%m-%d}."
    if records.shops.is_closing(shop):
        return f"Shop '{shop}' is being deleted: 'vitrine shop delete {shop}' completes that."
    return f"There is no shop '{shop}'; 'vitrine shop list' names those that exist."


def _why_never_again(records: StackRecords, shop: str) -> str:
    """Why the id of a deleted shop cannot be used, in one sentence; empty for other ids."""
    if deleted := records.shops.deleted_at(shop):
        return (
            f"Shop '{shop}' was deleted on {deleted:%Y-%m-%d}. Its id is not given again, because "
            "caches may keep its pictures."
        )
    if records.shops.is_closing(shop):
        return f"Shop '{shop}' is being deleted; its id is not given again."
    return ""


def _register_account(records: StackRecords, shop: Shop) -> None:
    """Make the shop findable by its Inventorum account, the only shop id in library URLs.

    It is registered before the setting is stored, and stays when the setting changes, because
    published URLs contain it.
    """
    if account := shop.settings.get("inventorum.account"):
        records.shops.open_account(account, shop.id)


def _known(dialects: Iterable[str]) -> dict[str, Setting]:
    return {
        name: setting
        for dialect in dialects
        for name, setting in account_of(dialect).settings.items()
    }


def _defaults(shop: str, dialects: Iterable[str]) -> dict[str, str]:
    return {name: setting.make(shop) for name, setting in _known(dialects).items()}


def _check(shop: str, settings: Mapping[str, str]) -> None:
    known = {**GENERAL, **_known(NAMES)}
    if unknown := settings.keys() - known.keys():
        names = ", ".join(sorted(known))
        raise UsageError(f"There is no setting '{min(unknown)}'; there are: {names}.")
    for name, value in settings.items():
        if not known[name].pattern.fullmatch(value):
            example = known[name].make(shop) or "(empty)"
            raise UsageError(f"'{value}' is not a valid {name}; an example: {example}.")
