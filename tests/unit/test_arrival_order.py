"""The order of images whose files arrive by events, which come in any order."""

import random
from dataclasses import dataclass, field
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.arrival_order import place_dropped, place_in_batch
from vitrine.domain.gallery import HIGHEST_SORT, THUMBNAIL, Gallery
from vitrine.domain.natural_order import natural_key

SORTS = st.integers(-3, 6) | st.sampled_from([HIGHEST_SORT - 1, HIGHEST_SORT])
GALLERIES = st.dictionaries(st.integers(1, 30), SORTS, min_size=1, max_size=8).map(
    lambda sorts: Gallery(sorts=sorts)
)


@pytest.mark.parametrize(
    "names",
    [
        ["1.jpg", "2.jpg", "10.jpg"],
        ["01.jpg", "02.jpg", "10.jpg"],
        ["a2.png", "a10.jpg", "b1.jpg"],
        ["A1.jpg", "a2.jpg", "A3.jpg"],
        ["1.jpg", "1a.jpg", "2.jpg"],
        ["01.jpg", "1.jpg", "1.png"],
        ["cafe\u0301 1.jpg", "caf\u00e9 2.jpg"],
        ["IMG_9 (2).jpg", "IMG_10 (1).jpg"],
        ["\u0661.jpg", "\u0662.jpg", "10.jpg"],
        ["1", ".hidden", "a"],
        ["stra\u00dfe 1.jpg", "STRASSE 2.jpg", "stra\u00dfe 3.jpg"],
    ],
)
def test_names_are_in_natural_order(names: list[str]) -> None:
    for order in permutations(names):
        assert sorted(order, key=natural_key) == names


@given(GALLERIES, st.integers(0, 7), st.integers(1, 40))
def test_an_image_is_inserted_directly_before_another_and_gaps_stay(
    gallery: Gallery, rank: int, image: int
) -> None:
    successor = gallery.order[min(rank, len(gallery) - 1)]
    image += 0 if image not in gallery else 40

    after = gallery.insert_before(image, successor)

    expected = list(gallery.order)
    place = expected.index(successor)
    expected.insert(place, image)
    assert list(after.order) == expected
    last = gallery.sorts[successor], successor
    if place:
        first = gallery.sorts[expected[place - 1]], expected[place - 1]
        around = {first[0], first[0] + 1, last[0] - 1, last[0]}
        has_room = any(first < (sort, image) < last for sort in around)
    else:
        has_room = last[0] > 0
    if has_room:
        assert {**after.sorts, **gallery.sorts} == after.sorts, "no other image moves"
    if max(gallery.sorts.values()) < HIGHEST_SORT:
        behind = gallery.order[gallery.positions[successor] - 1 :]
        moved = {each: after.sorts[each] - gallery.sorts[each] for each in gallery.sorts}
        assert {moved[each] for each in behind} <= {0} or {moved[each] for each in behind} == {1}
        assert all(moved[each] == 0 for each in gallery.order if each not in behind)
    assert max(after.sorts.values()) <= HIGHEST_SORT


@dataclass
class Product:
    """A gallery into which files are dropped."""

    gallery: Gallery = field(default_factory=Gallery)
    marks: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def drop(self, name: str, image: int | None = None) -> None:
        image = image or max(self.names, default=0) + 1
        self.gallery = place_dropped(self.gallery, image, name, self.marks)
        self.marks[image] = self.names[image] = name

    @property
    def shown(self) -> list[str]:
        return [self.names[image] for image in self.gallery.order]

    @property
    def thumbnail(self) -> str:
        return self.names[self.gallery.roles[THUMBNAIL]]


def test_all_720_orders_of_six_files_give_one_gallery() -> None:
    names = ["01.jpg", "2.jpg", "03.jpg", "10.jpg", "a1.jpg", "B2.jpg"]
    seen = set()
    for order in permutations(names):
        product = Product()
        for name in order:
            product.drop(name)
        seen.add((tuple(product.shown), product.thumbnail))

    assert seen == {(tuple(names), "01.jpg")}


