"""Idempotency keys: of many claims one succeeds, and outcomes stay with their request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.adapters.conftest import CLIENTS, Account, Adapters
from tests.adapters.test_galleries import image
from tests.adapters.test_library import shelved
from tests.fakes import FakeIdempotencyKeys

from vitrine.adapters.idempotency_keys import DynamoIdempotencyKeys
from vitrine.adapters.table import Table
from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.idempotency import Attempt, Claim
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


def add(adapters: Adapters, number: int, claim: Claim, where: str) -> None:
    if where == "library":
        adapters.library.add(shelved(number), claim)
        return
    added, before = image(number), adapters.galleries.gallery("s1", image(number).product)
    adapters.galleries.commit(
        GalleryChange(
            "s1",
            added.product,
            before,
            Gallery.append(before, number),
            added=(added,),
            claim=claim,
        )
    )


def found(adapters: Adapters, number: int, where: str) -> bool:
    if where == "library":
        return adapters.library.image("s1", number) is not None
    return adapters.galleries.image("s1", image(number).product, number) is not None


in_both = pytest.mark.parametrize("where", ["gallery", "library"])


@in_both
def test_the_commit_of_an_image_notes_it_at_the_key_for_a_day(
    adapters: Adapters, where: str
) -> None:
    keys, day = adapters.idempotency_keys, NOW + timedelta(hours=24)
    keys.claim("d", RUNNING, NOW)

    add(adapters, 1, Claim("d", RUNNING.request, day), where)

    noted = replace(RUNNING, until=day, created=1)
    assert found(adapters, 1, where)
    assert keys.claim("d", RUNNING, NOW) == noted
    assert keys.claim("d", OTHER, NOW + timedelta(hours=23)) == noted
    with pytest.raises(ConflictError):
        keys.settle("d", replace(RUNNING, until=NOW))
    assert keys.claim("d", OTHER, NOW + timedelta(hours=23)) == noted
    assert keys.claim("d", OTHER, day) is None


@in_both
def test_of_two_commits_with_one_key_one_counts(adapters: Adapters, where: str) -> None:
    keys, day = adapters.idempotency_keys, NOW + timedelta(hours=24)
    keys.claim("d", RUNNING, NOW)
    add(adapters, 1, Claim("d", RUNNING.request, day), where)

    for request in (RUNNING.request, OTHER.request):
        with pytest.raises(ConflictError):
            add(adapters, 2, Claim("d", request, day), where)

    assert not found(adapters, 2, where)


def test_an_answer_replaces_the_note(adapters: Adapters) -> None:
    keys, day = adapters.idempotency_keys, NOW + timedelta(hours=24)
    keys.claim("d", RUNNING, NOW)
    add(adapters, 1, Claim("d", RUNNING.request, day), "gallery")

    keys.settle("d", replace(RUNNING, answer="[201]", until=day))

    assert keys.claim("d", OTHER, NOW) == replace(RUNNING, answer="[201]", until=day)
