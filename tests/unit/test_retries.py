"""Retries: what botocore's mode "standard" does."""

import pytest
from botocore.retries import standard
from botocore.retries.quota import RetryQuota

from vitrine.aws import retries


def test_the_same_errors_are_retried_as_by_botocore() -> None:
    throttled = standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES
    transient = standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES

    assert all(retries.is_throttled(400, code) for code in throttled)
    assert all(retries.is_transient(400, code) for code in transient)
    assert [status for status in range(400, 600) if retries.is_transient(status, "")] == [
        *standard.TransientRetryableChecker._TRANSIENT_STATUS_CODES
    ]
    assert retries.is_throttled(429, "429"), "an answer without a code of its own"
    assert not retries.is_throttled(400, "ValidationException")


@pytest.mark.parametrize("throttled", [True, False])
@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_backoff_grows_twofold_with_full_jitter(chance: float, *, throttled: bool) -> None:
    waits = [
        retries.backoff(attempt, throttled=throttled, headers={}, chance=lambda: chance)
        for attempt in range(1, 8)
    ]

    scale = 1.0 if throttled else 0.05
    assert waits == [chance * min(scale * 2**power, 20) for power in range(7)]


@pytest.mark.parametrize(
    ("asked_for", "seconds"),
    [("0", 1.0), ("1500", 1.5), ("60000", 6.0), ("-1", 1.0), ("soon", 1.0), ("", 1.0)],
)
def test_a_service_may_ask_for_more_time_within_limits(asked_for: str, seconds: float) -> None:
    headers = {"x-amz-retry-after": asked_for}
    assert retries.backoff(1, throttled=True, headers=headers, chance=lambda: 1.0) == seconds


def test_a_quota_ends_and_comes_back_with_success() -> None:
    quota = retries.Quota()
    paid = [quota.take(throttled=False) for _ in range(40)]

    assert paid == [14] * (RetryQuota.INITIAL_CAPACITY // 14) + [0] * 5
    assert quota.take(throttled=True) == 5
    quota.give_back(14)
    assert quota.take(throttled=False) == 14
    assert quota.take(throttled=False) == 0
    for _ in range(20):
        quota.give_back(0)
    assert quota.take(throttled=False) == 14