def test_ids_in_another_order_than_the_commits_give_the_same_gallery() -> None:
    """Ids are taken before the commit, and a commit that loses a race comes later."""
    names = ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    for order in permutations(names):
        for ids in permutations(range(1, 5)):
            product = Product()
            for name, image in zip(order, ids, strict=True):
                product.drop(name, image)
            assert (product.shown, product.thumbnail) == (names, "1.jpg")


def test_an_unmarked_image_stays_where_it_is_between_dropped_ones() -> None:
    for order in permutations(["1.jpg", "2.jpg", "3.jpg", "5.jpg", "6.jpg"]):
        product = Product()
        product.drop("4.jpg")
        product.gallery = product.gallery.append(99)
        product.names[99] = "by a client"
        for image, name in enumerate(order, 100):
            product.drop(name, image)
        early = ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
        assert product.shown == [*early, "by a client", "5.jpg", "6.jpg"]


def test_equal_names_are_in_the_order_of_their_characters_and_then_of_arrival() -> None:
    product = Product()
    for name in ("1.jpg", "01.jpg", "1.jpg", "01.jpg"):
        product.drop(name)

    assert product.gallery.order == (2, 4, 1, 3)


def test_a_thumbnail_stays_while_images_come_behind_it() -> None:
    """A client put another image first, and gave it no role."""
    product = Product()
    for name in ("1.jpg", "4.jpg"):
        product.drop(name)
    product.gallery = product.gallery.insert(99, 1)
    product.names[99] = "by a client"

    product.drop("3.jpg")

    assert product.shown == ["by a client", "1.jpg", "3.jpg", "4.jpg"]
    assert product.thumbnail == "1.jpg"


def test_a_thumbnail_that_somebody_asked_for_stays() -> None:
    product = Product()
    for name in ("3.jpg", "2.jpg"):
        product.drop(name)
    assert product.thumbnail == "2.jpg"
    asked = product.gallery.with_thumbnail(1)
    for given_role in (asked, product.gallery.assign(1, {THUMBNAIL, "image"})):
        product.gallery = given_role
        product.drop("1.jpg", 9)
        assert product.thumbnail == "3.jpg"


def test_a_role_that_is_inherited_is_held_by_default() -> None:
    product = Product()
    for name in ("3.jpg", "4.jpg"):
        product.drop(name)
    product.gallery = product.gallery.with_thumbnail(1).remove(1)
    del product.marks[1]
    product.drop("1.jpg")

    assert product.thumbnail == "1.jpg"


def test_a_thumbnail_by_default_is_one_still_when_another_image_goes() -> None:
    for leave in (Gallery.remove, Gallery.retire):
        product = Product()
        for name in ("3.jpg", "4.jpg"):
            product.drop(name)
        product.gallery = leave(product.gallery, 2)
        del product.marks[2]

        product.drop("1.jpg")

        assert product.thumbnail == "1.jpg"


def test_a_thumbnail_that_a_client_removed_leaves_nothing_by_default() -> None:
    """A soft delete vacates the role, and no later file takes it."""
    product = Product()
    for name in ("3.jpg", "4.jpg"):
        product.drop(name)
    product.gallery = product.gallery.retire(1)

    assert not product.gallery.thumbnail_by_default
    assert THUMBNAIL not in product.gallery.roles


def test_an_order_of_all_images_is_by_a_client_up_to_the_highest_id() -> None:
    gallery = Gallery().append(3).append(7).append(5)

    assert gallery.arrange([5, 7, 3]).arranged_up_to == 7
    assert gallery.arrange([3, 5, 7]).arranged_up_to == 7
    assert gallery.arranged_up_to == 0


def test_an_image_that_lost_the_thumbnail_by_request_does_not_get_it_back() -> None:
    product = Product()
    product.drop("2.jpg")
    product.gallery = product.gallery.without_thumbnail(1)
    product.drop("1.jpg")

    assert THUMBNAIL not in product.gallery.roles


# Upload batches

FIRST, SECOND = range(10, 16), range(20, 25)
BATCHES = (FIRST, SECOND)


