"""The parsers of requests accept exactly the bodies that the OpenAPI files describe.

What a schema cannot state is left out of the generated bodies: `1.0`, which JSON Schema takes for
an integer, and rules about the shop's state, such as the main language or the images that exist.
"""

import json
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from tests.openapi import described, validator

from native.fields import read_order, read_patch, read_target
from native.problems import FieldsRefusedError
from native.upload_fields import read_files
from vitrine.access.callers import Caller
from vitrine.domain.images import Image, Original
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.pictures import Format
from vitrine.domain.shops import Shop
from vitrine.edge.request import Call, Request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IMAGE = Image(116, "shop1", "7", Original("0" * 64, Format.PNG, 1, 1, 1, 1), NOW, NOW)
OWN = public_url("https://cdn.example/media", original_address(IMAGE).full_size_key(Format.PNG))


def call_with(body: Mapping[str, Any]) -> Call:
    """The call of an authenticated client that sent these fields."""
    request = Request("id", "POST", "/", {"product": "7", "image": "116"}, {})
    caller = Caller(Shop("shop1"), "client", frozenset())
    catalogue: Any = None  # the parsers only hand it on
    return Call(request, caller, None, catalogue, "https://cdn.example", "", (), lambda _: body)


def accepts(read: Callable[[Call], object], body: Mapping[str, Any]) -> bool:
    try:
        read(call_with(body))
    except FieldsRefusedError:
        return False
    return True


words = st.text(string.printable + "é漢", max_size=6)
texts = words | st.integers(998, 1002).map(lambda length: "x" * length)
fractions = st.floats(-9, 9).filter(lambda number: not number.is_integer())
scalars = st.none() | st.booleans() | st.integers(-2, 3) | fractions | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


def bodies(usual: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies with any of the usual members, each with a usual or any value, and others."""
    members = {name: each | values for name, each in usual.items()}
    likely = st.fixed_dictionaries({}, optional=members) | st.fixed_dictionaries(dict(usual))
    unknown = st.just({}) | st.dictionaries(words, values, max_size=1)
    return st.tuples(unknown, likely).map(lambda both: {**both[0], **both[1]})


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


def differences(
    name: str, route: str, media_type: str, read: Callable[[Call], object], body: dict[str, Any]
) -> None:
    """Fail if the parser and the schema judge a body differently."""
    method, _, path = route.partition(" ")
    request = described(name)["paths"][path][method.lower()]["requestBody"]
    valid = validator(described(name), request["content"][media_type]["schema"]).is_valid(body)
    assert accepts(read, body) == valid, json.dumps(body)


BASE = "/vitrine/v1/products/{product}"


@given(bodies({"images": st.lists(ids | scalars, max_size=4)}))
@example({"images": [True]})
def test_orders(body: dict[str, Any]) -> None:
    differences("vitrine", f"PUT {BASE}/order", "application/json", read_order, body)


@given(bodies({"alt": texts, "translations": translations, "thumbnail": st.just(value=True)}))
@example({"alt": "x" * 1000, "translations": {"en": None}, "thumbnail": True})
@example({"thumbnail": 1})
def test_merge_patches(body: dict[str, Any]) -> None:
    route = f"PATCH {BASE}/images/{{image}}"

    def read(call: Call) -> object:
        return read_patch(call, IMAGE)

    differences("vitrine", route, "application/merge-patch+json", read, body)


@given(bodies({"files": files}))
def test_announced_files(body: dict[str, Any]) -> None:
    differences("vitrine", f"POST {BASE}/uploads", "application/json", read_files, body)


@given(
    bodies({"product": texts | st.sampled_from(["7", "a/b", "x" * 64, "x" * 65]), "image": ids})
    | bodies({"url": st.just(OWN)}).filter(
        lambda body: body.get("url") == OWN or not isinstance(body.get("url"), str)
    )
)
@example({"url": OWN})
@example({"url": OWN, "product": "7"})
def test_take_downs(body: dict[str, Any]) -> None:
    route = "POST /vitrine/v1/take-downs"
    differences("vitrine", route, "application/json", read_target, body)
