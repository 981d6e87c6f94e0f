"""OpenMage contract §1, Settings of the shop."""

import pytest
from tests.conftest import World
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    API,
    DENIED,
    FR,
    NO_STORE,
    NOT_FOUND,
    OPERATIONS,
    PNG,
    READS,
    A,
    B,
    OpenMage,
    Operation,
    assert_refused,
    assert_written,
    call,
    every_operation,
    in_both_formats,
    many,
    name_of,
    one,
    open_shop1,
)
from tests.gateway import Gateway

every_read = pytest.mark.parametrize("operation", READS, ids=name_of)


def test_without_a_setting_there_is_one_store_view(world: World) -> None:
    world.open_shop("plain")
    world.issue("plain", "plain", "openmage", "read", "write")
    world.shops.hosts["api.example"] = "plain"
    world.with_gallery("plain", "8", {A: 0})
    send = Gateway(headers={"Authorization": "Bearer plain", **ANSWER_IN["json"]})

    assert_written(send("PUT", one(store="default"), json={"label": "shown"}))

    assert send("GET", one(store="1")).json["label"] == "shown"
    assert send("GET", one()).json["label"] == ""
    assert Gateway()("GET", one(), ANSWER_IN["json"]).json["label"] == "shown"
    assert_refused(send("GET", one(store="2")), *NO_STORE)


def test_the_first_store_view_is_the_default_one(world: World) -> None:
    shop = open_shop1(world, openmage_store_views="7:at,3:de")
    shop.with_gallery()
    shop.put({"label": "Österreich"}, store="at")
    shop.put({"label": "Deutschland"}, store="de")

    assert shop.get_as_guest(one())["label"] == "Österreich"
    assert_refused(shop.guest("GET", one(store="1")), *NO_STORE)


@in_both_formats
@every_operation
def test_guest_reads_may_be_off(world: World, operation: Operation, kind: str) -> None:
    shop = open_shop1(world, openmage_guest_reads="off")
    shop.with_gallery()

    assert_refused(call(shop.guest, operation, **ANSWER_IN[kind]), *DENIED, kind=kind)
    assert call(shop.admin, operation).status == 200


@every_read
def test_guest_reads_may_be_on(world: World, operation: Operation) -> None:
    shop = open_shop1(world, openmage_guest_reads="on")
    shop.with_gallery()

    assert call(shop.guest, operation).status == 200


def test_extra_media_attributes_are_types_behind_the_others_as_configured(world: World) -> None:
    shop = open_shop1(world, openmage_media_attributes="swatch,hover")
    shop.with_gallery()

    shop.put({"types": ["hover", "thumbnail", "swatch", "small_image", "image", "zoom"]})
    everything = ["image", "small_image", "thumbnail", "swatch", "hover"]
    assert shop.get(one())["types"] == everything
    shop.put({"types": ["hover"]}, B, FR)
    assert shop.get(one())["types"] == everything
    assert shop.get(one(store=FR))["types"] == everything[:-1]
    assert shop.get(one(B, FR))["types"] == ["hover"]


def test_extra_media_attributes_are_unknown_otherwise(stocked: OpenMage) -> None:
    stocked.put({"types": ["hover", "image"]})

    assert stocked.get(one())["types"] == ["image"]


def test_products_exist_as_they_are_registered(registered: OpenMage) -> None:
    for operation in OPERATIONS:
        answer = call(registered.admin, operation)
        assert_refused(answer, *NOT_FOUND)
    for operation in READS:
        assert_refused(call(registered.guest, operation), *NOT_FOUND)
    created = registered.admin("POST", many(product="SKU-28"), json=PNG)
    assert created.headers["location"] == f"{API}/products/SKU-28/images/1"
    for product in ("28", "sku-28", "Sku-28"):
        assert [each["id"] for each in registered.get(many(product=product))] == ["1"]
        assert registered.get(one(1, FR, product))["id"] == "1"
    assert set(registered.world.galleries.records["shop3", "28"]) == {1}
