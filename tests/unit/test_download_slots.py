"""One download at a time from a server that becomes slow."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_importing_shops import Move, move  # noqa: F401 - a fixture

from vitrine_cli.importing.download_slots import ConsiderateSlots
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.source import SourceImage


@dataclass
class Server:
    """A server that answers after as many seconds as it is told to, on a clock of its own."""

    now: float = 0.0
    told: list[str] = field(default_factory=list)

    def slots(self, most: int = 2) -> ConsiderateSlots:
        return ConsiderateSlots(most, self.told.append, lambda: self.now)

    def answers(self, slots: ConsiderateSlots, *seconds: float) -> None:
        for each in seconds:
            with slots:
                self.now += each


def test_the_first_downloads_run_alone_and_say_what_is_usual() -> None:
    server = Server()
    slots = server.slots()
    limits = []
    for _ in range(9):
        limits.append(slots.limit)
        server.answers(slots, 1.0)
    assert limits == [1] * 8 + [2]
    assert server.told == []


@pytest.mark.parametrize(("seconds", "limit"), [(0.1, 2), (1.9, 2), (2.0, 1), (60.0, 1)])
def test_a_median_that_doubles_leaves_one(seconds: float, limit: int) -> None:
    server = Server()
    slots = server.slots()
    server.answers(slots, *[1.0] * 8, *[seconds] * 8)

    assert slots.limit == limit
    server.answers(slots, *[0.1] * 20)
    assert slots.limit == limit, "it stays so until the end"
    sentence = f"The server needs {seconds:.2f} s for a picture instead of 1.00 s"
    assert [each.partition(":")[0] for each in server.told] == ([sentence] if limit == 1 else [])


@pytest.mark.parametrize(("seconds", "limit"), [(0.07, 2), (0.49, 2), (0.5, 1)])
def test_a_fast_server_that_is_twice_as_slow_is_still_fast(seconds: float, limit: int) -> None:
    server = Server()
    slots = server.slots()
    server.answers(slots, *[0.03] * 8, *[seconds] * 8)
    assert slots.limit == limit


def test_three_large_pictures_of_eight_change_nothing() -> None:
    server = Server()
    slots = server.slots()
    server.answers(slots, *[1.0] * 8, *[9.0, 1.0, 9.0, 1.0, 1.0, 9.0, 1.0, 1.0] * 3)
    assert slots.limit == 2


@given(st.lists(st.floats(0.0, 100.0), max_size=60), st.integers(1, 4))
def test_never_more_than_wanted_and_never_none(seconds: list[float], most: int) -> None:
    server = Server()
    slots = server.slots(most)
    for each in seconds:
        server.answers(slots, each)
        assert 1 <= slots.limit <= most
    assert len(server.told) <= 1


def test_a_download_that_fails_gives_its_slot_back() -> None:
    slots = Server().slots()
    for _ in range(3):
        with pytest.raises(OSError, match="cut"), slots:
            raise OSError("cut")
    with slots:
        pass


def test_fetching_waits_for_the_slots(move: Move) -> None:  # noqa: F811
    """Four threads: one download at a time as long as the slots allow one."""
    slots = ConsiderateSlots(2, lambda _: None, lambda: 0.0)
    present, most, both = 0, list[int](), threading.Barrier(2)
    lock = threading.Lock()

    def fetch(_url: str, _max_bytes: int) -> bytes:
        nonlocal present
        with lock:
            present += 1
            most.append(present)
            number = len(most)
        if number in (9, 10):
            both.wait(30)  # they meet, or the test fails here
        with lock:
            present -= 1
        return b"x"

    move.world.remote.fetch = fetch  # type: ignore[method-assign]
    fetcher = Fetcher(move.world.remote, None, slots, lambda _: True)
    images = [SourceImage("1", ("https://shop.example/a.png",))] * 3
    threads = [
        threading.Thread(target=lambda: [fetcher.fetch(each) for each in images]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most[:8] == [1] * 8
    assert max(most) == 2
