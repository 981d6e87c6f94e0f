"""Imports while the disk of the operator's machine is full: nothing is lost or half done."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import MEDIA_URL, World
from tests.small_disk import small_disk
from tests.unit.test_importing_shops import Move

from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.ledger import State, opened_ledger
from vitrine_cli.importing.reports import require_writable, write_reports
from vitrine_cli.importing.sources.folder import Folder
from vitrine_cli.ui.failure import UnwritableError

_PAGE = 4096  # bytes that SQLite writes at once


def move_in(folder: Path, name: str) -> Move:
    """A shop, its ledger, and two products with three pictures and one file that is none."""
    world = World()
    world.open_shop("s1")
    move = Move(world, folder / name / "pictures", folder / name / "ledger")
    for number, path in enumerate(("mug/1.png", "mug/2.png", "pear/1.png")):
        move.put(path, number)
    move.put("pear/2.png", b"no picture")
    return move


def run(move: Move) -> None:
    """Import, and complete what an earlier run has begun."""
    with opened_ledger(move.ledger) as ledger:
        source, slots = Folder(move.folder), threading.BoundedSemaphore(4)
        fetcher = Fetcher(move.world.remote, move.folder, slots, move._wait)
        engine = Engine(ledger, move.shelf(ledger), fetcher)
        if not ledger.run:
            ledger.begin_list()
        if not ledger.is_listed:
            engine.list_source(source, lambda _: None)
        engine.import_all()


def test_an_import_that_a_full_disk_ends_anywhere_is_completed(tmp_path: Path) -> None:
    ended = 0
    for pages in range(100):
        move = move_in(tmp_path, str(pages))
        with small_disk(pages * _PAGE):
            try:
                run(move)
            except UnwritableError:
                ended += 1
            else:
                break
        run(move)
        assert move.shown("mug") == ["1.png", "2.png"]
        assert move.shown("pear") == ["1.png"]
        assert move.thumbnail("pear") == "1.png"
        assert list(move.reasons()) == ["pear/2.png"]
        assert move.differences() == []
    assert 20 < ended < 100


def test_reports_are_written_whole_and_both_or_not_at_all(tmp_path: Path) -> None:
    move = move_in(tmp_path, "source")
    run(move)
    with opened_ledger(move.ledger) as ledger:

        def reports() -> dict[str, bytes]:
            write_reports(ledger, tmp_path, move.catalogue, MEDIA_URL)
            return present()

        def present() -> dict[str, bytes]:
            return {file.name: file.read_bytes() for file in tmp_path.glob("*.*")}

        before = reports()
        first = ledger.entries("mug")[0]
        ledger.update(replace(first, state=State.LISTED, image=None))
        needed = max(len(text) for text in reports().values())
        (tmp_path / "ids.csv").write_bytes(before["ids.csv"])
        (tmp_path / "rejected.csv").write_bytes(before["rejected.csv"])
        for size in range(needed):
            with small_disk(size), pytest.raises(UnwritableError, match="csv cannot be written: "):
                reports()
            assert present() == before
        with small_disk(needed):
            after = reports()
    assert after.keys() == before.keys() == {"ids.csv", "rejected.csv"}
    assert b"mug/1.png" in after["rejected.csv"]
    assert b"mug,1.png" not in after["ids.csv"]


def test_looking_whether_reports_can_be_written_leaves_nothing(tmp_path: Path) -> None:
    require_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []
