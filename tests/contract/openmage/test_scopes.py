"""OpenMage contract §7, Scopes."""

import pytest
from tests.contract.openmage.conftest import (
    DE,
    FR,
    NOT_FOUND,
    A,
    B,
    C,
    OpenMage,
    P,
    assert_refused,
    ids,
    many,
    one,
    written,
)


def test_guests_read_the_default_view_where_they_name_no_store(stocked: OpenMage) -> None:
    stocked.put({"label": "global"})
    stocked.put({"label": "default", "position": 9, "types": ["image"]}, store="1")
    stocked.put({"label": "avant"}, store=FR)

    for store in ("", "0", "admin", "1", "default"):
        assert stocked.get_as_guest(one(store=store))["label"] == "default"
        assert stocked.get_as_guest(one(store=store))["types"] == ["image"]
        assert ids(stocked.get_as_guest(many(store))) == [B, A]
    assert stocked.get_as_guest(one(store=FR))["label"] == "avant"
    assert stocked.get_as_guest(one(store=DE))["label"] == "global"
    for store in ("", "0", "admin"):
        assert stocked.get(one(store=store))["label"] == "global"
        assert ids(stocked.get(many(store))) == [A, B]


@pytest.mark.parametrize("store", ["", "1"])
def test_excluded_images_are_hidden_from_guests_and_keep_their_types(
    stocked: OpenMage, store: str
) -> None:
    stocked.put({"types": ["image", "thumbnail"]})

    stocked.put({"exclude": 1}, store=store)

    for path in (one(), one(store="1"), one(store="0"), one(store="admin")):
        assert_refused(stocked.guest("GET", path), *NOT_FOUND)
    assert ids(stocked.get_as_guest(P)) == ids(stocked.get_as_guest(many("1"))) == [B]
    assert ids(stocked.get_as_guest(many(FR))) == ([A, B] if store else [B])
    assert ids(stocked.get(P)) == ids(stocked.get(many("1"))) == [A, B]
    shown = stocked.get(one(store="1"))
    assert (shown["exclude"], shown["types"]) == ("1", ["image", "thumbnail"])
    assert stocked.get_as_guest(one(B))["types"] == []
    stocked.put({"exclude": 0}, store=store)
    assert ids(stocked.get_as_guest(P)) == [A, B]


def test_an_image_may_be_shown_in_one_store_only(stocked: OpenMage) -> None:
    stocked.put({"exclude": 1})
    stocked.put({"exclude": 0}, store=FR)

    assert ids(stocked.get_as_guest(many(FR))) == [A, B]
    assert stocked.get_as_guest(one(store=FR))["id"] == "11"
    assert ids(stocked.get_as_guest(many(DE))) == [B]
    assert stocked.get(one(store=FR))["exclude"] == "0"


def test_a_store_shows_its_own_values_and_global_ones_else(stocked: OpenMage) -> None:
    stocked.put({"label": "Mug", "types": ["image", "small_image"]})
    stocked.put({"position": 4}, store=FR)
    assert written(stocked.get(one(store=FR))) == ("Mug", "4", "0", ["image", "small_image"])

    stocked.put({"label": "Cup", "position": 8, "exclude": 1})
    assert written(stocked.get(one(store=FR))) == ("Cup", "4", "1", ["image", "small_image"])
    stocked.put({"label": "Tasse", "exclude": 0}, store=FR)
    stocked.put({"label": "Jar"})
    assert written(stocked.get(one(store=FR))) == ("Tasse", "4", "0", ["image", "small_image"])
    assert written(stocked.get(one(store=DE))) == ("Jar", "8", "1", ["image", "small_image"])


@pytest.mark.parametrize("empty", ["", False])
def test_an_empty_label_in_a_store_lets_the_global_one_through(
    stocked: OpenMage, empty: object
) -> None:
    stocked.put({"label": "Mug"})
    stocked.put({"label": "Tasse"}, store=FR)

    stocked.put({"label": empty}, store=FR)

    assert stocked.get(one(store=FR))["label"] == "Mug"
    stocked.put({"label": empty})
    assert stocked.get(one(store=FR))["label"] == ""


