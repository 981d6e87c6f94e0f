"""The parsers of Vitrine's own API accept exactly the bodies that its OpenAPI file describes."""

from collections.abc import Callable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from tests.requests_and_schemas import (
    IMAGE,
    Body,
    Unstated,
    bodies,
    compare,
    has_whole_float,
    rules_in_the_table,
    scalars,
    texts,
    values,
)

from native.fields import read_order, read_patch, read_target
from native.problems import FieldsRefusedError
from native.upload_fields import read_files
from native.wire import MAIN_LANGUAGE
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.pictures import Format
from vitrine.edge.request import Call

OWN = public_url("https://cdn.example/media", original_address(IMAGE).full_size_key(Format.PNG))
BASE = "/vitrine/v1/products/{product}"


def _translations(body: Body) -> dict[str, Any]:
    found = body.get("translations")
    return found if isinstance(found, dict) else {}


def _replaced(body: Body) -> list[Any]:
    files = body.get("files")
    found = files if isinstance(files, list) else []
    return [each["replaces"] for each in found if isinstance(each, dict) and "replaces" in each]


UNSTATED: Unstated = {
    "Integers without a fraction": has_whole_float,
    "The main language": lambda body: MAIN_LANGUAGE in _translations(body),
    "Nine languages": lambda body: len(_translations(body)) > 9,
    "A picture is replaced once": lambda body: len(_replaced(body)) > 1,
    "Own pictures": lambda body: isinstance(body.get("url"), str) and body["url"] != OWN,
}

ids = st.integers(-1, 120)
languages = st.sampled_from(["en", "pt_BR", "EN", "e", "pt-BR", "", "eng"])
translations = st.dictionaries(languages, texts | st.none() | scalars, max_size=4)
file = bodies(
    {
        "name": texts | st.integers(254, 257).map(lambda length: "x" * length),
        "type": st.sampled_from(["image/jpeg", "image/png", "image/heic", "IMAGE/PNG"]),
        "bytes": st.sampled_from([0, 1, 20_971_520, 20_971_521]),
    }
)
files = st.lists(file | values, max_size=3) | st.sampled_from(
    [[{"name": "a", "type": "image/png", "bytes": 1}] * count for count in (1, 250, 251)]
)


def check(
    route: str, read: Callable[[Call], object], body: Body, media_type: str = "application/json"
) -> None:
    compare("vitrine", route, read, (FieldsRefusedError,), UNSTATED, body, media_type)


@given(bodies({"images": st.lists(ids | scalars, max_size=4)}))
@example({"images": [True]})
def test_orders(body: dict[str, Any]) -> None:
    check(f"PUT {BASE}/order", read_order, body)


@given(bodies({"alt": texts, "translations": translations, "thumbnail": st.just(value=True)}))
@example({"alt": "x" * 1000, "translations": {"en": None}, "thumbnail": True})
@example({"thumbnail": 1})
def test_merge_patches(body: dict[str, Any]) -> None:
    route = f"PATCH {BASE}/images/{{image}}"
    check(route, lambda call: read_patch(call, IMAGE), body, "application/merge-patch+json")


@given(bodies({"files": files}))
def test_announced_files(body: dict[str, Any]) -> None:
    check(f"POST {BASE}/uploads", read_files, body)


@given(
    bodies({"product": texts | st.sampled_from(["7", "a/b", "x" * 64, "x" * 65]), "image": ids})
    | bodies({"url": st.just(OWN)})
)
@example({"url": OWN})
@example({"url": OWN, "product": "7"})
def test_take_downs(body: dict[str, Any]) -> None:
    check("POST /vitrine/v1/take-downs", read_target, body)


def test_the_rules_that_the_schemas_do_not_state_are_documented() -> None:
    assert rules_in_the_table("vitrine") == set(UNSTATED)
