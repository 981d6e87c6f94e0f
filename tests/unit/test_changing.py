"""Changing an image while others change it too."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from tests import pictures
from tests.conftest import World
from tests.fakes import APPEARANCE

from vitrine.domain.errors import ConflictError, ImageNotFoundError, PictureRefusedError
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image, RenditionState, Texts
from vitrine.domain.locations import original_address
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.services.catalogue import Catalogue, RetryPolicy
from vitrine.services.changing import Change, change_image
from vitrine.services.naming import WantedName
from vitrine.services.reading import get_entry
from vitrine.services.removing import remove_image, remove_images
from vitrine.services.sources import at_hand

PRODUCT = ProductKey("p")
RULES = PictureRules(frozenset(Format), max_bytes=10**6)


@pytest.fixture
def catalogue(world: World) -> Catalogue:
    world.open_shop("s1")
    world.with_gallery("s1", "p", {1: 0, 2: 1, 3: 2}, thumbnail=1)
    return world.catalogue("s1")


def once_before_commit(
    world: World, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]
) -> None:
    """Call `meanwhile` between the reads and the next commit."""
    commit = world.galleries.commit
    waiting = [meanwhile]

    def late(change: GalleryChange) -> Gallery:
        if waiting:
            waiting.pop()()
        return commit(change)

    monkeypatch.setattr(world.galleries, "commit", late)


def text(words: str) -> Change:
    return Change(edit=lambda image: replace(image, texts=Texts(words)))


def test_a_change_of_nothing_writes_nothing(world: World, catalogue: Catalogue) -> None:
    found = get_entry(catalogue, PRODUCT, 2)

    same = change_image(catalogue, found, Change(place=lambda g, i: g.move(i, 2)), RULES)

    assert same == found
    assert world.galleries.heads["s1", "p"].version == 1


def test_two_changes_of_one_image_are_both_kept(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    move = Change(place=lambda gallery, image: gallery.move(image, 1))
    once_before_commit(
        world, monkeypatch, lambda: change_image(catalogue, found, text("red"), RULES)
    )

    changed = change_image(catalogue, found, move, RULES)

    assert changed == get_entry(catalogue, PRODUCT, 2)
    assert (changed.position, changed.image.alt, changed.image.version) == (1, "red", 2)


def test_what_others_add_meanwhile_keeps_its_place(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get_entry(catalogue, PRODUCT, 3)
    last = get_entry(catalogue, PRODUCT, 1)
    to_end = Change(place=lambda gallery, image: gallery.move(image, 3))
    to_front = Change(place=lambda gallery, image: gallery.move(image, 1))
    once_before_commit(world, monkeypatch, lambda: change_image(catalogue, last, to_end, RULES))

    change_image(catalogue, found, to_front, RULES)

    assert world.galleries.heads["s1", "p"].order == (3, 2, 1)


def test_an_image_removed_meanwhile_is_not_found_and_its_new_bytes_go(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    once_before_commit(world, monkeypatch, lambda: remove_image(catalogue, PRODUCT, 2))

    with pytest.raises(ImageNotFoundError):
        change_image(catalogue, found, Change(source=at_hand(pictures.png(), "a.png")), RULES)

    assert not [key for key in world.blobs.originals if key.startswith("originals/s1/2/")]


def test_two_replacements_end_as_two_revisions(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    same = Change(source=at_hand(pictures.png(), "a.png"))
    others: list[GalleryEntry] = []
    once_before_commit(
        world,
        monkeypatch,
        lambda: others.append(change_image(catalogue, found, same, RULES)),
    )

    last = change_image(catalogue, found, same, RULES)

    assert others[0].image.original.revision == 1
    assert last.image.original.revision == 2
    assert last.image == world.galleries.records["s1", "p"][2]
    for each in (others[0], last):
        assert original_address(each.image).original_key in world.blobs.originals


def test_a_replacement_that_loses_every_time_leaves_what_another_may_commit(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_: GalleryChange) -> Gallery:
        raise ConflictError

    monkeypatch.setattr(world.galleries, "commit", lose)
    before = set(world.blobs.originals)

    with pytest.raises(ConflictError):
        change_image(
            replace(catalogue, retry=RetryPolicy(2, 0.01)),
            get_entry(catalogue, PRODUCT, 2),
            Change(source=at_hand(pictures.png(), "a.png")),
            RULES,
        )

    assert before < set(world.blobs.originals)


def test_a_refused_picture_changes_nothing(world: World, catalogue: Catalogue) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    change = replace(text("red"), source=at_hand(b"no picture", "a.png"))

    with pytest.raises(PictureRefusedError) as refused:
        change_image(catalogue, found, change, RULES)

    assert refused.value.source == "a.png"
    assert get_entry(catalogue, PRODUCT, 2) == found


def test_an_image_replaced_while_it_is_removed_is_removed_as_it_is_then(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    swap = Change(source=at_hand(pictures.png(), "a.png"))
    once_before_commit(world, monkeypatch, lambda: change_image(catalogue, found, swap, RULES))

    remove_image(catalogue, PRODUCT, 2)

    # The older bytes go with the event that this removal sets off.
    assert [key for key in world.blobs.originals if key.startswith("originals/s1/2/1-")] == []


def test_a_removal_of_chosen_images_takes_no_others_when_it_must_begin_again(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.with_gallery("s1", "p", {number: number for number in range(1, 201)}, thumbnail=1)
    commit = world.galleries.commit
    calls: list[int] = []

    def lose_the_second(change: GalleryChange) -> Gallery:
        calls.append(len(change.removed))
        if len(calls) == 2:
            raise ConflictError
        return commit(change)

    monkeypatch.setattr(world.galleries, "commit", lose_the_second)

    remove_images(catalogue, PRODUCT, lambda gallery: sorted(gallery.sorts)[:100])

    assert calls == [50, 50, 50]
    assert world.galleries.heads["s1", "p"].order == tuple(range(101, 201))
    assert len(world.galleries.records["s1", "p"]) == 100


def test_images_read_in_the_middle_of_somebodys_writing_are_read_again(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query may see one half of a transaction: here a head that names an image without record."""
    read = world.galleries.gallery_with_images
    torn = [True]

    def half(shop: str, product: str) -> tuple[Gallery, Mapping[int, Image]]:
        gallery, images = read(shop, product)
        if torn:
            torn.pop()
            return gallery, {number: image for number, image in images.items() if number != 3}
        return gallery, images

    monkeypatch.setattr(world.galleries, "gallery_with_images", half)

    remove_images(catalogue, PRODUCT)

    assert world.galleries.records["s1", "p"] == {}
    assert world.blobs.originals == {}


