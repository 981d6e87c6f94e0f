"""Links that open the gallery page of one or several shops, signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from native.wire import NAME, READ, TAKE_DOWN, WRITE
from vitrine_cli.operations import records, shop_credentials
from vitrine_cli.operations.shop_credentials import CredentialRequest
from vitrine_cli.operations.shop_settings import find_shop
from vitrine_cli.ui.failure import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from vitrine_cli.operations.deployed_stack import DeployedStack

LABEL = "gallery"
MOST_SHOPS = 20


@dataclass(frozen=True, slots=True)
class GalleryLink:
    """A link that opens the gallery page signed in.

    Attributes:
        url: the page's URL; the tokens are in its fragment, which browsers send to no server.
        shops: the shops that it opens, in the order of its tokens.
        expires_at: when its tokens expire, UTC.
        credentials: ids of its tokens' credentials, by shop; revoking one ends that shop's access.
    """

    url: str
    shops: tuple[str, ...]
    expires_at: datetime
    credentials: dict[str, str]


def scopes(*, read_only: bool, take_down: bool) -> tuple[str, ...]:
    """The scopes of a link's tokens.

    Raises:
        UsageError: the options contradict each other.
    """
    if read_only and take_down:
        raise UsageError("--read-only excludes --take-down, which deletes pictures.")
    if read_only:
        return (READ,)
    return (READ, WRITE, TAKE_DOWN) if take_down else (READ, WRITE)


def create_link(
    stack: DeployedStack, shops: Sequence[str], lifetime: timedelta, permitted: tuple[str, ...]
) -> GalleryLink:
    """Issue a token for each shop, and put them into one link.

    Args:
        stack: the stack.
        shops: ids of the shops; a repeated one counts once.
        lifetime: how long the tokens are valid.
        permitted: the tokens' scopes.

    Raises:
        UsageError: there are more than 20 shops.
        FailureError: one does not exist. No token is issued then.
    """
    named = tuple(dict.fromkeys(shops))
    if len(named) > MOST_SHOPS:
        raise UsageError(f"A link opens at most {MOST_SHOPS} shops; {len(named)} were named.")
    stored = records.deployed(stack)
    for shop in named:
        find_shop(stored, shop)
    issued = [
        shop_credentials.create_credential(
            stored,
            CredentialRequest(shop, NAME, scopes=permitted, label=LABEL, lifetime=lifetime),
        )
        for shop in named
    ]
    tokens = ",".join(login["token"] for _, login in issued)
    expiries = [credential.expires_at for credential, _ in issued if credential.expires_at]
    return GalleryLink(
        url=f"{stack.gallery_url}#t={tokens}",
        shops=named,
        expires_at=min(expiries),
        credentials={credential.shop: credential.id for credential, _ in issued},
    )
