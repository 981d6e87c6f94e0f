"""OpenMage contract §4.4, File names and URL."""

from typing import Any

import pytest
from tests.contract.openmage.conftest import (
    FILES,
    PNG,
    PRE_VALIDATOR,
    OpenMage,
    P,
    assert_refused,
    bigcommerce,
    many,
    one,
)

from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange


def test_default_names_are_numbered_from_2_on(shop: OpenMage) -> None:
    names = []
    for number, mime_type in enumerate(["png", "gif", "jpeg", "png"]):
        product = str(number % 2 + 8)
        image = shop.added(many(product=product), file_mime_type=f"image/{mime_type}")
        names.append(shop.file_of(image, product))

    assert names == ["image.png", "image_2.gif", "image_3.jpg", "image_4.png"]


@pytest.mark.parametrize("empty", ["", "0"])
def test_an_empty_name_is_none(shop: OpenMage, empty: str) -> None:
    names = [shop.file_of(shop.added(file_name=empty)) for _ in range(2)]

    assert names == ["image.png", "image_2.png"]


def test_default_names_skip_taken_numbers(shop: OpenMage) -> None:
    assert shop.file_of(shop.added(file_name="image_2")) == "image_2.png"
    assert shop.file_of(shop.added(file_name="image_3")) == "image_3.png"

    names = [shop.file_of(shop.added()) for _ in range(3)]

    assert names == ["image.png", "image_4.png", "image_5.png"]


def test_given_names_do_not_count_as_default_ones(shop: OpenMage) -> None:
    shop.added(file_name="front")
    assert shop.file_of(shop.added()) == "image.png"
    assert shop.file_of(shop.added(file_name="image")) == "image_1.png"
    assert shop.file_of(shop.added()) == "image_2.png"


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("new image", "new_image.gif"),
        ("foo.png", "foo.png.gif"),
        ("foo.gif", "foo.gif.gif"),
        ("VE2011", "VE2011.gif"),
        ("12", "12.gif"),
        ("a", "a.gif"),
        ("a-b_c.d", "a-b_c.d.gif"),
        ("a   b", "a_b.gif"),
        ("a ä&ö b", "a_b.gif"),
        ("Käse", "K_se.gif"),
        ("東京", "file.gif"),
        ("___", "file.gif"),
        (" ", "file.gif"),
        ("?*", "file.gif"),
        ("a\u0000b\n", "a_b_.gif"),
        ("x" * 100, "x" * 100 + ".gif"),
        ("x" * 300, "x" * 100 + ".gif"),
        (".hidden", ".hidden.gif"),
    ],
)
def test_given_names_are_made_safe(shop: OpenMage, name: str, full: str) -> None:
    image = shop.added(file_name=name, file_mime_type="image/gif")

    assert shop.file_of(image) == full


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ve2011", "/v/e/ve2011.png"),
        ("a", "/a/_/a.png"),
        ("12", "/1/2/12.png"),
        ("x_y", "/x/_/x_y.png"),
        (".a", "/_/a/.a.png"),
        ("A-b", "/A/-/A-b.png"),
    ],
)
def test_the_url_has_the_names_first_two_characters(shop: OpenMage, name: str, path: str) -> None:
    image = shop.added(file_name=name)

    assert shop.get(one(image))["url"] == FILES + path
    shop.render()
    assert f"media/shop1/catalog/product{path}" in shop.world.blobs.public


def test_taken_names_are_numbered_from_1_on(shop: OpenMage) -> None:
    def added(product: str = "8", **fields: Any) -> str:
        return shop.file_of(shop.added(many(product=product), **fields), product)

    assert added(file_name="new image") == "new_image.png"
    assert added(file_name="new_image") == "new_image_1.png"
    assert added("9", file_name="new image") == "new_image_2.png"
    assert added(file_name="new image", file_mime_type="image/gif") == "new_image.gif"
    assert added(file_name="new_image_3") == "new_image_3.png"
    assert added(file_name="new image") == "new_image_4.png"
    assert added(file_name="new_image_1") == "new_image_1_1.png"


def test_long_names_may_be_taken_too(shop: OpenMage) -> None:
    names = [shop.file_of(shop.added(file_name="x" * 120)) for _ in range(3)]

    assert len(set(names)) == 3


def test_names_are_never_used_again(among_others: OpenMage) -> None:
    shop = among_others
    gone, other = shop.added(file_name="front"), shop.added()
    assert shop.file_of(other) == "image.png"
    shop.delete(gone)
    shop.delete(other)
    assert shop.file_of(shop.added(file_name="front")) == "front_1.png"
    last = shop.added()
    assert shop.file_of(last) == "image_2.png"

    assert bigcommerce(shop, "DELETE", last).status == 204

    assert shop.file_of(shop.added()) == "image_3.png"
    assert shop.file_of(shop.added(file_name="image_2")) == "image_2_1.png"


def test_names_of_a_refused_request_stay_free(shop: OpenMage) -> None:
    bad = {**PNG, "file_name": "front", "label": []}
    assert_refused(shop.admin("POST", P, json=bad), *PRE_VALIDATOR)

    assert shop.file_of(shop.added(file_name="front")) == "front.png"


def test_of_two_posts_at_once_both_have_names_and_places_of_their_own(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writer comes between our reading of the gallery and our writing."""
    commit = stocked.world.galleries.commit
    others: list[int] = []

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        others.append(stocked.added(file_name="front", types=["image"]))
        return commit(change)

    monkeypatch.setattr(stocked.world.galleries, "commit", slow_commit)

    mine = stocked.added(file_name="front", types=["image", "small_image"])

    first, second = stocked.get(one(others[0])), stocked.get(one(mine))
    assert first["id"] != second["id"]
    assert (first["position"], second["position"]) == ("7", "8")
    assert (first["types"], second["types"]) == ([], ["image", "small_image"])
    assert {stocked.file_of(others[0]), stocked.file_of(mine)} == {
        "front.png",
        "front_1.png",
    }


def test_of_two_default_names_at_once_none_is_given_twice(
    shop: OpenMage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other product's head is another: only the name itself can collide."""
    commit = shop.world.galleries.commit
    others: list[int] = []

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        others.append(shop.added(many(product="9")))
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", slow_commit)

    mine = shop.added()

    assert {shop.file_of(mine), shop.file_of(others[0], "9")} == {"image.png", "image_2.png"}
