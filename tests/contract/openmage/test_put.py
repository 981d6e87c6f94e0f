"""OpenMage contract §4.5, PUT."""

from typing import Any

import pytest
from tests.conftest import MEDIA_URL
from tests.contract.openmage.conftest import (
    DATA,
    DE,
    FILES,
    FR,
    NEW,
    NEW_CONTENT,
    A,
    B,
    OpenMage,
    one,
    written,
)


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({"label": "x"}, {"label": "x"}),
        ({"position": 3}, {"position": "3"}),
        ({"exclude": 1}, {"exclude": "1"}),
        ({"types": ["image"]}, {"types": ["image"]}),
        ({"label": "x", "types": []}, {"label": "x", "types": []}),
    ],
)
@pytest.mark.parametrize("store", ["", FR])
def test_fields_that_are_not_sent_keep_their_values(
    stocked: OpenMage, sent: dict[str, Any], changed: dict[str, Any], store: str
) -> None:
    stocked.put({"label": "before", "position": 2, "types": ["small_image"]})
    everywhere = stocked.get(one())
    other = stocked.get(one(B, store))

    stocked.put(sent, store=store)

    assert stocked.get(one(store=store)) == {**everywhere, **changed}
    assert stocked.get(one(store=DE)) == {**everywhere, **({} if store else changed)}
    assert stocked.get(one()) == stocked.get(one(store=DE))
    assert stocked.get(one(B, store)) == other, "a position moves no neighbour"


def test_new_content_has_a_new_url_and_the_old_one_keeps_working(shop: OpenMage) -> None:
    image = shop.added(file_name="front", label="x", types=["image"])
    shop.render()
    shown = shop.get(one(image))

    shop.put(NEW_CONTENT, image)
    shop.render()
    shop.render()

    assert shop.get(one(image)) == {**shown, "url": f"{FILES}/f/r/front_1.png"}
    public = shop.world.blobs.public
    old = public["media/shop1/catalog/product/f/r/front.png"]
    new = public["media/shop1/catalog/product/f/r/front_1.png"]
    assert (old.data, old.media_type) == (DATA, "image/png")
    assert (new.data, new.media_type) == (NEW, "image/jpeg")
    shop.put({**NEW_CONTENT, "file_mime_type": "image/png"}, image)
    assert shop.file_of(image) == "front_2.png"


def test_every_url_that_an_image_ever_had_keeps_working(shop: OpenMage) -> None:
    image = shop.added(file_name="front")
    shop.render()
    for sent in (
        {"file_name": "cup"},
        NEW_CONTENT,
        {**NEW_CONTENT, "file_name": "jar", "file_mime_type": "image/jpeg"},
        {"file_name": "mug"},
    ):
        shop.put(sent, image)
        shop.render()
        shop.render()

    for path, data in (
        ("f/r/front.png", DATA),
        ("c/u/cup.png", DATA),
        ("c/u/cup_1.png", NEW),
        ("j/a/jar.jpg", NEW),
        ("m/u/mug.jpg", NEW),
    ):
        assert shop.public(f"catalog/product/{path}").data == data


def test_new_content_of_an_image_with_a_default_name_takes_the_next_default_name(
    shop: OpenMage,
) -> None:
    first, second = shop.added(), shop.added(file_mime_type="image/gif")

    shop.put(NEW_CONTENT, first)
    assert shop.file_of(first) == "image_3.png"
    shop.put({**NEW_CONTENT, "file_mime_type": "image/jpg"}, second)
    assert shop.file_of(second) == "image_4.jpg"
    assert shop.file_of(shop.added()) == "image_5.png"


def test_new_content_keeps_the_base_name_that_was_asked_for(shop: OpenMage) -> None:
    shop.added(file_name="front")
    image = shop.added(file_name="front")
    assert shop.file_of(image) == "front_1.png"

    shop.put(NEW_CONTENT, image)

    assert shop.file_of(image) == "front_2.png"


@pytest.mark.parametrize(
    ("sent", "full"),
    [
        ({"file_name": "cup"}, "cup.png"),
        ({"file_name": "my cup", "file_mime_type": "image/gif"}, "my_cup.gif"),
        ({"file_name": "front"}, "front_1.png"),
        ({"file_name": ""}, "front_1.png"),
        ({"file_name": None, "file_mime_type": None}, "front_1.png"),
    ],
)
def test_new_content_may_come_with_a_name_and_a_type(
    shop: OpenMage, sent: dict[str, Any], full: str
) -> None:
    image = shop.added(file_name="front")

    shop.put({**NEW_CONTENT, **sent}, image)

    assert shop.file_of(image) == full


