"""OpenMage contract §7, Deleting."""

import pytest
from tests.contract.openmage.conftest import (
    DATA,
    DE,
    FR,
    NEW_CONTENT,
    NO_IMAGE,
    NOT_FOUND,
    A,
    B,
    OpenMage,
    P,
    assert_refused,
    bigcommerce,
    ids,
    many,
    one,
    tiendanube,
    written,
)

from vitrine.domain.gallery import THUMBNAIL, Gallery
from vitrine.domain.gallery_change import GalleryChange


def test_a_deleted_image_leaves_every_listing_store_and_dialect(among_others: OpenMage) -> None:
    shop = among_others
    shop.put({"label": "avant", "position": 3}, store=FR)

    shop.delete()

    for store in ("", "1", FR, DE):
        assert ids(shop.get(many(store))) == ids(shop.get_as_guest(many(store))) == [B]
        assert_refused(shop.admin("GET", one(store=store)), *NO_IMAGE)
        assert_refused(shop.guest("GET", one(store=store)), *NOT_FOUND)
        assert_refused(shop.admin("PUT", one(store=store), json={"label": "x"}), *NOT_FOUND)
        assert_refused(shop.admin("DELETE", one(store=store)), *NOT_FOUND)
    assert [each["id"] for each in bigcommerce(shop, "GET").json] == [B]
    assert bigcommerce(shop, "GET", A).status == 404
    assert [each["id"] for each in tiendanube(shop, "GET").json] == [B]
    assert tiendanube(shop, "GET", A).status == 404
    count = shop.admin("GET", "/api/v2/products/images/count", {"X-Auth-Token": "bigcommerce"})
    assert count.json == {"count": 1}
    assert shop.gallery.sorts == {B: 5}, "other positions stay"


def test_original_and_public_file_of_a_deleted_image_are_kept(shop: OpenMage) -> None:
    image = shop.added(file_name="front")
    shop.render()
    originals, public = dict(shop.world.blobs.originals), dict(shop.world.blobs.public)
    assert "media/shop1/catalog/product/f/r/front.png" in public

    shop.delete(image)

    assert shop.world.blobs.originals == originals
    assert shop.world.blobs.public == public
    shop.render()
    assert shop.world.blobs.originals == originals
    assert "media/shop1/catalog/product/f/r/front.png" in shop.world.blobs.public


def test_originals_of_other_dialects_images_are_kept_too(stocked: OpenMage) -> None:
    originals = dict(stocked.world.blobs.originals)

    stocked.delete()

    assert stocked.world.blobs.originals == originals


def test_no_image_inherits_the_roles_of_a_deleted_one(among_others: OpenMage) -> None:
    shop = among_others
    shop.put({"types": ["image", "thumbnail"]})
    shop.put({"types": ["small_image"]}, store=FR)
    shop.put({"types": ["image", "thumbnail"]}, B, FR)

    shop.delete()

    assert shop.gallery.roles.get(THUMBNAIL) is None
    assert shop.get(one(B))["types"] == []
    assert shop.get(one(B, FR))["types"] == ["image", "thumbnail"]
    assert bigcommerce(shop, "GET", B).json["is_thumbnail"] is False


def test_after_a_deletion_roles_of_a_store_are_explicitly_none(stocked: OpenMage) -> None:
    stocked.put({"types": ["image"]}, store=FR)

    stocked.delete()

    stocked.put({"types": ["image"]}, B)
    assert stocked.get(one(B, FR))["types"] == []
    assert stocked.get(one(B, DE))["types"] == ["image"]


def test_an_image_deleted_in_a_store_is_gone_there_only(among_others: OpenMage) -> None:
    shop = among_others
    shown = shop.get(one())

    shop.delete(store=FR)

    for store in (FR, "fr"):
        assert ids(shop.get(many(store))) == ids(shop.get_as_guest(many(store))) == [B]
        assert_refused(shop.admin("GET", one(store=store)), *NO_IMAGE)
        assert_refused(shop.guest("GET", one(store=store)), *NOT_FOUND)
        assert_refused(shop.admin("PUT", one(store=store), json={"label": "x"}), *NOT_FOUND)
        assert_refused(shop.admin("DELETE", one(store=store)), *NOT_FOUND)
    for store in ("", "0", "1", DE):
        assert shop.get(one(store=store)) == shown
        assert ids(shop.get(many(store))) == ids(shop.get_as_guest(many(store))) == [A, B]
    assert [each["id"] for each in bigcommerce(shop, "GET").json] == [A, B]
    shop.put({"label": "Mug"})
    assert_refused(shop.admin("GET", one(store=FR)), *NO_IMAGE)


