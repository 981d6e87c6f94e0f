"""What an import tells while it runs, without a terminal: a line every ten seconds."""

import threading
from collections.abc import Iterator
from itertools import count

import pytest
from rich.progress import Progress
from tests.unit.test_importing_shops import Move, move

from vitrine_cli.importing.checking import forecast
from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.ledger import Entry, State, opened_ledger
from vitrine_cli.importing.progress import ImportProgress
from vitrine_cli.importing.source import SourceImage
from vitrine_cli.importing.sources.folder import Folder

__all__ = ["move"]


def every(seconds: int) -> Iterator[float]:
    """A clock that goes on by so many seconds each time that somebody looks at it."""
    return iter(count(0.0, seconds))


def entry(state: State) -> Entry:
    return Entry("@folder/mug/1.png", "mug", SourceImage("1.png", ("mug/1.png",)), state, size=1000)


def test_rate_and_time_left_are_those_of_images_that_are_imported_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of six images three are here, which are only read again, however fast."""
    time = 0.0
    progress = ImportProgress(Progress(disable=True), lambda: time)
    progress.begin(6, here=3)

    for is_new, now in ((False, 11), (False, 22), (True, 32), (False, 43), (True, 54)):
        time = now
        progress.seen(entry(State.STORED), is_new=is_new)

    assert capsys.readouterr().err.splitlines() == [
        "Importing 1/6 · 1.0 kB · 0 rejected",
        "Importing 2/6 · 2.0 kB · 0 rejected",
        "Importing 3/6 · 3.0 kB · 0.1/s · 0 rejected · 20 s left",
        "Importing 4/6 · 4.0 kB · 0.0/s · 0 rejected · 42 s left",
        "Importing 5/6 · 5.0 kB · 0.1/s · 0 rejected · 16 s left",
    ]


def test_a_dry_run_shows_how_far_it_is(
    move: Move,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in (1, 2, 3):
        move.put(f"mug/{number}.png", number)
    clock = every(11)
    progress = ImportProgress(Progress(disable=True), lambda: next(clock))
    fetcher = Fetcher(move.world.remote, move.folder, threading.BoundedSemaphore(), move._wait)

    with opened_ledger(None) as ledger:
        forecast(
            *(Folder(move.folder), move.shelf(ledger), fetcher, 4, lambda _: True, progress),
            registers=False,
            is_local=True,
        )

    told = capsys.readouterr().err.splitlines()
    assert told[0] == "Reading the catalogue: 1 products, 3 images"
    assert [line.split(" · ")[0] for line in told[1:]] == [
        f"Checking {number}/3" for number in (1, 2, 3)
    ]


def test_a_run_that_resumes_tells_which_images_are_new(move: Move) -> None:
    move.put("mug/1.png", 1)
    move.put("mug/2.png", b"no picture")
    move.run()
    move.put("mug/3.png", 3)
    seen = []

    def note(each: Entry, *, is_new: bool) -> None:
        seen.append((each.listed.id, is_new))

    fetcher = Fetcher(move.world.remote, move.folder, threading.BoundedSemaphore(), move._wait)
    for update in (False, True):
        with opened_ledger(move.ledger) as ledger:
            engine = Engine(ledger, move.shelf(ledger, update=update), fetcher, seen=note)
            if not update:
                ledger.begin_list()
                engine.list_source(Folder(move.folder), lambda _: None)
            engine.import_all()

    new, compared = seen[:3], seen[3:]
    assert new == [("1.png", False), ("2.png", True), ("3.png", True)]
    assert compared == [("1.png", True), ("2.png", False), ("3.png", True)]
