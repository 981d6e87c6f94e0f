"""Idempotency keys: of many claims one succeeds, and outcomes stay with their request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.adapters.conftest import CLIENTS, Account
from tests.fakes import FakeIdempotencyKeys

from vitrine.adapters.idempotency_keys import DynamoIdempotencyKeys
from vitrine.adapters.table import Table
from vitrine.domain.errors import ConflictError
from vitrine.domain.idempotency import Attempt
from vitrine.ports import IdempotencyKeys

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUNNING = Attempt("r1", "f1", NOW + timedelta(seconds=30))
OTHER = replace(RUNNING, request="r2")


@pytest.fixture(params=["memory", *CLIENTS])
def keys(request: pytest.FixtureRequest, open_account: Callable[[str], Account]) -> IdempotencyKeys:
    if request.param == "memory":
        return FakeIdempotencyKeys()
    return DynamoIdempotencyKeys(Table(open_account(request.param).dynamodb(), "table"))


def test_the_first_claim_holds_the_key(keys: IdempotencyKeys) -> None:
    assert keys.claim("d", RUNNING, NOW) is None
    assert keys.claim("d", OTHER, NOW) == RUNNING
    assert keys.claim("e", OTHER, NOW) is None


def test_a_claim_whose_answer_was_lost_may_be_repeated(keys: IdempotencyKeys) -> None:
    assert keys.claim("d", RUNNING, NOW) is None
    assert keys.claim("d", RUNNING, NOW) is None


def test_an_answer_is_kept_until_it_expires(keys: IdempotencyKeys) -> None:
    settled = replace(RUNNING, answer="[201]", until=NOW + timedelta(hours=24))
    keys.claim("d", RUNNING, NOW)

    keys.settle("d", settled)

    assert keys.claim("d", RUNNING, NOW) == settled
    assert keys.claim("d", OTHER, NOW + timedelta(hours=23)) == settled
    assert keys.claim("d", OTHER, NOW + timedelta(hours=24)) is None


def test_a_key_is_free_when_its_request_freed_it_or_its_time_is_over(keys: IdempotencyKeys) -> None:
    keys.claim("d", RUNNING, NOW)
    keys.settle("d", replace(RUNNING, until=NOW))
    assert keys.claim("d", OTHER, NOW) is None
    assert keys.claim("d", RUNNING, NOW + timedelta(seconds=31)) is None


def test_only_the_holder_settles_a_key(keys: IdempotencyKeys) -> None:
    keys.claim("d", RUNNING, NOW)

    with pytest.raises(ConflictError):
        keys.settle("d", replace(OTHER, answer="[201]"))

    assert keys.claim("d", OTHER, NOW) == RUNNING
