"""The events in `events/`, one for each function: its handler can take them."""

import json
from importlib import import_module
from typing import Any

import pytest
from tests import pictures
from tests.conftest import World
from tests.gateway import ROOT

from vitrine.domain.locations import parse_original_key
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
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
        ("gateway_unknown_route", 404),
    ],
)
def test_recorded_requests_are_answered(shop: World, name: str, status: int) -> None:
    rules = PictureRules(frozenset(Format), max_bytes=10**6)
    add_image(shop.catalogue("1234"), PRODUCT, at_hand(pictures.png(), ""), rules)

    assert run(name)["statusCode"] == status


def test_recorded_notifications_name_their_object(shop: World) -> None:
    address = parse_original_key(KEY)
    assert address is not None

    assert run("pipeline_generate_renditions") is None, "the original is not there any more"
    assert run("pipeline_remove_renditions") is None
