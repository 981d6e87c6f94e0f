"""Tiendanube contract §7, Ordering, defaults, edges."""

from dataclasses import replace
from typing import Any

import pytest
from tests.contract.tiendanube.conftest import (
    IMAGES,
    LAMP,
    NO_IMAGE,
    NO_NUMBER,
    A,
    B,
    C,
    D,
    Tiendanube,
    assert_refused,
    envelope,
    ok,
)

from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.locations import original_address

ROWS: list[tuple[str, str, dict[str, Any], int, list[int], list[int], int]] = [
    # Request, status, order after, sorts after, position in the answer.
    ("POST", "", {"src": LAMP}, 201, [A, B, C, D], [0, 5, 5, 6], 4),
    ("POST", "", {"src": LAMP, "position": 1}, 201, [D, A, B, C], [0, 1, 2, 3], 1),
    ("POST", "", {"src": LAMP, "position": 2}, 201, [A, D, B, C], [0, 1, 2, 3], 2),
    ("POST", "", {"src": LAMP, "position": 3}, 201, [A, B, D, C], [0, 1, 2, 3], 3),
    ("POST", "", {"src": LAMP, "position": 0}, 201, [D, A, B, C], [0, 1, 2, 3], 1),
    ("POST", "", {"src": LAMP, "position": 4}, 201, [A, B, C, D], [0, 5, 5, 6], 4),
    ("POST", "", {"src": LAMP, "position": 99}, 201, [A, B, C, D], [0, 5, 5, 6], 4),
    ("PUT", f"/{C}", {"position": 1}, 200, [C, A, B], [0, 1, 2], 1),
    ("PUT", f"/{C}", {"position": 2}, 200, [A, C, B], [0, 1, 2], 2),
    ("PUT", f"/{C}", {"position": -7}, 200, [C, A, B], [0, 1, 2], 1),
    ("PUT", f"/{A}", {"position": 99}, 200, [B, C, A], [0, 1, 2], 3),
    ("PUT", f"/{A}", {"position": 2}, 200, [B, A, C], [0, 1, 2], 2),
    ("PUT", f"/{A}", {"position": 1}, 200, [A, B, C], [0, 5, 5], 1),
    ("PUT", f"/{A}", {"position": 0}, 200, [A, B, C], [0, 5, 5], 1),
    ("PUT", f"/{B}", {"position": "2"}, 200, [A, B, C], [0, 5, 5], 2),
    ("PUT", f"/{C}", {"position": 99}, 200, [A, B, C], [0, 5, 5], 3),
    ("PUT", f"/{C}", {"src": LAMP}, 200, [A, B, C], [0, 5, 5], 3),
    ("PUT", f"/{C}", {"alt": "text"}, 200, [A, B, C], [0, 5, 5], 3),
]


@pytest.mark.parametrize(("method", "path", "fields", "status", "order", "sorts", "position"), ROWS)
def test_order_after_a_call(
    abc: Tiendanube,
    method: str,
    path: str,
    fields: dict[str, Any],
    status: int,
    order: list[int],
    sorts: list[int],
    position: int,
) -> None:
    answer = abc.send(method, IMAGES + path, json=fields)

    assert (answer.status, answer.json["position"]) == (status, position)
    assert abc.ids() == order
    assert abc.sorts == sorts
    assert abc.gallery.roles == {THUMBNAIL: A}, "moves never change it"
    assert [item["position"] for item in abc.listed()] == [*range(1, len(order) + 1)]


def test_an_image_put_back_as_it_was_got_changes_nothing(mixed: Tiendanube) -> None:
    before = mixed.state

    for image in mixed.listed():
        assert ok(mixed.put(image["id"], **image)).json == image
    assert mixed.state == before
    assert not mixed.world.remote.fetched


def test_a_bad_position_changes_nothing(abc: Tiendanube) -> None:
    before = abc.state

    assert_refused(abc.put(B, position="x"), 422, NO_NUMBER)
    assert abc.state == before
    assert (abc.ids(), abc.sorts) == ([A, B, C], [0, 5, 5])