@pytest.mark.parametrize("same", [False, True])
def test_a_value_of_a_store_is_its_own_even_if_it_is_the_global_one(
    stocked: OpenMage, same: bool
) -> None:
    if same:
        stocked.put({"position": 1, "exclude": 0}, store=FR)

    stocked.put({"position": 7, "exclude": 1})

    shown = ("1", "0") if same else ("7", "1")
    assert written(stocked.get(one(store=FR)))[1:3] == shown


def test_a_post_in_a_store_is_global_and_its_fields_are_the_stores(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "thumbnail"]})

    image = stocked.added(
        many(FR), label="avant", position=1, exclude=1, types=["image"], file_name="front"
    )

    assert written(stocked.get(one(image, FR))) == ("avant", "1", "1", ["image"])
    for store in ("", "1", DE):
        assert written(stocked.get(one(image, store))) == ("", "7", "0", [])
        assert stocked.get(one(store=store))["types"] == ["image", "thumbnail"]
    assert stocked.get(one(store=FR))["types"] == ["thumbnail"]
    assert ids(stocked.get(many(FR))) == [A, C, B]
    assert ids(stocked.get_as_guest(many(FR))) == [A, B]
    assert ids(stocked.get_as_guest(P)) == [A, B, C]
    assert stocked.gallery.sorts[image] == 6


def test_what_a_post_in_a_store_does_not_send_is_global_there_too(stocked: OpenMage) -> None:
    image = stocked.added(many(FR))

    stocked.put({"label": "Mug", "position": 2, "exclude": 1, "types": ["image"]}, image)

    assert stocked.get(one(image, FR)) == stocked.get(one(image))


def test_types_leave_other_images_and_are_exactly_these(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "small_image"]})
    stocked.put({"types": ["small_image", "thumbnail"]}, B)

    assert stocked.get(one())["types"] == ["image"]
    assert stocked.get(one(B))["types"] == ["small_image", "thumbnail"]
    stocked.put({"types": ["thumbnail"]}, B)
    assert stocked.get(one())["types"] == ["image"], "no image has the others"
    stocked.put({"types": []}, B)
    assert [each["types"] for each in stocked.get(P)] == [["image"], []]


def test_types_of_a_store_leave_other_scopes(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "small_image", "thumbnail"]})

    stocked.put({"types": ["small_image"]}, B, FR)

    assert [each["types"] for each in stocked.get(many(FR))] == [
        ["image", "thumbnail"],
        ["small_image"],
    ]
    for store in ("", "1", DE):
        assert stocked.get(one(store=store))["types"] == ["image", "small_image", "thumbnail"]
    stocked.put({"types": ["image", "small_image", "thumbnail"]}, B)
    assert [each["types"] for each in stocked.get(many(FR))] == [
        [],
        ["image", "small_image", "thumbnail"],
    ], "roles without a holder in the store follow the global ones"


def test_an_explicit_none_does_not_fall_back(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "small_image"]})
    stocked.put({"types": ["image"]}, store=FR)
    assert stocked.get(one(store=FR))["types"] == ["image"]

    stocked.put({"types": ["small_image"]}, B)

    assert [each["types"] for each in stocked.get(many(FR))] == [["image"], []]
    assert [each["types"] for each in stocked.get(P)] == [["image"], ["small_image"]]
    stocked.put({"types": ["small_image"]}, B, FR)
    assert [each["types"] for each in stocked.get(many(FR))] == [["image"], ["small_image"]]


def test_types_written_in_a_store_take_nothing_from_roles_of_others(stocked: OpenMage) -> None:
    stocked.put({"types": ["image"]})

    stocked.put({"types": []}, B, FR)
    assert stocked.get(one(store=FR))["types"] == ["image"]
    stocked.put({"types": ["image"]}, B)
    assert stocked.get(one(B, FR))["types"] == ["image"], "no image had it in the store"
