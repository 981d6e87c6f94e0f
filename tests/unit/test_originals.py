"""Better files than the platform has, from a folder: `--originals`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests import pictures
from tests.conftest import World

from vitrine.services.catalogue import Catalogue
from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.ledger import Ledger
from vitrine_cli.importing.originals import Originals, originals_for
from vitrine_cli.importing.source import Page, SourceImage, SourceProduct
from vitrine_cli.importing.sources.folder import Folder
from vitrine_cli.importing.sources.tiendanube import file_name_of
from vitrine_cli.importing.storing import Shelf
from vitrine_cli.ui.failure import UsageError

SMALL = pictures.png(10, 10)
HASH = "0123456789abcdef0123456789abcdef"


@dataclass
class Listed(Folder):
    """A source whose images have these names, by product."""

    names: dict[str, list[str]] = field(default_factory=dict)

    def pages(self, after: str | None) -> Iterator[Page]:
        del after
        yield Page(tuple(self._product(name, names) for name, names in self.names.items()))

    def _product(self, name: str, names: list[str]) -> SourceProduct:
        urls = [f"https://cdn.example/{each}-{HASH}-1024-1024.png" for each in names]
        images = [
            SourceImage(f"{name}{n}", (url,), n, n, file_name_of(url)) for n, url in enumerate(urls)
        ]
        return SourceProduct(name, tuple(images))


@dataclass
class Move:
    """A move of a platform's images into the shop `s1`.

    Attributes:
        world: the shop's adapters.
        folder: the folder of better files.
    """

    world: World
    folder: Path

    def put(self, path: str, data: bytes) -> bytes:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)
        return data

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder.parent / "ledger")

    def run(self, *, given: bool = True, update: bool = False, **names: list[str]) -> list[str]:
        """Import, and return what became of names as `image name file: result`."""
        shop = self.world.shops.shop("s1")
        assert shop is not None
        self.world.remote.fetch = lambda _url, _size: SMALL  # type: ignore[method-assign]
        folder = self.folder if given else None
        wait = lambda _: True  # noqa: E731
        slots = threading.BoundedSemaphore(2)
        catalogue = Catalogue(shop, self.world.stores, self.world.remote)
        with closing(self.ledger) as ledger:
            originals = originals_for(ledger, folder, resumes=False, updates=update)
            fetcher = Fetcher(self.world.remote, None, slots, wait, originals)
            engine = Engine(ledger, Shelf(catalogue, {}, update=update), fetcher)
            ledger.begin_list()
            engine.list_source(Listed(Path(), names=names), lambda _: None)
            if originals is not None:
                originals.match(ledger)
            engine.import_all()
            found = list(originals.matches(ledger)) if originals else []
        return [f"{each.image} {each.name} {'|'.join(each.files)}: {each.result}" for each in found]

    def stored(self, product: str) -> list[bytes]:
        """The originals of a product in order."""
        gallery, _ = self.world.galleries.gallery_with_images("s1", product)
        return [
            self.world.blobs.original(key).data
            for image in gallery.order
            for key in self.world.blobs.original_keys("s1", image)[-1:]
        ]


@pytest.fixture
def move(world: World, tmp_path: Path) -> Move:
    world.open_shop("s1")
    (tmp_path / "originals").mkdir()
    return Move(world, tmp_path / "originals")


def test_a_file_of_the_same_name_is_taken_instead(move: Move) -> None:
    large = move.put("2019/Ñandú Azul.PNG", pictures.png(2000, 1500))
    move.put("notes.txt", b"no picture")
    move.put(".DS_Store.png", b"no picture")
    move.put("кружка.png", pictures.png(9, 9))
    move.put("unused.png", pictures.png(8, 8))

    found = move.run(mug=["nandu-azul", "other", "image"])

    assert found == [
        "mug0 nandu-azul 2019/Ñandú Azul.PNG: replaced",
        "mug1 other : no file",
        "mug2 image : no file",
        " unused unused.png: no image",
        " кружка.png кружка.png: no image",
    ]
    assert move.stored("mug") == [large, SMALL, SMALL]
    assert move.run(mug=["nandu-azul", "other", "image"]) == found, "told again, and not imported"


def test_a_name_of_several_files_or_images_is_told_and_not_guessed(move: Move) -> None:
    move.put("a/front.png", pictures.png(20, 20))
    move.put("b/front.jpg", pictures.png(21, 21))
    move.put("back.png", pictures.png(22, 22))

    found = move.run(mug=["front", "back"], cup=["back"])

    assert found == [
        "mug0 front a/front.png|b/front.jpg: several files",
        "mug1 back back.png: several images",
        "cup0 back back.png: several images",
    ]
    assert move.stored("mug") == [SMALL, SMALL]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html>", "it is not a complete GIF, JPEG, PNG, WEBP or BMP picture"),
        (b"", "it is empty"),
        (pictures.png(2000, 1500)[:-20], "it is not a complete GIF, JPEG, PNG, WEBP or BMP"),
    ],
)
def test_a_file_that_is_no_picture_leaves_the_platforms(
    move: Move, data: bytes, reason: str
) -> None:
    move.put("mug.png", data)
    (found,) = move.run(mug=["mug"])
    assert found.startswith("mug0 mug mug.png: ")
    assert reason in found
    assert move.stored("mug") == [SMALL]


def test_a_link_out_of_the_folder_is_not_followed(move: Move, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(pictures.png(20, 20))
    (move.folder / "mug.png").symlink_to(tmp_path / "secret.png")
    assert move.run(mug=["mug"]) == ["mug0 mug mug.png: it lies outside of the folder"]
    assert move.stored("mug") == [SMALL]


def test_an_image_that_is_here_is_replaced_when_asked_and_stays_so(move: Move) -> None:
    move.run(given=False, mug=["mug"])
    large = move.put("mug.png", pictures.png(2000, 1500))

    (found,) = move.run(mug=["mug"])
    assert found == "mug0 mug mug.png: not used: the image is here already; --update replaces it"
    assert move.stored("mug") == [SMALL]
    assert move.run(mug=["mug"], update=True) == ["mug0 mug mug.png: replaced"]
    assert move.stored("mug") == [large]

    with pytest.raises(UsageError, match="Give --originals again, or an empty folder"):
        move.run(given=False, mug=["mug"], update=True)
    (move.folder / "mug.png").unlink()
    assert move.run(mug=["mug"], update=True) == ["mug0 mug : no file"]
    move.run(given=False, mug=["mug"], update=True)
    assert move.stored("mug") == [SMALL]


def test_a_comparison_uses_the_folder_of_the_import(move: Move) -> None:
    move.put("mug.png", pictures.png(2000, 1500))
    move.run(mug=["mug"])
    ledger = move.ledger
    found = originals_for(ledger, None, resumes=True, updates=False)
    ledger.close()
    assert found is not None
    assert found.folder == move.folder


def test_a_folder_that_is_none_is_one_sentence(move: Move) -> None:
    with pytest.raises(UsageError, match="there is no folder '"):
        Originals.read(move.folder / "none")