def test_deleting_the_thumbnail_passes_its_role_on(abc: Tiendanube) -> None:
    key = original_address(abc.record(A)).original_key

    deleted = abc.delete(A)

    assert (deleted.status, deleted.body) == (200, "{}")
    assert (abc.ids(), abc.sorts) == ([B, C], [5, 5])
    assert abc.get(B)["position"] == 1
    assert abc.gallery.roles == {THUMBNAIL: B}
    assert key not in abc.world.blobs.originals
    assert_refused(abc.send("GET", f"{IMAGES}/{A}"), 404, NO_IMAGE)
    assert_refused(abc.delete(A), 404, NO_IMAGE)


def test_deleting_another_image_leaves_roles_and_sorts(abc: Tiendanube) -> None:
    assert abc.delete(B).body == "{}"

    assert (abc.ids(), abc.sorts) == ([A, C], [0, 5])
    assert abc.gallery.roles == {THUMBNAIL: A}


def test_the_thumbnail_passes_to_the_first_in_order_not_in_age(mixed: Tiendanube) -> None:
    mixed.delete(15)

    assert mixed.gallery.roles == {THUMBNAIL: 13}
    assert mixed.gallery.sorts == {13: 0, 11: 1, 12: 4, 14: 9}


def test_the_first_image_of_an_empty_gallery_is_the_thumbnail(tiendanube: Tiendanube) -> None:
    first = tiendanube.created(src=LAMP, position=5)
    second = tiendanube.created(src=LAMP, position=1)

    assert (first["position"], second["position"]) == (1, 1)
    assert tiendanube.gallery.sorts == {second["id"]: 0, first["id"]: 1}
    assert tiendanube.gallery.roles == {THUMBNAIL: first["id"]}
    tiendanube.delete(second["id"])
    tiendanube.delete(first["id"])
    third = tiendanube.created()
    assert third["id"] > second["id"]
    assert tiendanube.gallery.sorts == {third["id"]: 0}
    assert tiendanube.gallery.roles == {THUMBNAIL: third["id"]}


def test_a_gallery_without_a_thumbnail_is_left_so(tiendanube: Tiendanube) -> None:
    """BigCommerce can create such galleries; no Tiendanube request names a thumbnail."""
    tiendanube.world.with_gallery("shop1", "1234", {A: 0, B: 5, C: 5})

    tiendanube.created()
    tiendanube.put(C, position=1)
    tiendanube.delete(A)

    assert tiendanube.gallery.roles == {}


def test_other_roles_stay_with_their_images(abc: Tiendanube) -> None:
    roles = {THUMBNAIL: A, "small_image": B, "image": C}
    heads = abc.world.galleries.heads
    heads["shop1", "1234"] = replace(abc.gallery, roles=roles)

    abc.created(src=LAMP, position=1)
    ok(abc.put(C, position=1, src=LAMP, alt="text"))

    assert abc.gallery.roles == roles


def test_reading_rewrites_nothing(abc: Tiendanube) -> None:
    before = abc.state

    for query in ("", "?position=2", "?since_id=0", "?page=2"):
        abc.send("GET", IMAGES + query)
        abc.send("HEAD", IMAGES + query)
    abc.get(A)

    assert abc.state == before


def test_filters_and_pages_of_the_table(abc: Tiendanube) -> None:
    assert [(item["id"], item["position"]) for item in abc.listed("?position=2")] == [(B, 2)]
    assert [(item["id"], item["position"]) for item in abc.listed("?since_id=12")] == [(C, 3)]
    past = abc.send("GET", f"{IMAGES}?page=2")
    assert_refused(past, 404, envelope(404, "Not Found", "Last page is 1"))
    empty = "/v1/555/products/8/images"
    assert ok(abc.send("GET", empty)).body == "[]"
    assert abc.send("GET", empty).headers["x-total-count"] == "0"
    past = abc.send("GET", f"{empty}?page=2")
    assert_refused(past, 404, envelope(404, "Not Found", "Last page is 0"))
