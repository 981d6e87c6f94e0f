"""How long an import waits after a platform's answer."""

from datetime import UTC, datetime

import pytest

from vitrine_cli.importing.rate_limits import (
    DEFAULT_PAUSE,
    Limited,
    Rule,
    bigcommerce,
    evotor,
    openmage,
    pause_after,
    tiendanube,
)

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


def bucket(remaining: object, reset: object, limit: object = 40) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(reset),
    }


def window(left: object, reset: object = 12_000, quota: object = 150) -> dict[str, str]:
    return {
        "x-rate-limit-requests-left": str(left),
        "x-rate-limit-requests-quota": str(quota),
        "x-rate-limit-time-window-ms": "30000",
        "x-rate-limit-time-reset-ms": str(reset),
    }


def counter(remaining: object, reset: object = 7) -> dict[str, str]:
    return {"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": str(reset)}


@pytest.mark.parametrize(
    ("rule", "status", "headers", "refusals", "seconds"),
    [
        (tiendanube, 200, bucket(39, 500), 0, 0.0),
        (tiendanube, 200, bucket(5, 17_500), 0, 0.0),
        (tiendanube, 200, bucket(4, 18_000), 0, 0.5),  # leaks 2 a second
        (tiendanube, 200, bucket(4, 1_800), 0, 0.05),  # a plan that leaks 20 a second
        (tiendanube, 429, bucket(0, 20_000), 1, 0.5),
        (tiendanube, 429, bucket(0, 20_000), 3, 2.0),
        (tiendanube, 429, bucket(0, 20_000), 9, 20.0),
        (tiendanube, 200, bucket(40, 0), 0, DEFAULT_PAUSE),
        (tiendanube, 200, bucket("many", 0), 0, DEFAULT_PAUSE),
        (tiendanube, 200, bucket(-3, 20_000), 0, DEFAULT_PAUSE),
        (tiendanube, 200, {}, 0, DEFAULT_PAUSE),
        (tiendanube, 429, {}, 2, 1.0),
        (bigcommerce(0.5), 200, window(76), 0, 0.0),
        (bigcommerce(0.5), 200, window(75), 0, 12.0),
        (bigcommerce(0.1), 200, window(134), 0, 12.0),
        (bigcommerce(1.0), 200, window(1), 0, 0.0),
        (bigcommerce(0.5), 429, window(0, 3_500), 1, 3.5),
        (bigcommerce(0.5), 429, {"x-retry-after": "15"}, 1, 15.0),
        (bigcommerce(0.5), 429, {}, 1, 5.0),
        (bigcommerce(0.5), 429, {}, 3, 20.0),
        (bigcommerce(0.5), 429, {}, 12, 300.0),
        (bigcommerce(0.5), 200, {}, 0, DEFAULT_PAUSE),
        (bigcommerce(0.5), 200, window("inf"), 0, DEFAULT_PAUSE),
        (evotor, 200, counter(1), 0, 0.0),
        (evotor, 200, counter(0), 0, 7.0),
        (evotor, 429, counter(3), 1, 7.0),
        (evotor, 200, {}, 0, DEFAULT_PAUSE),
        (openmage, 200, {}, 0, 0.0),
        (openmage, 429, {}, 2, 10.0),
        (openmage, 200, {"retry-after": "30"}, 0, 30.0),
        (tiendanube, 429, {**bucket(0, 20_000), "retry-after": "3"}, 1, 3.0),
        (tiendanube, 429, {"retry-after": "Mon, 02 Mar 2026 09:00:20 GMT"}, 1, 20.0),
        (tiendanube, 429, {"retry-after": "Mon, 02 Mar 2026 08:00:00 GMT"}, 1, DEFAULT_PAUSE),
        (tiendanube, 429, {"retry-after": "0"}, 3, 2.0),
        (tiendanube, 200, {"retry-after": "0"}, 0, 0.0),
        (tiendanube, 429, {"retry-after": "0"}, 40, 16.0),
        (tiendanube, 429, bucket(0, 1), 2, 1.0),
        (bigcommerce(0.5), 429, window(0, 0), 2, 1.0),
        (bigcommerce(0.5), 429, {"x-retry-after": "0"}, 5, 8.0),
        (evotor, 429, counter(0, 0), 1, DEFAULT_PAUSE),
        (evotor, 429, counter(0, 0), 2000, 16.0),
        (openmage, 429, {"retry-after": "0"}, 4, 4.0),
        (tiendanube, 429, {"retry-after": "86400"}, 1, 86_400.0),
        (evotor, 429, {**counter(0), "retry-after": "soon"}, 1, 7.0),
    ],
)
def test_the_wait_follows_from_the_headers(
    rule: Rule, status: int, headers: dict[str, str], refusals: int, seconds: float
) -> None:
    waited = pause_after(Limited(status, headers, refusals), rule, NOW)
    assert waited == pytest.approx(seconds)
