"""Comparing the bytes of imported images with those at the source, by reading both again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests import pictures
from tests.unit.test_importing_shops import Move, move  # noqa: F401 - a fixture

from vitrine.domain.locations import original_address
from vitrine_cli.importing.fetching import Fetcher
from vitrine_cli.importing.ledger import Ledger, State
from vitrine_cli.importing.rereading import Rereading
from vitrine_cli.importing.verifying import verify


def compared(move: Move) -> tuple[list[tuple[str, str, str]], int, dict[State, int]]:  # noqa: F811
    """Differences of bytes as image, value at the source and here; images compared; states."""
    ledger = Ledger(move.ledger)
    assert list(verify(ledger, move.shelf(ledger))) == []
    stopping, seen = threading.Event(), list[str]()
    fetcher = Fetcher(move.world.remote, move.folder, threading.BoundedSemaphore(2), lambda _: True)
    rereading = Rereading(ledger, move.catalogue, fetcher, stopping)
    found = list(rereading.differences(2, lambda entry: seen.append(entry.path)))
    states = ledger.counts()
    ledger.close()
    assert {each.what for each in found} <= {"bytes, read again"}
    return [(each.image, each.source, each.here) for each in found], len(seen), states


def stored(move: Move, product: str) -> str:  # noqa: F811
    """The key of the original of a product's first image."""
    gallery, images = move.world.galleries.gallery_with_images("s1", product)
    return original_address(images[gallery.order[0]]).original_key


def changed_at_the_source(move: Move) -> tuple[str, str]:  # noqa: F811
    data = move.put("mug/1.png", 20)
    return hashlib.sha256(data).hexdigest(), hashlib.sha256(pictures.png(11, 10)).hexdigest()


def removed_at_the_source(move: Move) -> tuple[str, str]:  # noqa: F811
    (move.folder / "mug/1.png").unlink()
    return "there is no such file", hashlib.sha256(pictures.png(11, 10)).hexdigest()


def damaged_here(move: Move) -> tuple[str, str]:  # noqa: F811
    key = stored(move, "mug")
    cut = pictures.png(11, 10)[:-1]
    move.world.blobs.originals[key] = replace(move.world.blobs.originals[key], data=cut)
    return hashlib.sha256(pictures.png(11, 10)).hexdigest(), hashlib.sha256(cut).hexdigest()


def removed_here(move: Move) -> tuple[str, str]:  # noqa: F811
    del move.world.blobs.originals[stored(move, "mug")]
    return hashlib.sha256(pictures.png(11, 10)).hexdigest(), "missing"


@pytest.mark.parametrize(
    "harm", [changed_at_the_source, removed_at_the_source, damaged_here, removed_here]
)
def test_bytes_that_differ_on_either_side_are_found(
    move: Move,  # noqa: F811
    harm: Callable[[Move], tuple[str, str]],
) -> None:
    """The record still has the digest of what was imported, so that nothing else tells."""
    for number in (1, 2, 3):
        move.put(f"mug/{number}.png", number)
    move.put("cup/1.png", 4)
    move.run()
    assert compared(move) == ([], 4, {State.VERIFIED: 4})

    source, here = harm(move)

    differences, images, states = compared(move)
    assert [(name.rpartition("/")[2], *values) for name, *values in differences] == [
        ("1.png", source, here)
    ]
    assert (images, states) == (4, {State.VERIFIED: 3, State.STORED: 1})


def test_images_of_the_library_are_compared(move: Move) -> None:  # noqa: F811
    move.put("a.png", 1)
    move.run(move.csv("product,file,purpose\n,a.png,category\n"))
    assert compared(move)[:2] == ([], 1)
    move.put("a.png", 2)
    assert [each[0] for each in compared(move)[0]] == ["category/a.png"]
