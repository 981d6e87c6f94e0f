"""The rate limit, in memory and over the table."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.adapters.conftest import Account, Counted
from tests.fakes import FakeRateLimit

from vitrine.adapters.rate_limit import DynamoRateLimit
from vitrine.adapters.table import Table
from vitrine.domain.errors import ThrottledError
from vitrine.ports import RateLimit

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["fake", "boto3", "small"])
def rate_limit(request: pytest.FixtureRequest, open_account: Callable[[str], Account]) -> RateLimit:
    if request.param == "fake":
        return FakeRateLimit()
    return DynamoRateLimit(Table(open_account(request.param).dynamodb(), "table"))


def test_a_minute_admits_as_many_requests_as_its_limit(rate_limit: RateLimit) -> None:
    last = NOON + timedelta(seconds=59)

    assert [rate_limit.admit(moment, 2) for moment in (NOON, last, last)] == [True, True, False]
    assert rate_limit.admit(NOON + timedelta(seconds=60), 2)


def test_all_instances_share_the_limit(aws: Account) -> None:
    first, second = (DynamoRateLimit(Table(aws.dynamodb(), "table")) for _ in range(2))

    assert [each.admit(NOON, 1) for each in (first, second)] == [True, False]


def test_an_exhausted_minute_costs_no_call(aws: Account) -> None:
    calls: list[str] = []
    client: Any = Counted(aws.dynamodb(), calls)
    rate_limit = DynamoRateLimit(Table(client, "table"))

    assert [rate_limit.admit(NOON, 1) for _ in range(9)] == [True] + [False] * 8
    assert calls == ["UpdateItem", "UpdateItem"]


def test_counters_expire(aws: Account) -> None:
    DynamoRateLimit(Table(aws.dynamodb(), "table")).admit(NOON, 1)

    (item,) = aws.client("dynamodb").scan(TableName="table")["Items"]
    assert item["expires"] == {"N": str(int(NOON.timestamp()) + 3600)}


def test_a_flood_that_dynamodb_throttles_is_refused(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(aws.dynamodb(), "table")

    def throttle(*_: object, **__: object) -> None:
        raise ThrottledError("RATE#missing")

    monkeypatch.setattr(table, "update", throttle)

    assert not DynamoRateLimit(table).admit(NOON, 10**6)
