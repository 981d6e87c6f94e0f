"""OpenMage contract §3, Fields."""

import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from tests import pictures
from tests.conftest import MEDIA_URL
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    DATA,
    DE,
    FILES,
    FR,
    NEW,
    NEW_CONTENT,
    A,
    B,
    C,
    OpenMage,
    P,
    assert_shows,
    bigcommerce,
    in_both_formats,
    many,
    one,
    tiendanube,
)


@in_both_formats
def test_an_image_has_exactly_these_fields_in_order(shop: OpenMage, kind: str) -> None:
    shop.world.galleries.sequences["shop1"] = itertools.count(42)
    shop.added(label="front", types=["image"], file_name="front")
    shown = {
        "id": "42",
        "label": "front",
        "position": "1",
        "exclude": "0",
        "url": f"{FILES}/f/r/front.png",
        "types": ["image"],
    }
    for_guests = {name: value for name, value in shown.items() if name != "exclude"}

    for store in ("", "0", "admin", "1", FR):
        assert_shows(shop.admin("GET", one(42, store), ANSWER_IN[kind]), shown, kind)
        assert_shows(shop.admin("GET", many(store), ANSWER_IN[kind]), [shown], kind)
        assert_shows(shop.guest("GET", one(42, store), ANSWER_IN[kind]), for_guests, kind)
        assert_shows(shop.guest("GET", many(store), ANSWER_IN[kind]), [for_guests], kind)


def test_ids_are_the_shops_and_shared_by_all_dialects(stocked: OpenMage) -> None:
    assert stocked.added() == C
    assert stocked.added(many(product="9")) == 14
    stocked.world.issue("bigcommerce", "shop1", "bigcommerce", "store_v2_products")
    stocked.world.remote.pages["http://example.com/a.png"] = DATA
    made = bigcommerce(stocked, "POST", json={"image_file": "http://example.com/a.png"})
    assert made.json["id"] == 15
    assert stocked.added() == 16


@pytest.mark.parametrize("store", ["", FR])
def test_read_only_fields_are_dropped_silently(stocked: OpenMage, store: str) -> None:
    shown = stocked.get(one(store=store))

    stocked.put(
        {"id": "77", "url": "http://example.com/x.png", "label": "x", "foo": 1}, store=store
    )

    assert stocked.get(one(store=store)) == {**shown, "label": "x"}
    added = stocked.added(many(store), id="77", url="http://example.com/x.png", label="y", foo=[])
    assert added == C
    assert stocked.get(one(C, store))["url"] == f"{FILES}/i/m/image.png"


def test_label_is_the_text_of_other_dialects(among_others: OpenMage) -> None:
    among_others.put({"label": "Mug"})
    among_others.put({"label": "Tasse"}, store=FR)

    assert bigcommerce(among_others, "GET", A).json["description"] == "Mug"
    assert tiendanube(among_others, "GET", A).json["alt"] == {"es": "Mug"}
    bigcommerce(among_others, "PUT", A, json={"description": "Cup"})
    assert among_others.get(one())["label"] == "Cup"
    assert among_others.get(one(store=FR))["label"] == "Tasse"
    tiendanube(among_others, "PUT", A, json={"alt": "Jar"})
    assert among_others.get(one())["label"] == "Jar"
    assert among_others.get(one(store=DE))["label"] == "Jar"


def test_position_is_the_shared_sort_and_one(among_others: OpenMage) -> None:
    assert [each["position"] for each in among_others.get(P)] == ["1", "6"]

    among_others.put({"position": 9})
    assert among_others.gallery.sorts == {A: 8, B: 5}, "that image only"
    assert bigcommerce(among_others, "GET", A).json["sort_order"] == 8
    assert tiendanube(among_others, "GET", A).json["position"] == 2
    bigcommerce(among_others, "PUT", B, json={"sort_order": 20})
    assert [each["position"] for each in among_others.get(P)] == ["9", "21"]
    tiendanube(among_others, "PUT", B, json={"position": 1})
    shown = among_others.get(P)
    assert [(each["id"], each["position"]) for each in shown] == [("12", "1"), ("11", "2")]


