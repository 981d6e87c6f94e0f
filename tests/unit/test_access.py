"""Who calls, and for how long that is remembered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import World

from vitrine.access.callers import REMEMBERED_SECONDS, Access
from vitrine.domain.credentials import Credential
from vitrine.domain.errors import NotAuthenticatedError


class Clock:
    """Seconds, set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def access(world: World) -> Access:
    world.open_shop("s1")
    world.issue("secret", "s1", "evotor", "read")
    return Access(world.shops, Clock())


def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Digests that are looked up from now on."""
    asked: list[str] = []
    look_up: Callable[[str], Credential | None] = world.shops.credential

    def credential(digest: str) -> Credential | None:
        asked.append(digest)
        return look_up(digest)

    monkeypatch.setattr(world.shops, "credential", credential)
    return asked


def test_a_caller_has_its_credentials_shop_role_and_scopes(access: Access) -> None:
    caller = access.bearer("secret", "evotor")

    assert (caller.shop.id, caller.role, caller.scopes) == ("s1", "admin", frozenset({"read"}))


@pytest.mark.parametrize(
    ("secret", "dialect"),
    [(None, "evotor"), ("", "evotor"), ("other", "evotor"), ("secret", "tiendanube")],
)
def test_other_callers_are_unknown(access: Access, secret: str | None, dialect: str) -> None:
    access.bearer("secret", "evotor")

    with pytest.raises(NotAuthenticatedError):
        access.bearer(secret, dialect)


def test_a_caller_is_looked_up_once_a_minute(
    world: World, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(world, monkeypatch)
    assert isinstance(access.clock, Clock)

    for access.clock.seconds in (0, 1, REMEMBERED_SECONDS - 1):
        access.bearer("secret", "evotor")
    assert len(asked) == 1

    access.clock.seconds = REMEMBERED_SECONDS
    access.bearer("secret", "evotor")
    assert len(asked) == 2


def test_a_revoked_credential_works_for_a_minute_at_most(world: World, access: Access) -> None:
    assert isinstance(access.clock, Clock)
    access.bearer("secret", "evotor")
    (credential,) = world.shops.credentials("s1")
    world.shops.revoke_credential("s1", credential.id, datetime(2024, 1, 1, tzinfo=UTC))

    access.clock.seconds = REMEMBERED_SECONDS
    with pytest.raises(NotAuthenticatedError):
        access.bearer("secret", "evotor")


def test_refusals_are_not_remembered(world: World, access: Access) -> None:
    with pytest.raises(NotAuthenticatedError):
        access.bearer("new", "evotor")

    world.issue("new", "s1", "evotor")

    assert access.bearer("new", "evotor").shop.id == "s1"


def test_a_credential_of_a_shop_that_is_gone_opens_nothing(world: World, access: Access) -> None:
    world.shops.profiles.clear()

    with pytest.raises(NotAuthenticatedError):
        access.bearer("secret", "evotor")


END = datetime(2024, 1, 5, 10, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_credential_expires_on_time_in_functions_that_know_it(
    world: World, *, frozen: bool
) -> None:
    """The clock of a function that was frozen may not have moved."""
    moment = END - timedelta(milliseconds=1)
    access = Access(world.shops, Clock(), now=lambda: moment)
    world.open_shop("s1")
    issued = world.issue("secret", "s1", "evotor", "read")
    world.shops.by_digest[issued.digest] = replace(issued, expires_at=END)
    assert access.bearer("secret", "evotor").shop.id == "s1"

    moment = END
    assert isinstance(access.clock, Clock)
    access.clock.seconds = 0 if frozen else 0.001
    for _ in range(2):
        with pytest.raises(NotAuthenticatedError):
            access.bearer("secret", "evotor")


@pytest.mark.parametrize("end", ["revoked", "expired", "gone"])
def test_a_token_works_as_long_as_its_client(world: World, access: Access, end: str) -> None:
    client = world.issue("client", "s1", "evotor")
    token = world.issue("token", "s1", "evotor", "read")
    world.shops.by_digest[token.digest] = replace(token, issuer=client.digest)
    assert isinstance(access.clock, Clock)
    assert access.bearer("token", "evotor").credential.issuer == client.digest

    access.clock.seconds = REMEMBERED_SECONDS
    match end:
        case "revoked":
            world.shops.revoke_credential("s1", client.id, END)
        case "expired":
            world.shops.by_digest[client.digest] = replace(client, expires_at=END)
        case _:
            del world.shops.by_digest[client.digest]
    with pytest.raises(NotAuthenticatedError):
        access.bearer("token", "evotor")
    assert access.bearer("secret", "evotor").shop.id == "s1"