def test_new_bytes_are_pending_even_if_the_old_ones_became_complete_meanwhile(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    where = original_address(found.image)
    once_before_commit(
        world,
        monkeypatch,
        lambda: world.galleries.complete_renditions(where, "p", APPEARANCE, turned=False),
    )

    change_image(catalogue, found, Change(source=at_hand(pictures.png(), "a.png")), RULES)

    assert world.galleries.records["s1", "p"][2].renditions is RenditionState.PENDING


def test_a_retried_replacement_stores_its_original_once(
    world: World, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every stored original costs an event that renders it."""
    found = get_entry(catalogue, PRODUCT, 2)
    put_original, stored = world.blobs.put_original, list[str]()

    def put(key: str, data: bytes, media_type: str, product: str = "") -> None:
        stored.append(key)
        put_original(key, data, media_type, product)

    monkeypatch.setattr(world.blobs, "put_original", put)
    once_before_commit(
        world, monkeypatch, lambda: change_image(catalogue, found, text("red"), RULES)
    )

    changed = change_image(
        catalogue, found, Change(source=at_hand(pictures.png(9, 9), "b.png")), RULES
    )

    assert changed.image.texts == Texts("red"), "the first attempt met a conflict"
    assert stored == [original_address(changed.image).original_key]


def test_new_bytes_with_a_name_are_announced_by_their_own_event_alone(
    world: World, catalogue: Catalogue
) -> None:
    found = get_entry(catalogue, PRODUCT, 2)
    source = at_hand(pictures.png(9, 9), "b.png")

    def wanted(_: Image) -> WantedName:
        return WantedName("lamp", "png")

    change_image(catalogue, found, Change(source=source, rename=wanted, names=True), RULES)
    assert world.blobs.announced == []

    renamed = Change(rename=lambda _: WantedName("mug", "png"), names=True)
    changed = change_image(catalogue, get_entry(catalogue, PRODUCT, 2), renamed, RULES)
    assert world.blobs.announced == [original_address(changed.image).original_key]
