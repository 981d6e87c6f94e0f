"""BigCommerce contract §7, Ordering, defaults, edges."""

from typing import Any

import pytest
from tests.contract.bigcommerce.conftest import (
    CUP,
    EVERYWHERE,
    INTERNAL,
    MUG,
    NOT_FOUND,
    A,
    B,
    BigCommerce,
    C,
    D,
    P,
    assert_empty,
    assert_refused,
)

from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange

ORDERING: list[tuple[str, str, dict[str, Any] | None, dict[int, int], int | None]] = [
    ("POST", P, {"image_file": MUG}, {A: 0, B: 1, C: 2, D: 3}, A),
    ("POST", P, {"image_file": MUG, "sort_order": 1}, {A: 0, B: 2, C: 3, D: 1}, A),
    (
        "POST",
        P,
        {"image_file": MUG, "sort_order": 7, "is_thumbnail": True},
        {A: 0, B: 1, C: 2, D: 7},
        D,
    ),
    ("PUT", f"{P}/13", {"sort_order": 0}, {A: 1, B: 2, C: 0}, A),
    ("PUT", f"{P}/11", {"sort_order": 2}, {A: 2, B: 1, C: 3}, A),
    ("PUT", f"{P}/11", {"sort_order": 9}, {A: 9, B: 1, C: 2}, A),
    ("PUT", f"{P}/12", {"sort_order": 1}, {A: 0, B: 1, C: 2}, A),
    ("PUT", f"{P}/11", {"is_thumbnail": False}, {A: 0, B: 1, C: 2}, None),
    ("DELETE", f"{P}/11", None, {B: 1, C: 2}, B),
    ("DELETE", f"{P}?limit=2", None, {C: 2}, C),
    ("DELETE", P, None, {}, None),
    # not in the contract's table, but in its sentences
    ("POST", P, {"image_file": MUG, "is_thumbnail": False}, {A: 0, B: 1, C: 2, D: 3}, A),
    ("POST", P, {"image_file": MUG, "is_thumbnail": True}, {A: 0, B: 1, C: 2, D: 3}, D),
    ("POST", P, {"image_file": MUG, "sort_order": -1}, {A: 0, B: 1, C: 2, D: -1}, A),
    ("POST", P, {"image_file": MUG, "sort_order": 0}, {A: 1, B: 2, C: 3, D: 0}, A),
    ("PUT", f"{P}/12", {"is_thumbnail": True}, {A: 0, B: 1, C: 2}, B),
    ("PUT", f"{P}/12", {"is_thumbnail": False}, {A: 0, B: 1, C: 2}, A),
    ("PUT", f"{P}/13", {"sort_order": 1}, {A: 0, B: 2, C: 1}, A),
    ("PUT", f"{P}/13", {"sort_order": -3}, {A: 0, B: 1, C: -3}, A),
    ("DELETE", f"{P}/12", None, {A: 0, C: 2}, A),
    ("DELETE", f"{P}/13", None, {A: 0, B: 1}, A),
    ("DELETE", f"{P}?page=2&limit=2", None, {A: 0, B: 1}, A),
]


@pytest.mark.parametrize(("method", "path", "fields", "sorts", "thumbnail"), ORDERING)
def test_places_and_thumbnail_are_what_the_contracts_table_says(
    shop: BigCommerce,
    method: str,
    path: str,
    fields: dict[str, Any] | None,
    sorts: dict[int, int],
    thumbnail: int | None,
) -> None:
    shop.with_gallery()

    answer = shop.send(method, path, **({} if fields is None else {"json": fields}))

    assert answer.status in (200, 201, 204), answer.body
    assert (shop.sorts, shop.thumbnail) == (sorts, thumbnail)
    listed = shop.get() if sorts else []
    assert [(each["id"], each["sort_order"]) for each in listed] == sorted(sorts.items())
    assert [each["id"] for each in listed if each["is_thumbnail"]] == [thumbnail] * bool(thumbnail)
    if fields is not None:
        assert answer.json in listed


def test_tiendanube_reads_the_same_order(shop: BigCommerce) -> None:
    shop.with_gallery()

    shop.created({"image_file": MUG, "sort_order": 1})

    assert shop.world.galleries.gallery("shop1", "29").order == (A, D, B, C)


