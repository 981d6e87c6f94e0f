"""How long a warm request takes, and how much of that is AWS: in process, against the emulator."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests import pictures
from tests.benchmarks.conftest import Show
from tests.fakes import FakeCdn, FakeFunctions, FakeRemote
from tests.gateway import Answer, Gateway
from tests.stack.conftest import Running, Shop

from vitrine import environment
from vitrine.access.callers import Access
from vitrine.adapters.blobs import S3Blobs
from vitrine.adapters.galleries import DynamoGalleries
from vitrine.adapters.idempotency_keys import DynamoIdempotencyKeys
from vitrine.adapters.imports import DynamoImports
from vitrine.adapters.library import DynamoLibrary
from vitrine.adapters.rate_limit import DynamoRateLimit
from vitrine.adapters.shops import DynamoShops
from vitrine.adapters.table import Table
from vitrine.adapters.take_downs import DynamoTakeDowns
from vitrine.environment import Environment
from vitrine.ports import Stores

RUNS = 30


@dataclass
class Stopwatch:
    """Time spent in AWS calls, as botocore's own events tell it."""

    spent: float = 0.0
    calls: int = 0
    _began: list[float] = field(default_factory=list)

    def watch(self, client: Any) -> Any:
        client.meta.events.register("before-call", self._start)
        client.meta.events.register("after-call", self._stop)
        return client

    def _start(self, **_: Any) -> None:
        self._began.append(time.perf_counter())

    def _stop(self, **_: Any) -> None:
        self.spent += time.perf_counter() - self._began.pop()
        self.calls += 1


@pytest.fixture
def stopwatch(running: Running) -> Iterator[Stopwatch]:
    made = Stopwatch()
    table = Table(made.watch(running.aws("dynamodb")), running.outputs["Table"])
    s3 = made.watch(running.aws("s3"))
    shops = DynamoShops(table)
    blobs = S3Blobs(s3, running.outputs["OriginalsBucket"], running.outputs["MediaBucket"])
    here = Environment(
        Stores(shops, DynamoGalleries(table), DynamoLibrary(table), blobs, DynamoImports(table)),
        FakeRemote(),
        FakeFunctions(),
        Access(shops),
        DynamoIdempotencyKeys(table),
        DynamoRateLimit(table),
        DynamoTakeDowns(table),
        FakeCdn(),
        running.outputs["MediaUrl"],
    )
    with environment.use(here):
        yield made


def test_a_warm_request_is_mostly_aws(stopwatch: Stopwatch, shop: Shop, show: Show) -> None:
    send = Gateway(headers={"Authorization": shop.token})
    images = shop.images("benchmark")
    rows: dict[str, list[tuple[float, float, int]]] = {}

    def timed(operation: str, method: str, path: str, **body: Any) -> Answer:
        stopwatch.spent, stopwatch.calls = 0.0, 0
        began = time.perf_counter()
        answer = send(method, path, **body)
        total = time.perf_counter() - began
        assert answer.status < 300, answer.body
        rows.setdefault(operation, []).append((total, stopwatch.spent, stopwatch.calls))
        return answer

    send("GET", images)
    for _ in range(RUNS):
        files = {"datafile": ("000.png", pictures.png())}
        image = timed("create", "POST", images, files=files).json["id"]
        timed("list", "GET", images)
        timed("get", "GET", f"{images}/{image}")
        timed("delete", "DELETE", f"{images}/{image}")
        timed("delete all (none)", "DELETE", images)

    show(
        f"Warm requests in process against the emulator, median of {RUNS}",
        ("operation", "total ms", "AWS ms", "ours ms", "AWS calls"),
        [
            (
                operation,
                statistics.median(total for total, _, _ in each) * 1000,
                statistics.median(spent for _, spent, _ in each) * 1000,
                statistics.median(total - spent for total, spent, _ in each) * 1000,
                each[0][2],
            )
            for operation, each in rows.items()
        ],
    )