def arrive(gallery: Gallery, image: int) -> Gallery:
    """A file of a batch arrives; what every arrival must keep is checked."""
    siblings = next(each for each in BATCHES if image in each)
    after = place_in_batch(gallery, image, siblings)
    assert [each for each in after.order if each != image] == list(gallery.order)
    lower = [each for each in siblings if each < image and each in gallery]
    higher = [each for each in siblings if each > image and each in gallery]
    if lower:
        assert after.order.index(image) == after.order.index(lower[-1]) + 1
    elif higher:
        assert after.order.index(image) == after.order.index(higher[0]) - 1
    else:
        assert after.order[-1] == image
    return after


@given(st.permutations([*FIRST, *SECOND]), st.sets(st.sampled_from([*FIRST, *SECOND])))
def test_every_order_of_two_batches_gives_two_blocks_in_order(
    events: list[int], rejected: set[int]
) -> None:
    gallery = Gallery()
    for image in events:
        if image not in rejected:
            gallery = arrive(gallery, image)

    arrived = [each for each in events if each not in rejected]
    blocks = [[each for each in batch if each in arrived] for batch in BATCHES]
    if arrived and arrived[0] in SECOND:
        blocks.reverse()
    assert list(gallery.order) == [*blocks[0], *blocks[1]]
    assert gallery.roles.get(THUMBNAIL) == next(iter([*blocks[0], *blocks[1]]), None)


@given(st.permutations([*FIRST, *SECOND]), st.data())
def test_arrived_siblings_stay_in_order_while_others_change(
    events: list[int], data: st.DataObject
) -> None:
    """Deletes, foreign images, and moves of foreign images come in between."""
    gallery = Gallery().append(1).append(2)
    new = iter(range(100, 200))
    for image in events:
        action = data.draw(st.sampled_from(["none", "reject", "delete", "add", "drop", "move"]))
        foreign = [each for each in gallery.order if each not in FIRST and each not in SECOND]
        if action == "delete" and gallery.sorts:
            gallery = gallery.remove(data.draw(st.sampled_from(gallery.order)))
        elif action == "add":
            gallery = gallery.insert(next(new), data.draw(st.integers(1, len(gallery) + 1)))
        elif action == "drop" and gallery.sorts:
            gallery = gallery.insert_before(next(new), data.draw(st.sampled_from(gallery.order)))
        elif action == "move" and foreign:
            moved = data.draw(st.sampled_from(foreign))
            if data.draw(st.booleans()):
                gallery = gallery.move(moved, data.draw(st.integers(1, len(gallery))))
            else:
                gallery = gallery.place(moved, data.draw(st.integers(0, 9)))
        if action != "reject":
            gallery = arrive(gallery, image)
        for batch in BATCHES:
            shown = [each for each in gallery.order if each in batch]
            assert shown == sorted(shown)


@given(st.permutations(FIRST), st.data())
def test_a_reorder_in_between_is_respected(events: list[int], data: st.DataObject) -> None:
    """A client moves siblings themselves: each newcomer stands beside its neighbour."""
    gallery = Gallery()
    for image in events:
        gallery = arrive(gallery, image)
        if data.draw(st.booleans()):
            wanted = data.draw(st.permutations(gallery.order))
            for position, each in enumerate(wanted, 1):
                gallery = gallery.move(each, position)
            assert gallery.order == tuple(wanted)


def test_the_thumbnail_goes_to_the_first_file_unless_somebody_asked_for_another() -> None:
    gallery = place_in_batch(Gallery(), 14, FIRST)
    assert gallery.roles == {THUMBNAIL: 14}
    gallery = place_in_batch(gallery, 12, FIRST)
    assert gallery.roles == {THUMBNAIL: 12}
    gallery = place_in_batch(gallery, 13, FIRST)
    assert gallery.roles == {THUMBNAIL: 12}
    gallery = place_in_batch(gallery.with_thumbnail(12), 10, FIRST)
    assert gallery.roles == {THUMBNAIL: 12}


def test_a_thumbnail_outside_of_the_batch_keeps_its_role() -> None:
    gallery = Gallery().append(1)
    for image in random.Random(7).sample(FIRST, len(FIRST)):
        gallery = place_in_batch(gallery, image, FIRST)

    assert gallery.roles == {THUMBNAIL: 1}
    assert gallery.order == (1, *FIRST)
