"""Shops and credentials, made for an operator."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.dialects import NAMES, account_of
from vitrine.access.accounts import Setting
from vitrine.domain.credentials import Credential, digest_of
from vitrine.domain.errors import CredentialUnknownError, ShopExistsError
from vitrine.domain.shops import ProductMode, Shop, is_shop_id
from vitrine.services.catalogue import now
from vitrine_cli.failure import FailureError
from vitrine_cli.tables import Records


def create_shop(
    records: Records,
    shop: str,
    settings: Mapping[str, str],
    products: ProductMode = ProductMode.OPEN,
) -> Shop:
    """Store a new shop; settings that are not given get values of their own.

    Raises:
        FailureError: its id is taken or cannot be one, or a setting is unknown or ill-formed.
    """
    if not is_shop_id(shop):
        raise FailureError(
            f"'{shop}' cannot name a shop: up to 32 of a-z, 0-9 and '-', not '-' first."
        )
    _check(settings)
    created = Shop(shop, products, {**_made(NAMES), **settings})
    try:
        records.shops.create_shop(created)
    except ShopExistsError:
        raise FailureError(f"There is a shop '{shop}' already.") from None
    return created


def change_shop(
    records: Records, shop: str, settings: Mapping[str, str], products: ProductMode | None = None
) -> Shop:
    """Give a shop other settings, or another product mode; what is not named stays.

    Raises:
        FailureError: there is no such shop, or a setting is unknown or ill-formed.
    """
    _check(settings)
    present = find_shop(records, shop)
    changed = replace(
        present,
        products=products or present.products,
        settings={**present.settings, **settings},
    )
    records.shops.change_shop(changed)
    return changed


def _known(dialects: Iterable[str]) -> dict[str, Setting]:
    return {
        name: setting
        for dialect in dialects
        for name, setting in account_of(dialect).settings.items()
    }


def _made(dialects: Iterable[str]) -> dict[str, str]:
    return {name: setting.make() for name, setting in _known(dialects).items()}


def _check(settings: Mapping[str, str]) -> None:
    known = _known(NAMES)
    if unknown := settings.keys() - known.keys():
        names = ", ".join(sorted(known))
        raise FailureError(f"No dialect knows the setting '{min(unknown)}'; known: {names}.")
    for name, value in settings.items():
        if not known[name].pattern.fullmatch(value):
            example = known[name].make()
            raise FailureError(
                f"'{value}' cannot be {name}; one that could: {example or '(empty)'}."
            )


def create_credential(
    records: Records, shop: str, dialect: str, scopes: tuple[str, ...], label: str
) -> tuple[Credential, Mapping[str, str]]:
    """Issue a credential.

    A shop that was opened before its dialect was there gets the settings it lacks.

    Args:
        records: where.
        shop: the shop it opens.
        dialect: the dialect it speaks.
        scopes: what it covers; everything when none is named.
        label: what the operator calls it.

    Returns:
        The credential, and what its client is given. The secret is in the latter and nowhere else.

    Raises:
        FailureError: there is no such shop, dialect or scope.
    """
    if dialect not in NAMES:
        raise FailureError(f"There is no dialect '{dialect}'; there are: {', '.join(NAMES)}.")
    account = account_of(dialect)
    if unknown := set(scopes) - set(account.scopes):
        known = ", ".join(account.scopes)
        raise FailureError(f"{dialect} has no scope '{min(unknown)}'; it has: {known}.")
    secret = secrets.token_urlsafe(32)
    owner = find_shop(records, shop)
    credential = Credential(
        digest=digest_of(secret),
        shop=shop,
        dialect=dialect,
        role="admin",
        scopes=frozenset(scopes or account.scopes),
        label=label,
        created_at=now(),
    )
    complete = replace(owner, settings={**_made([dialect]), **owner.settings})
    if complete.settings.keys() != owner.settings.keys():
        records.shops.change_shop(complete)
    records.shops.create_credential(credential)
    return credential, account.login(complete, secret)


def list_credentials(records: Records, shop: str) -> list[Credential]:
    """A shop's credentials, revoked ones too, oldest first.

    Raises:
        FailureError: there is no such shop.
    """
    return records.shops.credentials(find_shop(records, shop).id)


def revoke_credential(records: Records, shop: str, credential: str) -> None:
    """Let a credential stop working.

    Raises:
        FailureError: there is no such shop, or it has no such credential.
    """
    try:
        records.shops.revoke_credential(find_shop(records, shop).id, credential, now())
    except CredentialUnknownError:
        raise FailureError(f"Shop '{shop}' has no credential '{credential}'.") from None


def find_shop(records: Records, shop: str) -> Shop:
    """The shop of this id.

    Raises:
        FailureError: there is none.
    """
    found = records.shops.shop(shop)
    if found is None:
        raise FailureError(f"There is no shop '{shop}'.")
    return found
