"""GET /shop/usage (contract: vitrine §4.2)."""

from dataclasses import replace

from tests.contract.vitrine.conftest import Native, assert_refused, bearer, exact, forbidden

from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.pictures import Format


def test_originals_are_counted_by_format(native: Native) -> None:
    galleries = native.world.galleries
    first, second, third = native.world.with_gallery("shop1", "7", {1: 0, 2: 1, 3: 2})
    for image, kind, size in ((first, Format.PNG, 100), (second, Format.JPEG, 30)):
        original = replace(image.original, format=kind, size=size)
        galleries.records["shop1", "7"][image.id] = replace(image, original=original)
    del galleries.records["shop1", "7"][3]
    galleries.gone["shop1", 3] = replace(third, original=replace(third.original, size=7))
    moment = first.created_at
    original = replace(first.original, size=5)
    native.world.library.add(LibraryImage(4, "shop1", "16", Purpose.USER, original, moment, moment))
    native.world.with_gallery("shop2", "7", {1: 0})

    answer = native.get("/shop/usage", **bearer("read"))

    assert answer.status == 200
    assert exact(answer) == (
        '{"images":2,"bytes":130,"formats":{"jpeg":{"images":1,"bytes":30},'
        '"png":{"images":1,"bytes":100}},"kept":{"images":1,"bytes":7},'
        '"library":{"images":1,"bytes":5},"counts":"originals","exact":true}'
    )


def test_a_new_shop_has_nothing(native: Native) -> None:
    assert exact(native.get("/shop/usage")) == (
        '{"images":0,"bytes":0,"formats":{},"kept":{"images":0,"bytes":0},'
        '"library":{"images":0,"bytes":0},"counts":"originals","exact":true}'
    )


def test_counters_of_an_old_shop_are_not_exact(native: Native) -> None:
    native.world.galleries.uncounted.add("shop1")

    assert native.get("/shop/usage").json["exact"] is False


def test_usage_has_a_tag_and_needs_the_scope(native: Native) -> None:
    tag = native.get("/shop/usage").headers["etag"]

    assert native.get("/shop/usage", If_None_Match=tag).status == 304
    native.world.with_gallery("shop1", "7", {1: 0})
    assert native.get("/shop/usage", If_None_Match=tag).status == 200
    assert_refused(native.get("/shop/usage", **bearer("none")), forbidden("images:read"))
