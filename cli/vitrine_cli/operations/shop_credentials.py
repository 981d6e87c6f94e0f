"""Credentials of a shop: issuing, listing and revoking them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from gateway.dialects import NAMES, account_of
from vitrine.access.accounts import Account
from vitrine.access.issuing import issue_consumer
from vitrine.clock import now
from vitrine.domain.credentials import CLIENT, Credential, client_secret, digest_of
from vitrine.domain.errors import CredentialUnknownError
from vitrine.services.tokens import issue_tokens, make_secret
from vitrine_cli.operations.records import StackRecords
from vitrine_cli.operations.seeds import Seed
from vitrine_cli.operations.shop_settings import complete_settings, find_shop
from vitrine_cli.ui.failure import FailureError, UsageError

_FULL_ACCESS = "admin"


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """The credential that an operator asks for.

    Attributes:
        shop: id of the shop that it gives access to.
        dialect: the dialect that its client speaks.
        scopes: what it permits; empty for everything that the role may do.
        label: the operator's name for it.
        role: its holder's role on the platform: `admin`, or a role of the dialect that only reads.
        bearer: whether the client sends a token although clients of the dialect sign requests.
        refreshable: whether the client may exchange refresh tokens for access tokens that expire.
            The first access token does not expire.
        lifetime: how long the token is valid; None for a token that does not expire.
        seed: where the client's values come from; None for random ones.
    """

    shop: str
    dialect: str
    scopes: tuple[str, ...] = ()
    label: str = ""
    role: str = _FULL_ACCESS
    bearer: bool = False
    refreshable: bool = False
    lifetime: timedelta | None = None
    seed: Seed | None = None


def create_credential(
    records: StackRecords, request: CredentialRequest
) -> tuple[Credential, Mapping[str, str]]:
    """Issue a credential.

    A shop that was created before the dialect existed gets the dialect's settings first.

    Returns:
        The credential, and the values that its client sends, by name. Only these values contain
        secrets; the stack stores hashes of tokens, and OAuth secrets in Parameter Store.

    Raises:
        UsageError: the dialect, role or scope does not exist, or they do not go together.
        FailureError: there is no such shop.
    """
    account = _checked_account(request)
    owner = find_shop(records, request.shop)
    shop = complete_settings(records, owner, request.dialect)
    if account.keys and not request.bearer:
        consumer, keys = issue_consumer(
            records.oauth_consumers,
            records.oauth_secrets,
            shop=shop.id,
            dialect=request.dialect,
            role=request.role,
            scopes=_allowed_scopes(request, account),
            label=request.label,
            now=now(),
            keys=request.seed.keys(request.dialect) if request.seed else None,
        )
        return consumer.credential, account.keys(keys)
    identity, moment = make_secret(), now()
    secret = request.seed.token(request.dialect) if request.seed else make_secret()
    credential = Credential(
        digest=digest_of(client_secret(identity, secret) if request.refreshable else secret),
        shop=shop.id,
        dialect=request.dialect,
        role=CLIENT if request.refreshable else request.role,
        scopes=_allowed_scopes(request, account),
        label=request.label,
        created_at=moment,
        expires_at=None if request.lifetime is None else moment + request.lifetime,
    )
    records.shops.create_credential(credential)
    if not request.refreshable:
        return credential, account.login(shop, secret)
    tokens = issue_tokens(records.shops, credential, now(), lifetime=None)
    client = {"client_id": identity, "client_secret": secret, "refresh_token": tokens.refresh}
    return credential, {**account.login(shop, tokens.access), **client}


def _checked_account(request: CredentialRequest) -> Account:
    """The account of the requested dialect, if it permits what is requested."""
    dialect, scopes, role = request.dialect, set(request.scopes), request.role
    if dialect not in NAMES:
        raise UsageError(f"There is no dialect '{dialect}'; there are: {', '.join(NAMES)}.")
    account = account_of(dialect)
    if unknown := scopes - set(account.scopes):
        known = ", ".join(account.scopes)
        raise UsageError(f"{dialect} has no scope '{min(unknown)}'; it has: {known}.")
    if request.refreshable and not account.refreshable:
        raise UsageError(f"{dialect} has no refresh tokens: its tokens do not expire.")
    if request.lifetime and (request.refreshable or (account.keys and not request.bearer)):
        raise UsageError("Only a token can expire: not a client's keys, and not its secret.")
    if role != _FULL_ACCESS and role not in account.readers:
        known = ", ".join([_FULL_ACCESS, *account.readers])
        raise UsageError(f"{dialect} has no role '{role}'; it has: {known}.")
    if excessive := scopes - set(account.readers.get(role, account.scopes)):
        raise UsageError(f"The role '{role}' of {dialect} excludes scope '{min(excessive)}'.")
    return account


def _allowed_scopes(request: CredentialRequest, account: Account) -> frozenset[str]:
    return frozenset(request.scopes or account.readers.get(request.role, account.scopes))


def list_credentials(records: StackRecords, shop: str) -> list[Credential]:
    """All credentials of a shop, oldest first, revoked ones included.

    Raises:
        FailureError: there is no such shop.
    """
    return records.shops.credentials(find_shop(records, shop).id)


def revoke_credential(records: StackRecords, shop: str, credential: str) -> None:
    """Revoke a credential.

    Raises:
        FailureError: there is no such shop, or it has no such credential.
    """
    try:
        records.shops.revoke_credential(find_shop(records, shop).id, credential, now())
    except CredentialUnknownError:
        raise FailureError(f"Shop '{shop}' has no credential '{credential}'.") from None