def test_positions_of_a_store_are_nothing_to_other_dialects(among_others: OpenMage) -> None:
    among_others.put({"position": 50, "exclude": 1, "types": []}, store=FR)

    assert among_others.gallery.sorts == {A: 0, B: 5}
    assert bigcommerce(among_others, "GET", A).json["is_thumbnail"] is True


def test_thumbnail_is_the_thumbnail_of_bigcommerce(among_others: OpenMage) -> None:
    assert among_others.get(one())["types"] == ["thumbnail"]

    bigcommerce(among_others, "PUT", B, json={"is_thumbnail": True})
    assert [each["types"] for each in among_others.get(P)] == [[], ["thumbnail"]]
    among_others.put({"types": ["image", "thumbnail"]})
    assert [each["is_thumbnail"] for each in bigcommerce(among_others, "GET").json] == [True, False]
    among_others.put({"types": ["thumbnail"]}, B, FR)
    assert [each["is_thumbnail"] for each in bigcommerce(among_others, "GET").json] == [True, False]
    among_others.put({"types": ["image"]})
    assert not any(each["is_thumbnail"] for each in bigcommerce(among_others, "GET").json)


def test_an_excluded_image_is_still_there_for_other_dialects(among_others: OpenMage) -> None:
    among_others.put({"exclude": 1})

    assert [each["id"] for each in bigcommerce(among_others, "GET").json] == [A, B]
    assert [each["id"] for each in tiendanube(among_others, "GET").json] == [A, B]


def test_an_added_image_is_there_for_other_dialects(among_others: OpenMage) -> None:
    image = among_others.added(label="new", types=["thumbnail"], position=3)

    shown = bigcommerce(among_others, "GET", image).json
    assert (shown["description"], shown["sort_order"], shown["is_thumbnail"]) == ("new", 2, True)
    other = tiendanube(among_others, "GET", image).json
    assert (other["alt"], other["position"]) == ({"es": "new"}, 2)
    assert tiendanube(among_others, "GET").headers["x-total-count"] == "3"


def test_an_added_image_has_the_pictures_of_other_dialects(among_others: OpenMage) -> None:
    image = among_others.added(file_name="front")

    for sent in ({}, NEW_CONTENT, {"file_name": "cup"}):
        if sent:
            among_others.put(sent, image)
        among_others.render()
        among_others.render()
        image_file = bigcommerce(among_others, "GET", image).json["image_file"]
        data = NEW if "file_content" in sent or "file_name" in sent else DATA
        shown = pictures.opened(among_others.public(f"product_images/{image_file}").data)
        assert shown.size == pictures.opened(data).size


@in_both_formats
def test_an_image_of_another_dialect_shows_the_catalogues_url(stocked: OpenMage, kind: str) -> None:
    answer = stocked.admin("GET", one(), ANSWER_IN[kind])

    url = ET.fromstring(answer.body).findtext("url") if kind == "xml" else ""  # noqa: S314
    url = url or answer.json["url"]
    base = f"{MEDIA_URL}/shop1/product_images"
    assert re.fullmatch(rf"{base}/[a-z]/[0-9]{{3}}/image-11__01100\.png", url)
    assert_shows(
        answer,
        {
            "id": "11",
            "label": "",
            "position": "1",
            "exclude": "0",
            "url": url,
            "types": ["thumbnail"],
        },
        kind,
    )


@pytest.mark.parametrize(
    ("alt", "shown"), [("a\x01b\ufffec", "abc"), ("a\rb\nc", "a\rb\nc"), ("]]> <![CDATA[",) * 2]
)
def test_any_text_of_another_dialect_makes_good_xml(shop: OpenMage, alt: str, shown: str) -> None:
    shop.world.with_gallery("shop1", "8", {A: 0}, alt=alt)

    answer = shop.admin("GET", one(), ANSWER_IN["xml"])

    assert ET.fromstring(answer.body).findtext("label") == shown  # noqa: S314


def test_longer_texts_of_other_dialects_are_shown_whole(shop: OpenMage) -> None:
    shop.world.with_gallery("shop1", "8", {A: 0}, alt="x" * 400)

    assert shop.get(one())["label"] == "x" * 400