def test_a_deleted_image_is_gone_for_everybody(shop: BigCommerce) -> None:
    shop.with_gallery()

    assert_empty(shop.send("DELETE", f"{P}/11"))

    for method in ("GET", "PUT", "DELETE"):
        assert_refused(shop.send(method, f"{P}/11"), NOT_FOUND)
    assert shop.get(f"{P}/count") == {"count": 2}
    assert len(shop.world.blobs.originals) == 2


def test_an_emptied_product_is_as_one_that_never_had_an_image(shop: BigCommerce) -> None:
    shop.with_gallery({A: 5})

    assert_empty(shop.send("DELETE", P))

    assert_empty(shop.send("GET", P))
    assert shop.get(f"{P}/count") == {"count": 0}
    assert_empty(shop.send("DELETE", P))
    image = shop.created({"image_file": MUG})
    assert (image["is_thumbnail"], image["sort_order"]) == (True, 0)


@pytest.mark.parametrize(
    ("before", "image", "sort", "after"),
    [
        ({A: 0, B: 0, C: 2}, C, 0, {A: 1, B: 1, C: 0}),  # the tie is kept
        ({A: 0, B: 0, C: 2}, B, 0, {A: 0, B: 0, C: 2}),  # it is there already
        ({A: 0, B: 1, C: 5}, A, 1, {A: 1, B: 2, C: 6}),  # all above move; gaps stay
        ({A: 0, B: 1, C: 5}, A, 3, {A: 3, B: 1, C: 5}),
        ({A: 4, B: 5, C: 6}, C, 4, {A: 5, B: 6, C: 4}),
        ({A: -2, B: -1, C: 0}, C, -2, {A: -1, B: 0, C: -2}),
        ({A: 0, B: 2**31 - 1}, A, 2**31 - 1, {A: 2**31 - 1, B: 2**31 - 1}),
        (
            {A: 0, B: 2**31 - 2, C: 2**31 - 1},
            A,
            2**31 - 2,
            {A: 2**31 - 2, B: 2**31 - 1, C: 2**31 - 1},
        ),
    ],
)
def test_others_move_only_on_a_collision(
    shop: BigCommerce, before: dict[int, int], image: int, sort: int, after: dict[int, int]
) -> None:
    shop.with_gallery(before)

    answer = shop.put({"sort_order": sort}, image)

    assert (answer.status, answer.json["sort_order"]) == (200, sort)
    assert (shop.sorts, shop.thumbnail) == (after, A)


@pytest.mark.parametrize(
    ("before", "sort", "after"),
    [
        ({A: 0, B: 0}, None, {A: 0, B: 0, C: 1}),
        ({A: 9, B: 3}, None, {A: 9, B: 3, C: 10}),
        ({A: -5, B: -7}, None, {A: -5, B: -7, C: -4}),
        ({A: 2**31 - 1, B: 0}, None, {A: 2**31 - 1, B: 0, C: 2**31 - 1}),
        ({A: 2**31 - 1, B: 0}, 2**31 - 1, {A: 2**31 - 1, B: 0, C: 2**31 - 1}),
        ({A: 0, B: 0}, 0, {A: 1, B: 1, C: 0}),
        ({A: 0, B: 6}, 3, {A: 0, B: 6, C: 3}),
    ],
)
def test_a_new_image_finds_its_place(
    shop: BigCommerce, before: dict[int, int], sort: int | None, after: dict[int, int]
) -> None:
    shop.with_gallery(before)

    image = shop.created({"image_file": MUG, "sort_order": sort})

    assert image["sort_order"] == after[C]
    assert shop.sorts == after


@pytest.mark.parametrize(
    ("fields", "thumbnail"),
    [
        ({}, True),
        ({"is_thumbnail": True}, True),
        ({"is_thumbnail": None}, True),
        ({"is_thumbnail": False}, False),
        ({"is_thumbnail": "0", "sort_order": 0}, False),
    ],
)
def test_the_first_image_is_the_thumbnail_unless_it_says_no(
    shop: BigCommerce, fields: dict[str, Any], thumbnail: bool
) -> None:
    image = shop.created({"image_file": MUG, **fields})

    assert (image["is_thumbnail"], image["sort_order"]) == (thumbnail, 0)
    assert shop.thumbnail == (image["id"] if thumbnail else None)


@pytest.mark.parametrize("sort", [0, 5, -5, 2**31 - 1])
def test_the_first_image_takes_the_place_it_asks_for(shop: BigCommerce, sort: int) -> None:
    image = shop.created({"image_file": MUG, "sort_order": sort})

    assert (image["is_thumbnail"], image["sort_order"]) == (True, sort)


