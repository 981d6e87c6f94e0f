"""Tiendanube contract §4, Requests: PUT."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import MEDIA_URL
from tests.contract.tiendanube.conftest import (
    BAD_SRC,
    CHANGES,
    CREATED_AT,
    ENCODED,
    LAMP,
    MOVING_GIF,
    NO_DOWNLOAD,
    NO_PICTURE,
    NOW,
    NOW_HERE,
    SUFFIXES,
    A,
    B,
    C,
    D,
    Tiendanube,
    assert_refused,
    base_64,
    file_name,
    ok,
    with_suffix,
)

from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange

LATER = NOW + timedelta(hours=1)
LATER_HERE = "2026-03-01T10:00:00-03:00"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_images_own_urls_are_no_new_picture(abc: Tiendanube, scheme: str, suffix: str) -> None:
    before, image = abc.state, abc.get(B)
    own = with_suffix(image["src"], suffix).replace("https", scheme)

    assert ok(abc.put(B, src=own)).json == image
    assert abc.state == before
    assert not abc.world.remote.fetched


def test_own_urls_go_with_other_changes(abc: Tiendanube) -> None:
    image = abc.get(B)

    changed = ok(abc.put(B, **{**image, "alt": {"es": "Nueva"}, "position": 1})).json

    assert changed == {**image, "alt": {"es": "Nueva"}, "position": 1, "updated_at": NOW_HERE}
    assert not abc.world.remote.fetched


def test_a_new_attachment_counts_beside_the_images_own_url(abc: Tiendanube) -> None:
    image = abc.get(B)

    ok(abc.put(B, **{**image, "attachment": ENCODED, "filename": "new.gif"}))

    assert abc.original(B) == MOVING_GIF


def test_urls_of_no_size_and_of_other_shops_are_fetched(abc: Tiendanube) -> None:
    own = abc.get(B)["src"]
    others = [
        with_suffix(own, "-200-0"),
        own.replace("/shop1/", "/shop2/"),
        own.replace("https://", "https://me@"),
        own.replace(MEDIA_URL, "https://elsewhere.example/media").replace("-0000", "-0001"),
    ]
    before = abc.state

    for url in others:
        assert_refused(abc.put(B, src=url), 422, NO_DOWNLOAD)
    assert abc.world.remote.fetched == others
    assert abc.state == before


@pytest.mark.parametrize(
    "fields",
    [
        {"src": "http://example.com/new.gif"},
        {"attachment": ENCODED, "filename": "new.gif"},
        {"src": None, "attachment": ENCODED, "filename": "new.gif"},
    ],
)
@pytest.mark.parametrize("image", [A, B, C])
def test_new_bytes_keep_the_images_id_place_text_and_roles(
    tiendanube: Tiendanube, image: int, fields: dict[str, Any]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A, alt="Vieja")
    tiendanube.serve("http://example.com/new.gif", MOVING_GIF)
    old, others = tiendanube.get(image), {A, B, C} - {image}
    neighbours = [tiendanube.get(each) for each in others]

    new = ok(tiendanube.put(image, **fields)).json

    assert new == {**old, "src": new["src"], "updated_at": NOW_HERE}
    assert re.fullmatch(r"new-[0-9a-f]{32}-1024-1024\.gif", file_name(new["src"]))
    assert tiendanube.get(image) == new
    assert tiendanube.original(image) == MOVING_GIF
    assert (tiendanube.record(image).original.frames, tiendanube.record(image).alt) == (3, "Vieja")
    assert tiendanube.gallery.sorts == {A: 0, B: 5, C: 5}
    assert tiendanube.gallery.roles == {THUMBNAIL: A}
    assert [tiendanube.get(each) for each in others] == neighbours
    assert tiendanube.world.galleries.counts["shop1"] == 3


def test_the_same_bytes_once_more_get_a_new_url(abc: Tiendanube) -> None:
    first = ok(abc.put(B, src=LAMP)).json
    abc.world.clock = lambda: LATER

    second = ok(abc.put(B, src=LAMP)).json

    assert second["src"] != first["src"]
    assert second["updated_at"] == LATER_HERE


def test_place_text_and_bytes_of_one_put_are_one_commit(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[GalleryChange] = []
    commit = abc.world.galleries.commit

    def counted(change: GalleryChange) -> Gallery:
        commits.append(change)
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", counted)

    changed = ok(abc.put(C, src=LAMP, position=1, alt={"pt": "Luz"})).json

    assert len(commits) == 1
    assert (changed["position"], changed["alt"]) == (1, {"pt": "Luz"})
    assert abc.ids() == [C, A, B]


@pytest.mark.parametrize(
    ("picture", "body"),
    [
        ({"src": "http://example.com/gone.jpg"}, NO_DOWNLOAD),
        ({"attachment": base_64(b"no picture"), "filename": "a.gif"}, NO_PICTURE),
        ({"src": 5}, BAD_SRC),
    ],
)
def test_a_put_whose_picture_is_refused_changes_nothing(
    abc: Tiendanube, picture: dict[str, Any], body: dict[str, Any]
) -> None:
    before = abc.state

    assert_refused(abc.put(C, **picture, position=1, alt={"es": "Nueva"}), 422, body)
    assert abc.state == before


@pytest.mark.parametrize("fields", [field for field, moved in CHANGES if not moved])
def test_a_put_that_asks_for_nothing_new_writes_nothing(
    tiendanube: Tiendanube, fields: dict[str, Any]
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5}, thumbnail=A, alt="Vieja")
    before = tiendanube.state

    ok(tiendanube.put(C, **fields))

    assert tiendanube.state == before
    assert not tiendanube.world.remote.fetched


@pytest.mark.parametrize(
    "ignored",
    [
        {"id": 99, "product_id": 99, "created_at": "2000-01-01T00:00:00+00:00"},
        {"id": "x", "product_id": None, "created_at": 5, "updated_at": False},
        {"foo": {"bar": [1]}, "Position": "x", "SRC": 5},
    ],
)
def test_other_fields_are_ignored_regardless_of_their_values(
    abc: Tiendanube, ignored: dict[str, Any]
) -> None:
    created = abc.created(src=LAMP, **ignored)
    changed = ok(abc.put(A, **ignored)).json

    assert (created["id"], created["product_id"]) == (D, 1234)
    assert created["created_at"] == created["updated_at"] == NOW_HERE
    assert changed == abc.get(A)
    assert (changed["id"], changed["product_id"]) == (A, 1234)
    assert changed["created_at"] == changed["updated_at"] == CREATED_AT
