"""The events in `events/`, one for each function: its handler can take them."""

import json
from importlib import import_module
from typing import Any
from urllib.parse import unquote_plus

import pytest
from tests import pictures
from tests.conftest import World
from tests.fakes import etag
from tests.gateway import ROOT

from pipeline import import_file
from vitrine.domain.credentials import CLIENT, RefreshToken, digest_of
from vitrine.domain.locations import parse_original_key
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.domain.take_downs import Places, TakeDown, TakeDownState
from vitrine.services.adding import add_image
from vitrine.services.sources import at_hand

PRODUCT = ProductKey("5e46f8de-ec4f-4f87-85de-337b88fa2bdd")
KEY = "originals/1234/1/0-0123456789abcdef0123/фото 1+2 東京.png"


def run(name: str) -> Any:
    """What a function answers to its event."""
    event = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return import_module(name.replace("_", ".", 1)).handler(event, None)


@pytest.fixture
def shop(world: World) -> World:
    world.open_shop("1234", evotor_store_id="20240105-1A2B-40C3-80D4-0123456789AB")
    scopes = ("product.image:read", "product.image:write")
    world.issue("c14fc51c-d6ea-4992-85c0-786b8351d270", "1234", "evotor", *scopes)
    world.open_shop("555", tiendanube_store_id="555", bigcommerce_store_hash="abc123")
    world.issue("4e1f6a0d92c84b7ba1c5", "555", "tiendanube", "write_products")
    world.issue("b7d0c2f4a1e84e50a9d3", "555", "bigcommerce", "store_v2_products")
    world.issue("6c0b8d34e5f24a7f9e21", "555", "vitrine", "images:write", "images:takedown")
    world.issue("9a3f6c1e7b5d4082", "555", "inventorum", "images")
    client = world.issue("till-3:5b1f8e2c9d4a4c67", "555", "inventorum", "images", role=CLIENT)
    refresh = RefreshToken(digest_of("c0ffee1234567890"), client.digest)
    world.shops.refresh_tokens[refresh.digest] = refresh
    world.open_shop("8", openmage_store_views="1:default,2:fr")
    world.issue("9d1f6a0d92c84b7ba1c5", "8", "openmage", "read", "write")
    world.shops.hosts["*"] = "8"
    world.blobs.import_folder["import/555/mugs/mug.jpg"] = pictures.jpeg()
    return world


def test_the_recorded_upload_is_taken(shop: World) -> None:
    answer = run("evotor_create_image")

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["product_id"] == PRODUCT


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("evotor_list_images", 200),
        ("evotor_get_image", 200),
        ("evotor_delete_image", 204),
        ("evotor_delete_images", 204),
        ("tiendanube_create_image", 201),
        ("tiendanube_list_images", 200),
        ("tiendanube_get_image", 200),
        ("tiendanube_update_image", 200),
        ("tiendanube_delete_image", 200),
        ("bigcommerce_create_image", 201),
        ("bigcommerce_list_images", 200),
        ("bigcommerce_get_image", 200),
        ("bigcommerce_update_image", 200),
        ("bigcommerce_delete_image", 204),
        ("bigcommerce_delete_images", 204),
        ("bigcommerce_count_images", 200),
        ("bigcommerce_count_all_images", 200),
        ("native_get_shop", 200),
        ("native_get_product", 200),
        ("native_put_order", 200),
        ("native_get_image", 200),
        ("native_update_image", 200),
        ("native_delete_image", 204),
        ("native_get_usage", 200),
        ("native_list_products", 200),
        ("native_create_upload", 201),
        ("native_get_upload", 404),
        ("native_list_imports", 200),
        ("native_create_take_down", 202),
        ("native_get_take_down", 404),
        ("inventorum_create_image", 200),
        ("inventorum_refresh_token", 200),
        ("openmage_create_image", 200),
        ("openmage_list_images", 200),
        ("openmage_get_image", 200),
        ("openmage_update_image", 200),
        ("openmage_delete_image", 200),
        ("gateway_unknown_route", 404),
    ],
)
def test_recorded_requests_are_answered(shop: World, name: str, status: int) -> None:
    rules = PictureRules(frozenset(Format), max_bytes=10**6)
    add_image(shop.catalogue("1234"), PRODUCT, at_hand(pictures.png(), ""), rules)
    shop.with_gallery("555", "1234" if "tiendanube" in name else "29", {1: 0}, thumbnail=1)
    shop.with_gallery("8", "8", {1: 0}, thumbnail=1)

    assert run(name)["statusCode"] == status


def test_recorded_notifications_name_their_object(shop: World) -> None:
    address = parse_original_key(KEY)
    assert address is not None

    assert run("pipeline_generate_renditions") is None, "the original is not there any more"
    assert run("pipeline_remove_renditions") is None


def test_the_recorded_end_of_a_record_takes_what_was_left_of_its_image(shop: World) -> None:
    shop.blobs.put_original(KEY, b"left", "image/png", PRODUCT)

    assert run("pipeline_remove_originals") is None

    assert shop.blobs.originals == {}


def test_the_recorded_take_down_is_carried_out(shop: World) -> None:
    begun = TakeDown("tmrzwy3tfnzqwg43fmfzgk3tuebq", "1234", 1, Places(), shop.now())
    shop.take_downs.begin(begun)

    assert run("pipeline_take_down") is None

    found = shop.take_downs.take_down("1234", begun.id)
    assert found
    assert found.state is TakeDownState.DONE


def test_a_recorded_question_for_a_picture_of_no_image_is_answered(shop: World) -> None:
    answer = run("pipeline_render_missing")

    assert (answer["statusCode"], answer["body"]) == (404, "No such picture.\n")


def test_the_recorded_file_becomes_an_image(shop: World) -> None:
    event = json.loads((ROOT / "events" / "pipeline_import_file.json").read_text())
    data = pictures.png()
    thing = event["Records"][0]["s3"]["object"]
    key = unquote_plus(thing["key"])
    shop.blobs.import_folder[key] = data
    thing["eTag"] = etag(data)

    import_file.handler(event, None)

    (image,) = shop.galleries.records["1234", "8"].values()
    assert image.original.file_name == "кружка 1+2.png"
