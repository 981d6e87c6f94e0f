"""Tiendanube contract §4, Requests: room, then bytes."""

import pytest
from tests import pictures
from tests.contract.tiendanube.conftest import (
    BMP,
    ENCODED,
    GIF,
    IMAGES,
    JPEG,
    LAMP,
    MOVING_GIF,
    NO_DOWNLOAD,
    NO_NUMBER,
    NO_PICTURE,
    NO_SRC,
    PNG,
    WEBP,
    A,
    Tiendanube,
    assert_refused,
    base_64,
    envelope,
    ok,
    refused,
)

from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange

FULL_GALLERY = envelope(
    422, "Unprocessable Entity", "Product is not allowed to have more than 250 images"
)
TOO_HEAVY = refused(src="must weigh less than 10MB")


def test_a_product_has_at_most_250_images(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 250)})

    assert tiendanube.post(src=LAMP).status == 201
    before = tiendanube.state
    assert_refused(tiendanube.post(src=LAMP), 422, FULL_GALLERY)
    assert_refused(tiendanube.post(src="http://example.com/gone.jpg"), 422, FULL_GALLERY)
    attached = tiendanube.post(attachment=base_64(b"no picture"), filename="a.gif")
    assert_refused(attached, 422, FULL_GALLERY)

    assert tiendanube.state == before
    assert tiendanube.world.remote.fetched == [LAMP], "refused before any download"
    assert tiendanube.post("/v1/555/products/1235/images", src=LAMP).status == 201


def test_refusals_of_fields_come_before_the_limit(tiendanube: Tiendanube) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 251)})

    assert_refused(tiendanube.post(), 422, NO_SRC)
    assert_refused(tiendanube.post(src=LAMP, position="x"), 422, NO_NUMBER)
    assert not tiendanube.world.remote.fetched


def test_a_larger_gallery_of_another_dialect_is_listed_in_full_and_refuses_post_only(
    tiendanube: Tiendanube,
) -> None:
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 302)})

    assert tiendanube.ids("?per_page=200&page=2") == [*range(201, 302)]
    assert tiendanube.send("GET", IMAGES).headers["x-total-count"] == "301"
    assert_refused(tiendanube.post(src=LAMP), 422, FULL_GALLERY)
    assert ok(tiendanube.put(301, src=LAMP, position=1)).json["position"] == 1
    assert tiendanube.delete(301).status == 200


def test_of_two_posts_at_once_into_the_last_room_one_succeeds(
    tiendanube: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writer comes between our download and our writing."""
    tiendanube.world.with_gallery("shop1", "1234", {image: image for image in range(1, 250)})
    commit = tiendanube.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        assert tiendanube.post(src=LAMP).status == 201
        return commit(change)

    monkeypatch.setattr(tiendanube.world.galleries, "commit", slow_commit)

    late = tiendanube.post(attachment=ENCODED, filename="late.gif")

    assert_refused(late, 422, FULL_GALLERY)
    assert len(tiendanube.gallery) == 250
    assert tiendanube.world.galleries.counts["shop1"] == 250
    assert "late.gif" not in "".join(tiendanube.world.blobs.originals)


def test_two_posts_at_once_both_succeed_where_there_is_room(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = abc.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        abc.created(src=LAMP, position=1)
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", slow_commit)

    late = abc.created(src=LAMP, position=1)

    assert late["position"] == 1
    assert len(abc.ids()) == 5
    assert abc.ids()[0] == late["id"]


@pytest.mark.parametrize("data", [GIF, MOVING_GIF, PNG, JPEG], ids=["gif", "moving", "png", "jpg"])
def test_gif_jpg_and_png_are_taken(abc: Tiendanube, data: bytes) -> None:
    abc.serve("http://example.com/a", data)

    for fields in (
        {"src": "http://example.com/a"},
        {"attachment": base_64(data), "filename": "a.webp"},
    ):
        assert abc.post(**fields).status == 201
        assert abc.put(A, **fields).status == 200


BROKEN = bytearray(PNG)
BROKEN[BROKEN.index(b"IDAT") + 20] ^= 1


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'/>",
        WEBP,
        BMP,
        pictures.encode(pictures.gradient(30, 20), "TIFF"),
        PNG[:-20],
        PNG[:8],
        bytes(BROKEN),
        JPEG[: len(JPEG) // 2],
        MOVING_GIF[:-30],
        pictures.bomb(9_000, 9_000),
        pictures.bomb(60_000, 60_000),
    ],
    ids=[
        "text",
        "svg",
        "webp",
        "bmp",
        "tiff",
        "png-cut",
        "png-head",
        "png-damaged",
        "jpg-cut",
        "gif-cut",
        "large",
        "larger",
    ],
)
def test_everything_else_is_no_picture(abc: Tiendanube, data: bytes) -> None:
    abc.serve("http://example.com/a.png", data)
    before = abc.state

    for fields in (
        {"src": "http://example.com/a.png"},
        {"attachment": base_64(data), "filename": "a.png"},
    ):
        assert_refused(abc.post(**fields), 422, NO_PICTURE)
        assert_refused(abc.put(A, **fields), 422, NO_PICTURE)
    assert abc.state == before


def test_an_empty_file_is_no_picture(abc: Tiendanube) -> None:
    abc.serve("http://example.com/a.png", b"")

    assert_refused(abc.post(src="http://example.com/a.png"), 422, NO_PICTURE)


def test_a_picture_weighs_less_than_10_mb(abc: Tiendanube) -> None:
    good = pictures.padded_png(10_485_759)
    abc.serve("http://example.com/good.png", good)
    abc.serve("http://example.com/heavy.png", pictures.padded_png(10_485_760))
    abc.serve("http://example.com/zeros.png", bytes(10_485_760))

    created = abc.created(src="http://example.com/good.png")
    assert abc.original(created["id"]) == good
    assert ok(abc.put(A, src="http://example.com/good.png")).json["id"] == A
    before = abc.state
    for name in ("heavy", "zeros"):
        url = f"http://example.com/{name}.png"
        assert_refused(abc.post(src=url), 422, TOO_HEAVY)
        assert_refused(abc.put(A, src=url), 422, TOO_HEAVY)
    assert abc.state == before


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/gone.jpg",
        "https://10.0.0.1/lamp.jpg",
        "http://127.0.0.1:9000/lamp.jpg",
        "http://[::1]/lamp.jpg",
        "http://user:password@example.com/lamp.jpg",
    ],
)
def test_every_url_that_cannot_be_fetched_gets_one_answer(abc: Tiendanube, url: str) -> None:
    before = abc.state

    assert_refused(abc.post(src=url), 422, NO_DOWNLOAD)
    assert_refused(abc.put(A, src=url), 422, NO_DOWNLOAD)
    assert abc.state == before