def test_a_name_alone_renames(shop: OpenMage) -> None:
    image = shop.added(file_name="front", file_mime_type="image/gif")
    shop.added(file_name="cup", file_mime_type="image/gif")
    shop.render()

    shop.put({"file_name": "cup"}, image)
    shop.render()

    assert shop.file_of(image) == "cup_1.gif", "the present extension"
    public = shop.world.blobs.public
    assert public["media/shop1/catalog/product/f/r/front.gif"].data == DATA
    assert public["media/shop1/catalog/product/c/u/cup_1.gif"].data == DATA
    assert shop.file_of(shop.added(file_name="front", file_mime_type="image/gif")) == "front_1.gif"


def test_the_present_name_renames_nothing(shop: OpenMage) -> None:
    shop.added(file_name="front")
    image = shop.added(file_name="front")

    for store in ("", FR):
        shop.put({"file_name": "front"}, image, store)
        shop.put({"file_name": "front", "label": "x"}, image, store)
        assert shop.file_of(image) == "front_1.png"


@pytest.mark.parametrize(
    "sent",
    [
        {"file_mime_type": "image/gif"},
        {"file_mime_type": "image/bmp"},
        {"file_mime_type": ""},
        {"file_content": ""},
        {"file_name": ""},
        {"file_content": "", "file_mime_type": "image/gif", "file_name": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("store", ["", FR])
def test_a_type_alone_and_empty_file_fields_have_no_effect(
    shop: OpenMage, sent: dict[str, str], store: str
) -> None:
    image = shop.added(file_name="front", label="x", types=["image"])
    shown = shop.get(one(image))

    shop.put(sent, image, store)

    assert shop.get(one(image)) == shown
    assert shop.get(one(image, store)) == shown
    shop.put({**sent, "label": "y"}, image)
    assert shop.get(one(image)) == {**shown, "label": "y"}


@pytest.mark.parametrize("sent", [NEW_CONTENT, {"file_name": "cup"}], ids=["content", "name"])
def test_bytes_and_names_have_no_store(shop: OpenMage, sent: dict[str, str]) -> None:
    image = shop.added(file_name="front", label="front")

    shop.put({**sent, "label": "avant", "types": ["image"], "exclude": 1}, image, FR)

    name = "cup.png" if "file_name" in sent else "front_1.png"
    assert shop.file_of(image) == name
    everywhere, french = shop.get(one(image)), shop.get(one(image, FR))
    assert everywhere["url"] == french["url"] == shop.get(one(image, DE))["url"]
    assert written(everywhere) == ("front", "1", "0", [])
    assert written(french) == ("avant", "1", "1", ["image"])


def test_an_image_of_another_dialect_may_get_a_name(stocked: OpenMage) -> None:
    stocked.put({"file_name": "cup"})
    assert stocked.file_of(A) == "cup.png"
    stocked.render()
    original = next(
        stored.data for key, stored in stocked.world.blobs.originals.items() if "/11/" in key
    )
    assert stocked.world.blobs.public["media/shop1/catalog/product/c/u/cup.png"].data == original

    stocked.put({**NEW_CONTENT, "file_name": "jar", "file_mime_type": "image/jpeg"}, B)
    assert stocked.file_of(B) == "jar.jpg"


def test_new_bytes_of_an_image_of_another_dialect_have_a_new_url(stocked: OpenMage) -> None:
    url = stocked.get(one())["url"]

    stocked.put(NEW_CONTENT)

    shown = stocked.get(one())
    assert shown["url"] != url
    assert shown["id"] == "11"
    assert any(each.data == NEW for each in stocked.world.blobs.originals.values())


@pytest.mark.parametrize("renamed_before", [False, True])
def test_the_url_of_an_image_of_another_dialect_outlives_its_bytes(
    stocked: OpenMage, *, renamed_before: bool
) -> None:
    stocked.render()
    key = stocked.get(one())["url"].removeprefix(f"{MEDIA_URL}/")
    data = stocked.public(key.removeprefix("shop1/")).data

    if renamed_before:
        stocked.put({"file_name": "cup"})
    for sent in (NEW_CONTENT, {**NEW_CONTENT, "file_name": "jar"}):
        stocked.put(sent)
        stocked.render()
        stocked.render()
    assert stocked.public(key.removeprefix("shop1/")).data == data
    assert stocked.get(one())["url"].endswith("/jar.png")


def test_a_request_of_unsettled_fields_and_bytes_changes_all_or_nothing(
    stocked: OpenMage,
) -> None:
    before = stocked.everything

    for fields in ({"label": []}, {"position": {}}, {"file_name": ".."}):
        sent = {**NEW_CONTENT, "label": "x", "types": ["image"], **fields}
        assert stocked.admin("PUT", one(), json=sent).status == 400
        assert stocked.admin("PUT", one(store=FR), json=sent).status == 400
    assert stocked.everything == before
