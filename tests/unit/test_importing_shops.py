"""Imports from folders and CSV files, in memory: exactly once, in order, rejected with reasons."""

from __future__ import annotations

import csv
import hashlib
import stat
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests import pictures
from tests.conftest import MEDIA_URL, World

from vitrine.domain.errors import DownloadError, PictureRefusedError, Rule
from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.shops import ProductKey, ProductMode
from vitrine.services.catalogue import Catalogue
from vitrine.services.removing import remove_image
from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.ledger import Ledger, State, opened_ledger
from vitrine_cli.importing.reports import write_reports
from vitrine_cli.importing.source import Page, Source, SourceImage, SourceProduct
from vitrine_cli.importing.sources.csv_file import CsvFile
from vitrine_cli.importing.sources.folder import Folder
from vitrine_cli.importing.storing import Outcome, Shelf
from vitrine_cli.importing.unfetched import UnfetchedError
from vitrine_cli.importing.verifying import verify
from vitrine_cli.ui.failure import FailureError

VIEWS = {"default": "1", "fr": "2"}


@dataclass
class Move:
    """A shop that is moved to from a folder of pictures.

    Attributes:
        world: the shop's adapters.
        folder: the pictures.
        ledger: the file of the ledger.
    """

    world: World
    folder: Path
    ledger: Path
    registers: bool = False
    at_once: int = 4
    waits: list[float] = field(default_factory=list)
    refused_aliases: int = 0

    def put(self, path: str, shade: int | bytes = 0) -> bytes:
        """Store a picture that no other number has, or other bytes, and return them."""
        data = pictures.png(10 + shade, 10) if isinstance(shade, int) else shade
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)
        return data

    @property
    def catalogue(self) -> Catalogue:
        shop = self.world.shops.shop("s1")
        assert shop is not None
        return Catalogue(shop, self.world.stores, self.world.remote)

    def shelf(self, ledger: Ledger, **options: bool) -> Shelf:
        def adding(product: str) -> None:
            ledger.note_order(product, unordered=True)

        return Shelf(self.catalogue, VIEWS, adding=adding, **options)

    def run(self, source: Source | None = None, **options: bool) -> Counter[Any]:
        """Import once, and return the counted outcomes."""
        found = source or Folder(self.folder)
        slots = threading.BoundedSemaphore(self.at_once)
        with opened_ledger(self.ledger) as ledger:
            engine = Engine(
                ledger,
                self.shelf(ledger, **options),
                Fetcher(self.world.remote, found.root, slots, self._wait),
                self.world.shops if self.registers else None,  # type: ignore[arg-type]
                self.at_once,
            )
            ledger.begin_list()
            engine.list_source(found, lambda _: None)
            engine.import_all()
        self.refused_aliases = engine.refused_aliases
        return engine.outcomes

    def _wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return True

    def csv(self, text: str) -> CsvFile:
        (self.folder / "images.csv").write_text(text)
        return CsvFile(self.folder / "images.csv", self.folder)

    def shown(self, product: str) -> list[str]:
        """File names of a product's images in order."""
        gallery, images = self.world.galleries.gallery_with_images("s1", product)
        return [images[each].original.file_name for each in gallery.order]

    def thumbnail(self, product: str) -> str:
        gallery, images = self.world.galleries.gallery_with_images("s1", product)
        return images[gallery.roles[THUMBNAIL]].original.file_name

    def rejected(self) -> list[dict[str, str]]:
        """Lines of `rejected.csv`."""
        ledger = Ledger(self.ledger)
        write_reports(ledger, self.folder, self.catalogue, MEDIA_URL)
        ledger.close()
        with (self.folder / "rejected.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def reasons(self) -> dict[str, str]:
        """Reasons in `rejected.csv`, by file or URL."""
        return {row.get("file") or row["url"]: row["reason"] for row in self.rejected()}

    def differences(self) -> list[str]:
        ledger = Ledger(self.ledger)
        found = [f"{each.image} {each.what}" for each in verify(ledger, self.shelf(ledger))]
        ledger.close()
        return found


@pytest.fixture
def move(world: World, tmp_path: Path) -> Move:
    world.open_shop("s1")
    (tmp_path / "pictures").mkdir()
    return Move(world, tmp_path / "pictures", tmp_path / "state/ledger.sqlite")


def test_a_folder_becomes_galleries_in_natural_order(move: Move) -> None:
    for name in (10, 2, 1):
        move.put(f"Mug/{name}.png", name)
    data = move.put("a%3Fb/x.png", 20)

    assert move.run() == {Outcome.ADDED: 4}

    assert move.shown("mug") == ["1.png", "2.png", "10.png"]
    assert move.thumbnail("mug") == "1.png"
    (settled,) = move.world.imports.imports("s1", "@folder/a?b")
    assert settled.arrival.tag == hashlib.sha256(data).hexdigest()
    assert settled.arrival.sequencer == "0" * 31 + "1"
    assert move.differences() == []
    assert stat.S_IMODE(move.ledger.stat().st_mode) == 0o600


@pytest.mark.parametrize("lost", [False, True])
def test_a_repeated_import_adds_nothing_even_without_its_ledger(move: Move, lost: bool) -> None:
    for name in range(5):
        move.put(f"mug/{name}.png", name)
    move.run()
    before = move.world.galleries.gallery("s1", "mug")
    if lost:
        move.ledger.unlink()

    assert move.run() == {Outcome.PRESENT: 5}

    assert move.world.galleries.gallery("s1", "mug") == before
    assert move.differences() == []
    assert len(move.world.blobs.originals) == 5


def test_a_rejected_picture_that_is_mended_stands_where_it_should(move: Move) -> None:
    move.put("mug/1.png", b"<html>no picture")
    move.put("mug/2.png", 2)
    move.put("mug/3.png", 3)
    assert move.run() == {Outcome.ADDED: 2, Outcome.REJECTED: 1}
    reason = "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture"
    assert move.reasons() == {"mug/1.png": reason}

    move.put("mug/1.png", 1)
    rejected = CsvFile(move.folder / "rejected.csv", move.folder)
    assert move.run(rejected) == {Outcome.ADDED: 1}

    assert move.shown("mug") == ["1.png", "2.png", "3.png"]
    assert move.thumbnail("mug") == "1.png"
    assert move.reasons() == {}


def test_what_a_client_has_moved_stays_when_nothing_is_added(move: Move) -> None:
    for name in range(3):
        move.put(f"mug/{name}.png", name)
    move.run()
    gallery = move.world.galleries.gallery("s1", "mug")
    world_order = list(reversed(gallery.order))
    from vitrine.services.ordering import arrange_images

    arrange_images(move.catalogue, ProductKey("mug"), world_order, lambda _: None)

    move.run()

    assert move.shown("mug") == ["2.png", "1.png", "0.png"]
    assert move.differences() == [" order"]


def test_other_bytes_are_told_and_only_replaced_when_asked(move: Move) -> None:
    move.put("mug/1.png", 1)
    move.run()
    before = move.world.galleries.gallery("s1", "mug")
    data = move.put("mug/1.png", 2)

    assert move.run() == {Outcome.LEFT: 1}
    assert move.differences() == ["1.png bytes"]
    assert move.run(update=True) == {Outcome.UPDATED: 1}
    assert move.run(update=True) == {Outcome.PRESENT: 1}

    after, images = move.world.galleries.gallery_with_images("s1", "mug")
    assert after.order == before.order
    assert images[after.order[0]].original.digest == hashlib.sha256(data).hexdigest()
    assert move.differences() == []


def test_an_image_that_was_deleted_here_returns_only_when_asked(move: Move) -> None:
    move.put("mug/1.png", 1)
    move.put("mug/2.png", 2)
    move.run()
    first, _ = move.world.galleries.gallery("s1", "mug").order
    remove_image(move.catalogue, ProductKey("mug"), first)

    assert move.run() == {Outcome.LEFT: 1, Outcome.PRESENT: 1}
    assert move.shown("mug") == ["2.png"]
    assert move.run(again=True) == {Outcome.ADDED: 1, Outcome.PRESENT: 1}
    assert move.shown("mug") == ["1.png", "2.png"]
    assert move.run(again=True) == {Outcome.PRESENT: 2}


def test_texts_roles_views_sorts_and_names_come_with_the_image(move: Move) -> None:
    for name in "abc":
        move.put(f"mug/{name}.png", ord(name))
    source = move.csv(
        "product,file,sort,alt,alt.pt_BR,thumbnail,roles,excluded,name,view.fr.label,"
        "view.fr.position,view.fr.excluded,view.fr.roles\n"
        "mug,mug/b.png,4,Blue,Azul,0,image,1,B lue.png,Bleu,1,0,|\n"
        "mug,mug/a.png,4,Red,,1,,,,,,,\n"
        "mug,mug/c.png,2,,,0,,,,,,,image\n"
    )

    assert move.run(source) == {Outcome.ADDED: 3}

    gallery, images = move.world.galleries.gallery_with_images("s1", "mug")
    assert move.shown("mug") == ["c.png", "b.png", "a.png"]
    assert [gallery.sorts[each] for each in gallery.order] == [2, 4, 4]
    c, b, a = gallery.order
    assert gallery.roles == {THUMBNAIL: a, "image": b}
    assert gallery.view_roles == {"2": {"image": c}}
    blue = images[b]
    assert (blue.alt, dict(blue.texts.translations), blue.excluded) == (
        "Blue",
        {"pt_BR": "Azul"},
        True,
    )
    facts = blue.views["2"]
    assert (facts.label, facts.sort, facts.excluded) == ("Bleu", 0, False)
    assert blue.name is not None
    assert blue.name.full == "B_lue.png"
    assert images[a].views == {}


def test_lines_with_a_purpose_become_images_of_the_library(move: Move) -> None:
    move.put("a.png", 1)
    move.put("b.png", b"no picture")
    source = move.csv(
        "product,purpose,file\n,user,a.png\n,category,a.png\n,account,b.png\n"
        "mug,user,a.png\n,toy,a.png\n,user,a.png\n"
    )

    assert move.run(source) == {Outcome.ADDED: 2, Outcome.REJECTED: 1}

    found = sorted(move.world.library.records.values(), key=lambda image: image.id)
    assert sorted(each.purpose for each in found) == ["category", "user"]
    assert {each.account for each in found} == {"s1"}
    assert move.world.galleries.heads == {}
    assert move.differences() == []
    reasons = sorted(each.partition(",")[0] for each in (row["reason"] for row in move.rejected()))
    assert reasons == [
        "a line has a product or a purpose",
        "an earlier line names the same picture of the product",
        "it is not a complete GIF",
        "purpose is one of product",
    ]
    assert move.run(source)[Outcome.PRESENT] == 2
    move.ledger.unlink()
    assert move.run(source)[Outcome.PRESENT] == 2

    move.put("a.png", 2)
    assert move.run(source, update=True)[Outcome.LEFT] == 2
    assert move.differences() == ["user/a.png bytes", "category/a.png bytes"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("none.png,", "there is no such file"),
        (f"mug/a.png,{'ab' * 32}", "its SHA-256 is "),
        ("empty.png,", "it is empty"),
        ("svg.png,", "it is SVG, which is not accepted; send JPEG, PNG, WebP, GIF or BMP"),
        ("mug,", "it cannot be read: Is a directory"),
        ("big.png,", "larger than 20971520 bytes"),
        ("out.png,", "it lies outside of the folder"),
        ("x" * 300 + ",", "it cannot be read: File name too long"),
    ],
)
def test_bad_pictures_are_rejected_with_a_reason(move: Move, cells: str, reason: str) -> None:
    move.put("mug/a.png", 1)
    move.put("empty.png", b"")
    move.put("svg.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    with (move.folder / "big.png").open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    (move.folder / "out.png").symlink_to(__file__)

    outcomes = move.run(move.csv(f"product,file,sha256\nmug,{cells}\nmug,mug/a.png,\n"))

    assert outcomes[Outcome.ADDED] == (0 if cells.startswith("mug/a") else 1)
    (told,) = [each for each in move.reasons().values() if "earlier line" not in each]
    assert told.startswith(reason)


def test_a_rejected_line_returns_as_it_was_written_and_imports_once_it_is_mended(
    move: Move,
) -> None:
    """Whatever was wrong: its picture, a cell, their number, or its quotes."""
    move.put("mug/1.png", 1)
    move.put("mug/2.png", b"no picture")
    header = "line;colour;product;file;;position;my note;surplus;"
    lines = [
        "1;red;Mug 01;mug/1.png;a;1;first;;",
        '2;Blue;Mug 01;mug/2.png;b;02;"two ""lines"";\nsecond";x;y',
        "3;;Mug 01;mug/2.png;;zero;;;",
        "4;;Mug 01;mug/4.png;;;;;;more;cells",
        '5;;Mug 01;mug/5.png;"open;;;;',
    ]
    move.run(move.csv("\n".join([header, *lines, ""])))

    rows = move.rejected()

    names = ["line", "colour", "product", "file", "    ", "position", "my note", "surplus"]
    added = ["surplus_cells", "invalid_line", "source_id", "reason"]
    assert [list(row) for row in rows] == [[*names, " " * 8, *added]] * 4
    cells = {row["line"]: [row[name] for name in names] for row in rows}
    assert cells["2"] == [
        *("2", "Blue", "Mug 01", "mug/2.png", "b", "02", 'two "lines";\nsecond', "x")
    ]
    assert cells["3"] == ["3", "", "Mug 01", "mug/2.png", "", "zero", "", ""]
    assert [row["surplus_cells"] for row in rows if row["line"] == "4"] == ["more cells"]
    assert [row["invalid_line"] for row in rows if not row["line"]] == [lines[-1]]

    for row in rows:
        number = int(row["line"] or 5)
        row |= {"product": "Mug 01", "file": f"mug/{number}.png", "position": str(number)}
        move.put(row["file"], number)
    rows.append({**rows[0], "file": "mug/2.png"})  # which another line names by its source_id
    with (move.folder / "images.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    source = CsvFile(move.folder / "images.csv", move.folder)
    assert move.run(source) == {Outcome.ADDED: 4}
    assert move.shown("mug 01") == [f"{number}.png" for number in range(1, 6)]
    (row,) = move.rejected()
    assert row["reason"] == "an earlier line names the same picture of the product"
    assert source.notes == ["columns without a meaning: line, colour, my note, surplus"]


def test_a_mended_line_without_a_place_returns_to_its_place(move: Move) -> None:
    for number in (1, 3, 4):
        move.put(f"mug/{number}.png", number)
    move.run(move.csv("product,file\n" + "".join(f"Mug,mug/{n}.png\n" for n in range(1, 5))))
    (row,) = move.rejected()
    assert row["product"] == "Mug"

    move.put("mug/2.png", 2)
    move.run(CsvFile(move.folder / "rejected.csv", move.folder))

    assert move.shown("mug") == ["1.png", "2.png", "3.png", "4.png"]


def test_a_rejected_file_has_the_product_as_its_folder_spells_it(move: Move) -> None:
    move.put("Mug%3F/1.png", b"no picture")
    move.put("Mug%3F/deep/2.png", 1)
    move.run()

    rows = [(row["product"], row["file"], row["position"]) for row in move.rejected()]
    assert rows == [("Mug?", "Mug%3F/deep/2.png", ""), ("Mug?", "Mug%3F/1.png", "1")]
    assert move.run(CsvFile(move.folder / "rejected.csv", move.folder))[Outcome.ADDED] == 1


def test_an_unknown_view_is_rejected(move: Move) -> None:
    move.put("a.png", 1)
    move.run(move.csv("product,file,view.de.label\nmug,a.png,Blau\n"))
    assert move.reasons() == {"a.png": "the shop has no store view 'de'"}


def test_what_no_bytes_could_mend_is_rejected_without_a_download(move: Move) -> None:
    tries: list[str] = []

    def answer(url: str) -> bytes:
        tries.append(url)
        return pictures.png(20, 20)

    move.world.remote = fetching(answer)
    lines = "".join(
        f"mug,{URL.format(name)},{label}\n" for name, label in {"a": "Blau", "b": ""}.items()
    )
    source = move.csv(f"product,url,view.de.label\n{lines}")

    assert move.run(source) == {Outcome.ADDED: 1, Outcome.REJECTED: 1}
    assert move.reasons() == {URL.format("a"): "the shop has no store view 'de'"}
    assert tries == [URL.format("b")]


def test_registered_products_are_needed_or_made(move: Move) -> None:
    move.world.shops.profiles["s1"] = replace(
        move.world.shops.profiles["s1"], products=ProductMode.REGISTERED
    )
    move.put("Mug/1.png", 1)
    assert move.run() == {Outcome.REJECTED: 1}
    assert list(move.reasons().values()) == [
        "the shop has no such product; --register registers it"
    ]
    move.world.shops.register_product("s1", ProductKey("77"), ProductKey("mug"))

    assert move.run() == {Outcome.ADDED: 1}
    assert move.run() == {Outcome.PRESENT: 1}

    assert move.shown("77") == ["1.png"]
    assert move.differences() == []


def test_the_limit_of_a_product_rejects_and_the_rest_goes_on(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = replace_rules(2)
    monkeypatch.setattr("vitrine_cli.importing.storing.RULES", rules)
    for name in range(4):
        move.put(f"mug/{name}.png", name)
    move.put("tea/0.png", 9)

    assert move.run() == {Outcome.ADDED: 3, Outcome.REJECTED: 2}
    assert set(move.reasons().values()) == {"the product has 2 images already"}


def replace_rules(images: int) -> Any:
    from vitrine.domain.rules import PictureRules
    from vitrine.services.importing import RULES

    return PictureRules(formats=RULES.formats, max_bytes=RULES.max_bytes, max_images=images)


URL = "https://shop.example/{}.png"


def fetching(answers: Callable[[str], bytes]) -> Any:
    """A remote whose answers a function gives."""

    class Remote:
        def fetch(self, url: str, _max_bytes: int) -> bytes:
            return answers(url)

    return Remote()


def test_urls_are_tried_again_and_their_statuses_told(move: Move) -> None:
    tries: Counter[str] = Counter()

    def answer(url: str) -> bytes:
        tries[url] += 1
        name = url.rpartition("/")[2]
        if name == "gone.png":
            raise DownloadError(status=404)
        if name == "busy.png" or (name == "slow.png" and tries[url] < 3):
            raise DownloadError(status=503)
        return pictures.png(20, 20)

    move.world.remote = fetching(answer)
    lines = "".join(f"mug,{URL.format(name)}\n" for name in ("gone", "busy", "slow"))
    source = move.csv(f"product,url\n{lines}")

    outcomes = move.run(source)

    assert outcomes == {Outcome.ADDED: 1, Outcome.REJECTED: 1, State.FAILED: 1}
    assert {url.rpartition("/")[2]: count for url, count in tries.items()} == {
        "gone.png": 1,
        "busy.png": 3,
        "slow.png": 3,
    }
    assert all(0.75 <= each <= 5 for each in move.waits)
    assert move.reasons() == {
        URL.format("gone"): "answered 404",
        URL.format("busy"): "answered 503",
    }


GUESSES = ("https://store-x.example", "https://cdn.example/x")


def guessed(number: int) -> SourceImage:
    """An image whose original is at one of two places, or else only a smaller picture is."""
    guesses = (f"{base}/{number}.png" for base in GUESSES)
    return SourceImage(str(number), (*guesses, URL.format(number)), reduced=True)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("picture", None, [1, 0, 0]),
        (404, "picture", [4, 4, 0]),
        ("<html>There is no such shop.", "picture", [4, 4, 0]),
        ("too large", "picture", [4, 4, 0]),
        (None, "picture", [3, 4, 0]),  # an unknown host: three tries in the whole run
        (503, 403, [3, 4, 4]),
        (None, None, [3, 3, 4]),
    ],
)
def test_a_wrong_guess_of_a_place_costs_little_and_no_picture(
    move: Move, first: Any, second: Any, expected: list[int]
) -> None:
    tries: Counter[str] = Counter()

    def answer(url: str) -> bytes:
        host, _, name = url.rpartition("/")
        tries[host] += 1
        what = dict(zip(GUESSES, (first, second), strict=True)).get(host, "picture")
        if what == "too large":
            raise PictureRefusedError((Rule.WEIGHT,))
        if what is None or isinstance(what, int):
            raise DownloadError(status=what)
        return pictures.png(20 + int(name[0]), 20) if what == "picture" else what.encode()

    fetcher = Fetcher(fetching(answer), None, threading.BoundedSemaphore(4), move._wait)
    found = [fetcher.fetch(guessed(number)) for number in range(1 if expected[0] == 1 else 4)]

    assert [tries[host] for host in (*GUESSES, "https://shop.example")] == expected
    assert [each.is_reduced for each in found] == [expected[2] > 0] * len(found)
    assert len(move.waits) == 2 * (first in (None, 503)) + 2 * (second is None and expected[1] > 0)


def test_a_place_that_has_served_a_picture_is_tried_again_for_each(move: Move) -> None:
    """One failure there does not make all further pictures smaller."""
    tries: list[str] = []

    def answer(url: str) -> bytes:
        tries.append(url)
        if url.startswith(GUESSES[0]) and tries.count(url) < 3 and not url.endswith("/0.png"):
            raise DownloadError(status=503)
        return pictures.png(20, 20)

    fetcher = Fetcher(fetching(answer), None, threading.BoundedSemaphore(4), move._wait)
    assert not any(fetcher.fetch(guessed(number)).is_reduced for number in range(3))
    assert len(tries) == 7


def test_an_interrupt_does_not_make_a_picture_smaller(move: Move) -> None:
    """It ends the tries of the original, and the next run begins them again."""

    def answer(url: str) -> bytes:
        if not url.startswith("https://shop.example"):
            raise DownloadError(status=503)
        return pictures.png(20, 20)

    fetcher = Fetcher(fetching(answer), None, threading.BoundedSemaphore(4), lambda _: False)
    with pytest.raises(UnfetchedError, match="answered 503") as caught:
        fetcher.fetch(guessed(1))
    assert not caught.value.is_final


def test_only_the_last_place_has_a_smaller_picture(move: Move) -> None:
    fetcher = Fetcher(
        fetching(lambda _: pictures.png(20, 20)), None, threading.BoundedSemaphore(4), move._wait
    )
    assert not fetcher.fetch(guessed(1)).is_reduced
    assert not fetcher.fetch(SourceImage("1", (URL.format("original"),))).is_reduced
    assert fetcher.fetch(SourceImage("1", (URL.format("zoom"),), reduced=True)).is_reduced


def test_pictures_that_are_here_are_not_downloaded_again(move: Move) -> None:
    tries: list[str] = []

    def answer(url: str) -> bytes:
        tries.append(url)
        return pictures.png(20, 20)

    move.world.remote = fetching(answer)
    source = move.csv(f"product,url\nmug,{URL.format('a')}\n")
    move.run(source)
    move.ledger.unlink()

    assert move.run(source) == {Outcome.PRESENT: 1}
    assert len(tries) == 1


def test_ids_map_the_source_to_the_shop(move: Move) -> None:
    move.put("Mug/1.png", 1)
    move.run()
    ledger = Ledger(move.ledger)

    assert write_reports(ledger, move.folder, move.catalogue, MEDIA_URL) == 0

    ledger.close()
    with (move.folder / "ids.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row.pop("url").startswith(f"{MEDIA_URL}/s1/")
    assert row == {"source_product": "mug", "source_image": "1.png", "product": "mug", "image": "1"}


def test_what_an_ended_run_has_not_done_is_in_the_report(move: Move) -> None:
    """The report can be the source of the run, and must not lose lines."""
    move.put("mug/1.png", 1)
    ledger = Ledger(move.ledger)
    ledger.begin_list()
    fetcher = Fetcher(move.world.remote, move.folder, threading.BoundedSemaphore(4), move._wait)
    engine = Engine(ledger, move.shelf(ledger), fetcher)
    engine.list_source(Folder(move.folder), lambda _: None)
    engine.stopping.set()
    engine.import_all()
    ledger.close()

    assert move.reasons() == {"mug/1.png": "the import ended before it"}


def test_an_image_that_a_worker_stores_meanwhile_is_in_one_report(move: Move) -> None:
    """After a second interrupt, reports are written while workers still end their images."""
    move.put("mug/1.png", 1)
    move.put("pear/1.png", 2)
    move.run()
    ledger = Ledger(move.ledger)
    (stored,) = ledger.entries("pear")
    ledger.update(replace(stored, state=State.LISTED, image=None))
    worker = threading.Thread(target=ledger.update, args=(stored,))

    class Meanwhile(Catalogue):
        def product(self, name: str) -> ProductKey:
            if not worker.ident:
                worker.start()
                worker.join(0.3)  # it cannot end before the reports are written
            return super().product(name)

    catalogue = Meanwhile(move.catalogue.shop, move.world.stores, move.world.remote)
    assert write_reports(ledger, move.folder, catalogue, MEDIA_URL) == 1

    worker.join()
    assert ledger.entries("pear") == [stored]
    ledger.close()
    with (move.folder / "ids.csv").open(newline="") as file:
        assert [row["source_product"] for row in csv.DictReader(file)] == ["mug"]


def test_a_ledger_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("this is no database, and long enough to be read as one" * 20)
    with pytest.raises(FailureError, match="cannot be used: file is not a database"):
        Ledger(tmp_path / "ledger")


def test_a_failure_of_a_worker_ends_the_import(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    move.put("mug/1.png", 1)

    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(move.world.blobs, "put_original", fail)
    with pytest.raises(RuntimeError, match="a defect"):
        move.run()


@pytest.mark.parametrize("purpose", ["", "user"])
def test_the_table_decides_whether_a_picture_that_the_ledger_has_as_stored_is_here(
    move: Move, purpose: str
) -> None:
    """As when a shop has the name of an earlier one, or a local stack was killed."""
    move.world.remote = fetching(lambda _: pictures.png(20, 20))
    product = "" if purpose else "mug"
    source = move.csv(f"product,purpose,url\n{product},{purpose},{URL.format('a')}\n")
    assert move.run(source) == {Outcome.ADDED: 1}
    assert move.run(source) == {Outcome.PRESENT: 1}
    move.world.galleries.heads.clear()
    move.world.library.records.clear()
    move.world.imports.settled.clear()

    assert move.run(source) == {Outcome.ADDED: 1}
    assert move.differences() == []


def test_a_picture_that_was_deleted_here_is_told_with_its_ledger_too(move: Move) -> None:
    move.world.remote = fetching(lambda _: pictures.png(20, 20))
    source = move.csv(f"product,url\nmug,{URL.format('a')}\nmug,{URL.format('b')}\n")
    move.run(source)
    remove_image(move.catalogue, ProductKey("mug"), 1)

    for _ in range(2):
        assert move.run(source) == {Outcome.LEFT: 1, Outcome.PRESENT: 1}
    assert move.run(source, again=True) == {Outcome.ADDED: 1, Outcome.PRESENT: 1}
    assert move.run(source) == {Outcome.PRESENT: 2}


def test_skus_that_cannot_be_aliases_are_left_out_and_counted(move: Move) -> None:
    """The same ones in each order: an id comes before an alias, the first of two products next."""
    move.registers, profiles = True, move.world.shops.profiles
    profiles["s1"] = replace(profiles["s1"], products=ProductMode.REGISTERED)
    move.world.shops.register_product(
        "s1", ProductKey("77"), ProductKey("taken"), ProductKey("used")
    )
    skus = {
        "1": "same",
        "2": "Same",
        "3": "4",
        "4": "x/12",
        "5": "y" * 255,
        "6": "taken",
        "7": "7",
        "8": "z" * 64,
        "taken": "9",
        "10": "used",
    }
    move.put("a.png", 1)

    class Skus:
        prefix, root, left_out, notes = "@folder", move.folder, Counter[str](), ()

        def pages(self, _after: str | None) -> Iterator[Page]:
            image = SourceImage("a.png", ("a.png",))
            products = (SourceProduct(name, (image,), (sku,)) for name, sku in skus.items())
            yield Page(tuple(products))

    for wanted in ({Outcome.ADDED: 9, Outcome.REJECTED: 1}, {Outcome.PRESENT: 9}):
        outcomes = move.run(Skus())
        assert outcomes.items() >= wanted.items()
        assert move.refused_aliases == 6

    assert move.world.shops.products("s1") == {
        **{ProductKey(each): [] for each in ("2", "3", "4", "5", "6", "7", "10")},
        "1": ["same"],
        "77": ["taken", "used"],
        "8": ["z" * 64],
    }
    assert [row["reason"] for row in move.rejected()] == ["'taken' is already product '77'"]