def test_a_product_without_a_thumbnail_stays_without_until_one_is_named(shop: BigCommerce) -> None:
    shop.with_gallery(thumbnail=None)

    shop.created({"image_file": MUG})
    shop.put({"sort_order": 0}, C)
    shop.put({"image_file": CUP}, B)
    shop.send("DELETE", f"{P}/11")
    assert shop.thumbnail is None

    shop.put({"is_thumbnail": True}, B)
    assert shop.thumbnail == B


@pytest.mark.parametrize(
    ("sorts", "heir"), [({A: 0, B: 5, C: 1}, C), ({A: 9, B: 3, C: 3}, B), ({A: 0}, None)]
)
def test_a_deleted_thumbnail_passes_to_the_first_that_remains(
    shop: BigCommerce, sorts: dict[int, int], heir: int | None
) -> None:
    shop.with_gallery(sorts)

    assert_empty(shop.send("DELETE", f"{P}/11"))

    assert shop.thumbnail == heir


def test_a_deleted_page_passes_the_thumbnail_to_the_first_that_remains(shop: BigCommerce) -> None:
    shop.with_gallery({A: 0, B: 1, C: 9, D: 4})

    assert_empty(shop.send("DELETE", f"{P}?limit=2"))

    assert (shop.sorts, shop.thumbnail) == ({C: 9, D: 4}, D)


def test_reading_writes_nothing(shop: BigCommerce) -> None:
    shop.with_gallery({A: 7, B: 7, C: -1}, thumbnail=None)
    before = shop.everything

    for path in (P, f"{P}/count", f"{P}/11", EVERYWHERE, f"{P}?page=2&limit=1"):
        shop.get(path)

    assert shop.everything == before


def test_repeating_an_interrupted_delete_finishes_it(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery({number: number for number in range(1, 261)})
    commit, done = shop.world.galleries.commit, list[GalleryChange]()

    def interrupted(change: GalleryChange) -> Gallery:
        if done:
            raise RuntimeError("the power is gone")
        done.append(change)
        return commit(change)

    with monkeypatch.context() as power:
        power.setattr(shop.world.galleries, "commit", interrupted)
        assert_refused(shop.send("DELETE", P), INTERNAL)
    left = shop.get(f"{P}/count")["count"]
    assert 0 < left < 260
    assert len(shop.sorts) == left, "head and records agree"

    assert_empty(shop.send("DELETE", P))

    assert_empty(shop.send("GET", P))
    assert shop.get(EVERYWHERE) == {"count": 0}


@pytest.mark.parametrize(
    ("method", "path", "fields", "sorts"),
    [
        ("POST", P, {"image_file": MUG}, {A: 1, B: 2, C: 0, D: 3}),
        ("POST", P, {"image_file": MUG, "sort_order": 1}, {A: 2, B: 3, C: 0, D: 1}),
        ("PUT", f"{P}/12", {"sort_order": 0}, {A: 2, B: 0, C: 1}),
        ("PUT", f"{P}/12", {"image_file": CUP}, {A: 1, B: 2, C: 0}),
        ("DELETE", f"{P}/12", None, {A: 1, C: 0}),
    ],
)
def test_nothing_another_writer_did_in_between_is_lost(
    shop: BigCommerce,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    fields: dict[str, Any] | None,
    sorts: dict[int, int],
) -> None:
    shop.with_gallery()
    commit = shop.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        assert shop.put({"sort_order": 0, "is_thumbnail": True}, C).status == 200
        assert shop.put({"description": "Cup"}, B).status == 200
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", slow_commit)

    answer = shop.send(method, path, **({} if fields is None else {"json": fields}))

    assert answer.status in (200, 201, 204), answer.body
    assert (shop.sorts, shop.thumbnail) == (sorts, C)
    if B in sorts:
        assert shop.image(B)["description"] == "Cup"


def test_an_image_deleted_while_it_is_changed_is_not_found(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.with_gallery()
    commit = shop.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        assert_empty(shop.send("DELETE", f"{P}/11"))
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", slow_commit)

    assert_refused(shop.put({"description": "Cup", "image_file": CUP}), NOT_FOUND)
    assert shop.sorts == {B: 1, C: 2}
    assert len(shop.world.blobs.originals) == 2
