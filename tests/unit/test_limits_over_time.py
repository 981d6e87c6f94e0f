"""Platforms' rate limits modelled with a clock: an import never exceeds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrine_cli.importing.platform_client import PausedError, PlatformClient
from vitrine_cli.importing.rate_limits import Rule, bigcommerce, evotor, openmage, tiendanube

ORIGIN = "https://api.example"
REQUESTS = 200
_HEADERS = (
    *("retry-after", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"),
    *("x-rate-limit-time-reset-ms", "x-retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"),
)


@dataclass
class Limiter:
    """A platform's limiter, whose clock moves with requests and waits only.

    Attributes:
        seconds: how long an answer takes.
        now: the time, seconds.
        times: when requests came.
        refused: how many came beyond the limit.
    """

    seconds: float
    now: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: int = 0

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return True

    def answer(self, _: httpx.Request) -> httpx.Response:
        self.times.append(self.now)
        accepted, headers = self.admit()
        self.refused += not accepted
        self.now += self.seconds
        return httpx.Response(200 if accepted else 429, json={}, headers=headers)

    def admit(self) -> tuple[bool, dict[str, str]]:
        """Whether a request is within the limit, and the headers of its answer."""
        raise NotImplementedError

    def send(self, rule: Rule) -> None:
        """Send many requests as an import does."""
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        client = PlatformClient(ORIGIN, http, rule, self.wait, lambda _: None, "a scope")
        for _ in range(REQUESTS):
            client.get("products")


@dataclass
class Bucket(Limiter):
    """Tiendanube's: a bucket for 40 requests, of which two a second leak; more on larger plans."""

    plan: int = 1
    level: float = 0.0
    last: float = 0.0

    def admit(self) -> tuple[bool, dict[str, str]]:
        leak, limit = 2.0 * self.plan, 40 * self.plan
        self.level = max(self.level - (self.now - self.last) * leak, 0)
        self.last = self.now
        accepted = self.level + 1 <= limit
        self.level += accepted
        return accepted, {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(int(limit - self.level)),
            "X-Rate-Limit-Reset": str(round(self.level / leak * 1000)),
        }


@dataclass
class Window(Limiter):
    """BigCommerce's: a quota for each 30 seconds, of which other applications take a part."""

    quota: int = 150
    others: int = 0

    def admit(self) -> tuple[bool, dict[str, str]]:
        begin = self.now // 30 * 30
        used = sum(begin <= each for each in self.times) + self.others
        return used <= self.quota, {
            "X-Rate-Limit-Requests-Left": str(max(self.quota - used, 0)),
            "X-Rate-Limit-Requests-Quota": str(self.quota),
            "X-Rate-Limit-Time-Window-Ms": "30000",
            "X-Rate-Limit-Time-Reset-Ms": str(int((begin + 30 - self.now) * 1000) + 1),
        }


@dataclass
class Counter(Limiter):
    """Evotor's: a number of requests a minute."""

    limit: int = 20

    def admit(self) -> tuple[bool, dict[str, str]]:
        begin = self.now // 60 * 60
        used = sum(begin <= each for each in self.times)
        return used <= self.limit, {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - used, 0)),
            "X-RateLimit-Reset": str(int(begin + 60 - self.now) + 1),
        }


durations = st.floats(0.0, 2.0)
few = settings(max_examples=30)


@few
@given(seconds=durations, plan=st.sampled_from([1, 10]), level=st.integers(0, 39))
def test_the_bucket_never_flows_over(seconds: float, plan: int, level: int) -> None:
    """Whatever is in it at the beginning, and however long answers take."""
    limiter = Bucket(seconds, plan=plan, level=level)
    limiter.send(tiendanube)
    assert limiter.refused == 0


@few
@given(
    seconds=durations,
    quota=st.sampled_from([150, 450]),
    share=st.sampled_from([0.05, 0.5, 1.0]),
    others=st.floats(0, 1),
)
def test_the_share_of_a_window_is_never_exceeded(
    seconds: float, quota: int, share: float, others: float
) -> None:
    taken = int(others * (quota * (1 - share) - 1)) if share < 1 else 0
    limiter = Window(seconds, quota=quota, others=max(taken, 0))
    limiter.send(bigcommerce(share))

    assert limiter.refused == 0
    windows: dict[int, int] = {}
    for each in limiter.times:
        windows[int(each // 30)] = windows.get(int(each // 30), 0) + 1
    assert max(windows.values()) <= quota * share + 1


@few
@given(seconds=durations, limit=st.integers(1, 100))
def test_the_counter_is_never_exceeded(seconds: float, limit: int) -> None:
    limiter = Counter(seconds, limit=limit)
    limiter.send(evotor)
    assert limiter.refused == 0


senseless = st.sampled_from(["", "0", "-1", "1e-9", "nan", "soon", "Mon, 02 Mar 2020 08:00:00 GMT"])


@few
@given(
    rule=st.sampled_from([tiendanube, bigcommerce(0.5), evotor, openmage]),
    told=st.dictionaries(st.sampled_from(_HEADERS), senseless),
)
def test_a_platform_that_refuses_for_ever_gets_a_request_each_16_seconds(
    rule: Rule, told: dict[str, str]
) -> None:
    """Whatever its headers say: a wait of 0 seconds is none that was meant."""
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) <= REQUESTS

    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(429, headers=told)))
    with pytest.raises(PausedError):
        PlatformClient(ORIGIN, http, rule, wait, lambda _: None, "a scope").get("products")
    least = [0, 0.5, 1, 2, 4, 8] + [16] * (REQUESTS - 5)
    assert all(wait >= shortest for wait, shortest in zip(waits, least, strict=True))


@pytest.mark.parametrize(
    ("make", "rule"),
    [(lambda: Bucket(0.0), lambda _: 0.0), (lambda: Window(0.0), lambda _: 0.0)],
)
def test_the_models_refuse_an_import_that_does_not_wait(
    make: Callable[[], Limiter], rule: Rule
) -> None:
    limiter = make()
    limiter.send(rule)
    assert limiter.refused > 0
