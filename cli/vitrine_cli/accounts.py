"""Shops and credentials, made for an operator."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.dialects import NAMES, account_of
from vitrine.access.accounts import Setting
from vitrine.access.issuing import issue_consumer
from vitrine.clock import now
from vitrine.domain.credentials import CLIENT, Credential, client_secret, digest_of
from vitrine.domain.errors import CredentialUnknownError, ShopExistsError
from vitrine.domain.shops import ProductMode, Shop, is_shop_id
from vitrine.services.tokens import issue_tokens, make_secret
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
    _check(shop, settings)
    created = Shop(shop, products, {**_made(shop, NAMES), **settings})
    _open_account(records, created)
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
    _check(shop, settings)
    present = find_shop(records, shop)
    changed = replace(
        present,
        products=products or present.products,
        settings={**present.settings, **settings},
    )
    _open_account(records, changed)
    records.shops.change_shop(changed)
    return changed


def _open_account(records: Records, shop: Shop) -> None:
    """Let the shop be found by its account, which is all that URLs of its library tell.

    This comes before the setting is stored, and stays when it changes: URLs outlive it.
    """
    if account := shop.settings.get("inventorum.account"):
        records.shops.open_account(account, shop.id)


def _known(dialects: Iterable[str]) -> dict[str, Setting]:
    return {
        name: setting
        for dialect in dialects
        for name, setting in account_of(dialect).settings.items()
    }


def _made(shop: str, dialects: Iterable[str]) -> dict[str, str]:
    return {name: setting.make(shop) for name, setting in _known(dialects).items()}


def _check(shop: str, settings: Mapping[str, str]) -> None:
    known = _known(NAMES)
    if unknown := settings.keys() - known.keys():
        names = ", ".join(sorted(known))
        raise FailureError(f"No dialect knows the setting '{min(unknown)}'; known: {names}.")
    for name, value in settings.items():
        if not known[name].pattern.fullmatch(value):
            example = known[name].make(shop)
            raise FailureError(
                f"'{value}' cannot be {name}; one that could: {example or '(empty)'}."
            )


def create_credential(
    records: Records,
    shop: str,
    dialect: str,
    scopes: tuple[str, ...],
    label: str,
    *,
    refreshable: bool = False,
    role: str = "admin",
    bearer: bool = False,
) -> tuple[Credential, Mapping[str, str]]:
    """Issue a credential.

    A shop that was opened before its dialect was there gets the settings it lacks.

    Args:
        records: where.
        shop: the shop it opens.
        dialect: the dialect it speaks.
        scopes: what it covers; everything when none is named.
        label: what the operator calls it.
        refreshable: whether its client is to get tokens that end, for as long as the credential is
            not revoked; the first one does not end by itself.
        role: what its holder is on the platform.
        bearer: whether its client sends a token although the dialect's clients sign.

    Returns:
        The credential, and what its client is given. Secrets are in the latter and nowhere else.

    Raises:
        FailureError: there is no such shop, dialect or scope, or the dialect refreshes no tokens.
    """
    if dialect not in NAMES:
        raise FailureError(f"There is no dialect '{dialect}'; there are: {', '.join(NAMES)}.")
    account = account_of(dialect)
    if unknown := set(scopes) - set(account.scopes):
        known = ", ".join(account.scopes)
        raise FailureError(f"{dialect} has no scope '{min(unknown)}'; it has: {known}.")
    if refreshable and not account.refreshable:
        raise FailureError(f"{dialect} refreshes no tokens: its tokens do not expire.")
    if role != "admin" and role not in account.readers:
        known = ", ".join(["admin", *account.readers])
        raise FailureError(f"{dialect} has no role '{role}'; it has: {known}.")
    if too_much := set(scopes) - set(account.readers.get(role, account.scopes)):
        raise FailureError(f"A {role} of {dialect} cannot have the scope '{min(too_much)}'.")
    allowed = frozenset(scopes or account.readers.get(role, account.scopes))
    owner = find_shop(records, shop)
    complete = replace(owner, settings={**_made(shop, [dialect]), **owner.settings})
    if complete.settings.keys() != owner.settings.keys():
        _open_account(records, complete)
        records.shops.change_shop(complete)
    if account.keys and not bearer:
        consumer, keys = issue_consumer(
            records.oauth_consumers,
            records.oauth_secrets,
            shop=owner.id,
            dialect=dialect,
            role=role,
            scopes=allowed,
            label=label,
            now=now(),
        )
        return consumer.credential, account.keys(keys)
    identity, secret = make_secret(), make_secret()
    credential = Credential(
        digest=digest_of(client_secret(identity, secret) if refreshable else secret),
        shop=shop,
        dialect=dialect,
        role=CLIENT if refreshable else role,
        scopes=allowed,
        label=label,
        created_at=now(),
    )
    records.shops.create_credential(credential)
    if not refreshable:
        return credential, account.login(complete, secret)
    tokens = issue_tokens(records.shops, credential, now(), lifetime=None)
    client = {"client_id": identity, "client_secret": secret, "refresh_token": tokens.refresh}
    return credential, {**account.login(complete, tokens.access), **client}


def open_host(records: Records, shop: str, host: str) -> None:
    """Let guests of a host name into a shop; `*` stands for all hosts that are nobody's.

    Raises:
        FailureError: there is no such shop, or this is no host name.
    """
    if host != "*" and not re.fullmatch(r"[a-z0-9.-]{1,253}", host):
        raise FailureError(f"'{host}' is no host name: a-z, 0-9, '.' and '-', or '*' for all.")
    records.shops.open_host(host, find_shop(records, shop).id)


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