def test_an_image_deleted_in_the_default_view_is_gone_for_guests(stocked: OpenMage) -> None:
    stocked.delete(store="default")

    assert ids(stocked.get_as_guest(P)) == [B]
    assert_refused(stocked.guest("GET", one()), *NOT_FOUND)
    assert_refused(stocked.guest("GET", one(store="admin")), *NOT_FOUND)
    assert ids(stocked.get(P)) == [A, B]
    assert ids(stocked.get_as_guest(many(FR))) == [A, B]


def test_roles_of_an_image_deleted_in_a_store_are_explicitly_none_there(
    stocked: OpenMage,
) -> None:
    stocked.put({"types": ["image"]})
    stocked.put({"types": ["image", "small_image"]}, store=FR)

    stocked.delete(store=FR)
    stocked.delete(store=DE)

    stocked.put({"types": ["image", "small_image", "thumbnail"]}, B)
    assert stocked.get(one(B, FR))["types"] == ["thumbnail"], "own roles"
    assert stocked.get(one(B, DE))["types"] == ["small_image", "thumbnail"], "inherited roles"
    assert stocked.get(one(B, "1"))["types"] == ["image", "small_image", "thumbnail"]


def test_an_image_may_be_deleted_in_all_stores_and_then_globally(stocked: OpenMage) -> None:
    for store in ("1", FR, DE):
        stocked.delete(store=store)
    assert ids(stocked.get(P)) == [A, B]

    stocked.delete()

    assert ids(stocked.get(P)) == [B]


def test_what_another_dialect_deletes_is_gone_here_too(among_others: OpenMage) -> None:
    shop = among_others
    image = shop.added(file_name="front", types=["small_image"])
    shop.put({"types": ["image"]}, image, FR)

    assert bigcommerce(shop, "DELETE", image).status == 204
    assert tiendanube(shop, "DELETE", B).status == 200

    for store in ("", FR):
        for each in (image, B):
            assert_refused(shop.admin("GET", one(each, store)), *NO_IMAGE)
            assert_refused(shop.admin("PUT", one(each, store), json={"label": "x"}), *NOT_FOUND)
            assert_refused(shop.admin("DELETE", one(each, store)), *NOT_FOUND)
        assert ids(shop.get(many(store))) == [A]
    assert shop.file_of(shop.added(file_name="front")) == "front_1.png"


def test_bytes_of_what_another_dialect_deletes_go_by_that_dialects_rules(
    among_others: OpenMage,
) -> None:
    shop = among_others
    image = shop.added(file_name="front")
    shop.put({"file_name": "cup"}, image)
    shop.render()
    assert shop.public("catalog/product/c/u/cup.png").data == DATA

    bigcommerce(shop, "DELETE", image)
    shop.render()

    assert not [key for key in shop.world.blobs.originals if f"/{image}/" in key]
    assert not [key for key in shop.world.blobs.public if "/catalog/" in key]


def test_of_changes_at_once_none_is_lost(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = stocked.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        stocked.put({"types": ["image", "small_image"], "position": 9}, B, FR)
        stocked.put({"label": "Tasse"}, A, FR)
        stocked.put({"label": "Mug", "position": 3}, A)
        return commit(change)

    monkeypatch.setattr(stocked.world.galleries, "commit", slow_commit)

    stocked.put({"types": ["image"], "exclude": 1}, A, FR)

    assert written(stocked.get(one(A, FR))) == ("Tasse", "3", "1", ["image"])
    assert written(stocked.get(one(B, FR))) == ("", "9", "0", ["small_image"])
    assert written(stocked.get(one())) == ("Mug", "3", "0", ["thumbnail"])


@pytest.mark.parametrize("store", ["", FR])
def test_an_image_deleted_while_it_is_changed_is_not_found(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    commit = stocked.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
        stocked.delete()
        return commit(change)

    monkeypatch.setattr(stocked.world.galleries, "commit", slow_commit)

    fields = {"label": "x", "types": ["image"], "position": 4, **NEW_CONTENT}
    assert_refused(stocked.admin("PUT", one(store=store), json=fields), *NOT_FOUND)
    assert stocked.gallery.sorts == {B: 5}
