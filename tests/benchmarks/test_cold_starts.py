"""What a cold start costs: INIT of every function in AWS's runtime, beside three peers.

All take turns, so that other load on the machine affects all of them alike.
"""

import os
import re
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from tests.benchmarks.conftest import Show
from tests.benchmarks.runtime import Start, pythons, runtime
from tests.benchmarks.shop_day import (
    KEPT_MINUTES,
    MIX,
    REQUESTS,
    cold_requests,
    dollars_a_month,
)
from tests.gateway import template

ROUNDS = int(os.environ.get("ROUNDS", "7"))
ONLY = os.environ.get("ONLY", "")  # a regular expression of handlers
PEERS = ("peer_empty", "peer_boto3", "peer_usual")
USUAL = "peer_usual"
SETTINGS = {
    "TABLE": "table",
    "ORIGINALS_BUCKET": "originals",
    "MEDIA_BUCKET": "media",
    "STACK": "shop",
    "LOG_LEVEL": "INFO",
    "OAUTH_SECRETS": "/vitrine/shop/oauth",
}


def functions() -> Iterator[tuple[str, dict[str, str]]]:
    """Every function of the template, and its settings."""
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    for resource in template()["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"].get("Environment", {}).get("Variables", {})
            names = {**everywhere, **own}
            plain = {name: value for name, value in names.items() if isinstance(value, str)}
            known = {name: value for name, value in SETTINGS.items() if name in names}
            yield resource["Properties"]["Handler"].removesuffix(".handler"), {**plain, **known}


@contextmanager
def one_processor() -> Iterator[None]:
    """Keep to one processor, as everything that is started inside does."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize("version", sorted(found := pythons()))
def test_cold_start_of_each_function(version: str, show: Show) -> None:
    measured = runtime(found[version])
    if measured is None:
        pytest.skip("the emulator of Lambda's runtime is a program for Linux")
    settings = dict.fromkeys(PEERS, measured.whole_packages) | {
        name: each for name, each in functions() if re.search(ONLY, name)
    }
    starts: dict[str, list[Start]] = {name: [] for name in settings}
    with one_processor():
        for turn in range(ROUNDS + 1):
            for name, each in settings.items():
                start = measured.start(f"{name}.handler", each)
                if turn:  # the first one reads files that later ones find in memory
                    starts[name].append(start)

    def median(name: str) -> float:
        return statistics.median(each.milliseconds for each in starts[name])

    def cpu(name: str) -> float:
        return statistics.median(each.cpu for each in starts[name])

    show(
        f"INIT under awslambdaric, Python {version}, median of {ROUNDS}",
        ("function", "ms", "min", "÷ usual", "CPU ms", "CPU ÷ usual", "peak MB"),
        [
            (
                name,
                median(name),
                min(each.milliseconds for each in starts[name]),
                f"{median(name) / median(USUAL):.2f}",
                cpu(name),
                f"{cpu(name) / cpu(USUAL):.2f}",
                max(each.peak for each in starts[name]),
            )
            for name in starts
        ],
    )
    if set(MIX) <= set(starts):
        show_a_shops_day(version, {name: cpu(name) / 1000 for name in starts}, show)


def show_a_shops_day(version: str, seconds: Mapping[str, float], show: Show) -> None:
    """What the starts mean for a small shop.

    Args:
        version: of Python.
        seconds: of processor that a start takes, which other load does not lengthen.
        show: prints a table.
    """
    gigabytes = memory_of_functions()
    rows: list[tuple[object, ...]] = []
    for minutes in KEPT_MINUTES:
        ways = {
            "usual handler, one function": (True, dict.fromkeys(MIX, seconds[USUAL])),
            "usual handler, one per endpoint": (False, dict.fromkeys(MIX, seconds[USUAL])),
            "Vitrine, one per endpoint": (False, {name: seconds[name] for name in MIX}),
        }
        for way, (together, each) in ways.items():
            cold = cold_requests(minutes, together=together)
            waited = sum(cold[name] * each[name] for name in MIX) * 1000
            rows.append(
                (
                    f"{way}, kept {minutes} minutes",
                    f"{sum(cold.values()) / REQUESTS:.1%}",
                    f"{waited / sum(cold.values()):.0f}",
                    f"{waited / REQUESTS:.1f}",
                    f"{dollars_a_month(cold, each, gigabytes):.4f}",
                )
            )
    show(
        f"A shop with {REQUESTS} requests a day, Python {version}",
        ("functions", "cold", "ms of a cold one", "ms of all", "USD a month"),
        rows,
    )


def memory_of_functions() -> dict[str, float]:
    """The memory of each function, GB."""
    usual = template()["Globals"]["Function"]["MemorySize"]
    return {
        each["Properties"]["Handler"].removesuffix(".handler"): each["Properties"].get(
            "MemorySize", usual
        )
        / 1024
        for each in template()["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    }
