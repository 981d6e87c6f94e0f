"""BigCommerce contract §4, Requests: PUT."""

import re
from dataclasses import replace
from typing import Any

import pytest
from tests import pictures
from tests.contract.bigcommerce.conftest import (
    CUP,
    FORM,
    NOW,
    NOW_IN_MAIL,
    REQUIRED,
    A,
    B,
    BigCommerce,
    C,
    D,
    P,
    assert_refused,
    every_source,
    offer,
    texts,
    unusable,
)

from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Texts


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, {}),
        ({"description": "Cup"}, {"description": "Cup"}),
        ({"is_thumbnail": False}, {"is_thumbnail": False}),
        ({"sort_order": 7}, {"sort_order": 7}),
        (
            {"description": "Cup", "is_thumbnail": "0", "sort_order": "-7"},
            {"description": "Cup", "is_thumbnail": False, "sort_order": -7},
        ),
    ],
)
def test_a_change_leaves_alone_what_it_does_not_name(
    shop: BigCommerce, fields: dict[str, Any], changed: dict[str, Any]
) -> None:
    shop.with_gallery(alt="Mug")
    image, *others = shop.get()
    shop.world.clock = lambda: NOW

    answer = shop.put(fields)

    written = {"description", "sort_order"} & changed.keys()
    modified = {"date_modified": NOW_IN_MAIL} if written else {}
    assert (answer.status, answer.json) == (200, {**image, **changed, **modified})
    assert "location" not in answer.headers
    assert shop.get() == [answer.json, *others]


@pytest.mark.parametrize(
    "fields",
    [{}, {"description": "Mug"}, {"sort_order": 0}, {"sort_order": "0"}, {"is_thumbnail": True}],
)
def test_a_change_to_what_is_already_so_writes_nothing(
    shop: BigCommerce, fields: dict[str, Any]
) -> None:
    shop.with_gallery(alt="Mug")
    before = shop.everything
    shop.world.clock = lambda: NOW

    assert shop.put(fields).status == 200
    assert shop.everything == before


def test_its_own_file_is_no_change_and_another_images_is_a_path(shop: BigCommerce) -> None:
    shop.with_gallery()
    own, other = shop.image(A)["image_file"], shop.image(B)["image_file"]
    before = shop.everything

    changed = shop.put({"image_file": own})

    assert (changed.status, changed.json["image_file"]) == (200, own)
    assert shop.send("PUT", f"{P}/11", files=texts({"image_file": own})).json == changed.json
    assert_refused(shop.put({"image_file": other}), unusable(other))
    assert_refused(shop.post({"image_file": own}), unusable(own))
    assert shop.everything == before
    assert not shop.world.remote.fetched


@every_source
def test_new_bytes_change_the_file_and_nothing_else(shop: BigCommerce, source: str) -> None:
    shop.with_gallery(alt="Mug", fr="Tasse")
    image, *others = shop.get()
    shop.world.clock = lambda: NOW
    body, _ = offer(shop, source, pictures.jpeg(50, 40), "New Cup.jpg")

    answer = shop.send("PUT", f"{P}/11", **body)

    assert answer.status == 200, answer.body
    image_file = answer.json["image_file"]
    assert re.fullmatch(r"[a-z]/[0-9]{3}/new-cup__01101\.jpg", image_file)
    urls = {key: url for key, url in answer.json.items() if key.endswith("_url")}
    assert not urls.items() & image.items()
    changed = {"image_file": image_file, "date_modified": NOW_IN_MAIL, **urls}
    assert answer.json == {**image, **changed}
    assert shop.get() == [answer.json, *others]
    assert shop.record.texts == Texts("Mug", {"fr": "Tasse"})
    assert shop.get(f"{P}/count") == {"count": 3}
    again = shop.put({"image_file": CUP}).json["image_file"]
    assert again.endswith("/cup__01102.png")


def test_replacements_are_counted_modulo_100(shop: BigCommerce) -> None:
    (image,) = shop.with_gallery({A: 0})
    original = replace(image.original, revision=99)
    shop.world.galleries.records["shop1", "29"][A] = replace(image, original=original)

    assert shop.put({"image_file": CUP}).json["image_file"].endswith("/cup__01100.png")


@pytest.mark.parametrize(
    ("method", "path", "sorts"),
    [("PUT", f"{P}/13", {A: 1, B: 2, C: 0}), ("POST", P, {A: 1, B: 2, C: 3, D: 0})],
)
def test_all_fields_of_a_request_are_one_commit(
    shop: BigCommerce,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    sorts: dict[int, int],
) -> None:
    shop.with_gallery()
    commit, changes = shop.world.galleries.commit, list[GalleryChange]()

    def counted(change: GalleryChange) -> Gallery:
        changes.append(change)
        return commit(change)

    monkeypatch.setattr(shop.world.galleries, "commit", counted)
    fields = {"image_file": CUP, "is_thumbnail": True, "sort_order": 0, "description": "Cup"}

    answer = shop.send(method, path, json=fields)

    assert answer.status in (200, 201), answer.body
    assert len(changes) == 1
    assert (shop.sorts, shop.thumbnail) == (sorts, answer.json["id"])
    assert shop.image(answer.json["id"]) == answer.json


@pytest.mark.parametrize(
    "body",
    [{"files": texts({})}, {"headers": FORM, "content": b"--b--\r\n"}],
    ids=["no parts", "no parts, spelled out"],
)
def test_a_form_without_parts_is_an_empty_object(shop: BigCommerce, body: dict[str, Any]) -> None:
    shop.with_gallery()
    before = shop.everything

    assert shop.send("PUT", f"{P}/11", **body).status == 200
    assert_refused(shop.send("POST", P, **body), REQUIRED)
    assert shop.everything == before


def test_a_form_carries_all_fields_with_its_file(shop: BigCommerce) -> None:
    shop.with_gallery()
    fields = {"product_id": "29", "is_thumbnail": "TRUE", "sort_order": "1", "description": "Cup"}

    answer = shop.send("POST", P, data=fields, files={"image_file": ("cup.png", pictures.png())})

    assert answer.status == 201, answer.body
    assert answer.json == {
        **shop.image(D),
        "is_thumbnail": True,
        "sort_order": 1,
        "description": "Cup",
    }
    assert shop.sorts == {A: 0, B: 2, C: 3, D: 1}
