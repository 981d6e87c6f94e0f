"""The platforms' parsers accept exactly the bodies that the OpenAPI files describe."""

import string
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests import pictures
from tests.requests_and_schemas import (
    IMAGE,
    Body,
    Unstated,
    bodies,
    call_with,
    compare,
    parser_accepts,
    rules_in_the_table,
    scalars,
    schema_accepts,
    texts,
    values,
)

import bigcommerce.fields
import openmage.fields
import tiendanube.fields
from bigcommerce.wire import InvalidFieldError, date
from inventorum.fields import read_fields as read_inventorum_form
from inventorum.refresh_token import refresh_token_of
from inventorum.wire import GrantError
from openmage.wire import InvalidDataError
from vitrine.domain.errors import FieldError, PictureRefusedError
from vitrine.domain.gallery import HIGHEST_SORT
from vitrine.domain.hosts import LONGEST_URL
from vitrine.edge.field_errors import InvalidFieldsError
from vitrine.edge.multipart import read_form
from vitrine.edge.request import Call

numbers = st.sampled_from(["1", "+2", "-3", "007", "1.0", "", " 1", "1 ", "x"])
base64s = st.sampled_from(
    ["", " ", "A", "AA", "AAA", "AAAA", "AAAAA", "A A\nA=", "AA==", "AA===", "A=A", "é", "0", "-A"]
) | st.text("A+/ \n=", max_size=9)


# Tiendanube

TIENDANUBE = "/v1/{store}/products/{product}/images"
hosts = st.text(string.ascii_letters + " é/?#:@.", max_size=5)
urls = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", " ", "\n"]),
    st.sampled_from(["http://", "HTTPS://", "https:/", "ftp://", "", "x http://"]),
    hosts,
    st.sampled_from(["", " ", "x" * (LONGEST_URL - 7), "x" * (LONGEST_URL + 1)]),
)
prefixes = st.sampled_from(["", " ", "data:image/png;base64,", "DATA:;Base64,", "data:,", "data:"])
_by_language = st.dictionaries(
    st.sampled_from(["es", "en", "pt_BR", "ES", "spa"]), texts | st.none(), max_size=3
)
tiendanube_bodies = bodies(
    {
        "src": urls,
        "attachment": st.builds("{}{}".format, prefixes, base64s),
        "filename": texts,
        "position": st.integers() | numbers | scalars,
        "alt": texts | _by_language | st.lists(_by_language | texts | values, max_size=2),
    }
)


def _source(body: Body) -> str:
    found = body.get("src")
    return found if isinstance(found, str) else ""


def _letters_in_prefix(body: Body) -> bool:
    found = body.get("attachment")
    before, comma, _ = found.partition(",") if isinstance(found, str) else ("", "", "")
    return bool(comma) and any(each.isspace() for each in before.strip())


TIENDANUBE_UNSTATED: Unstated = {
    "URLs": lambda body: any(each.isspace() or each in "[]" for each in _source(body).strip()),
    "White space around a URL": lambda body: (
        len(_source(body)) > LONGEST_URL and _source(body) != _source(body).strip()
    ),
    "White space in the prefix of base64": _letters_in_prefix,
    "Ten languages": lambda body: isinstance(body.get("alt"), dict) and len(body["alt"]) > 10,
}


@given(tiendanube_bodies)
@example({"src": None, "attachment": "AAAA", "filename": 1, "position": 2.0})
@example({"src": "https://shop.example/lamp.jpg", "attachment": 1})
@example({"src": "", "attachment": "AAAA"})
@example({"attachment": " "})
def test_tiendanube_post(body: dict[str, Any]) -> None:
    compare(
        "tiendanube",
        f"POST {TIENDANUBE}",
        tiendanube.fields.read_new,
        (InvalidFieldsError,),
        TIENDANUBE_UNSTATED,
        body,
    )


@given(tiendanube_bodies)
@example({"attachment": " ", "alt": []})
@example({"alt": "x" * 1001})
@example({"alt": {"en": "x" * 1000, "es": "x" * 1001}})
@example({"alt": [None, 1]})
def test_tiendanube_put(body: dict[str, Any]) -> None:
    compare(
        "tiendanube",
        f"PUT {TIENDANUBE}/{{image}}",
        lambda call: tiendanube.fields.read_change(call, IMAGE),
        (InvalidFieldsError,),
        TIENDANUBE_UNSTATED,
        body,
    )


# BigCommerce

BIGCOMMERCE = "/stores/{store}/v2/products/{product}/images"
files = texts | st.sampled_from(
    ["https://shop.example/lamp.jpg", "lamps/red.jpg", " ", "x" * 2048, "x" * 2049]
)
flags = st.sampled_from(["true", "FALSE", "1", "0", "yes", "", 0, 1, 2, True, None])
sorts = (
    st.sampled_from([HIGHEST_SORT, HIGHEST_SORT + 1, -HIGHEST_SORT - 1, -HIGHEST_SORT - 2, 2.0])
    | numbers
)
bigcommerce_members = {
    "image_file": files,
    "is_thumbnail": flags,
    "sort_order": sorts,
    "description": texts,
    "is_sample": values,
}
PRESENT = {"id": "116", "product_id": "7", "date_created": date(IMAGE.created_at)}


def _other_present(body: Body) -> bool:
    """Whether the body has a value of the right type for a read-only field, but another one."""
    return any(
        isinstance(body[name], str | int | float)
        and not isinstance(body[name], bool)
        and str(body[name]).strip() != present
        for name, present in PRESENT.items()
        if name in body
    )


BIGCOMMERCE_UNSTATED: Unstated = {
    "Integers without a fraction": lambda body: isinstance(body.get("is_thumbnail"), float),
    "Read-only fields": _other_present,
    "Bounds of a number in a string": lambda body: (
        isinstance(body.get("sort_order"), str) and len(body["sort_order"]) > 9
    ),
}


@given(bodies({**bigcommerce_members, "product_id": st.sampled_from([7, "7", " 7", None])}))
@example({"image_file": "a", "id": None})
@example({"image_file": " "})
def test_bigcommerce_post(body: dict[str, Any]) -> None:
    compare(
        "bigcommerce",
        f"POST {BIGCOMMERCE}",
        bigcommerce.fields.read_new,
        (InvalidFieldError,),
        BIGCOMMERCE_UNSTATED,
        body,
    )


@given(
    bodies(
        {
            **bigcommerce_members,
            **{name: st.just(present) for name, present in PRESENT.items()},
        }
    )
)
@example({"image_file": " "})
@example({"date_created": None})
def test_bigcommerce_put(body: dict[str, Any]) -> None:
    compare(
        "bigcommerce",
        f"PUT {BIGCOMMERCE}/{{image}}",
        lambda call: bigcommerce.fields.read_change(call, IMAGE),
        (InvalidFieldError,),
        BIGCOMMERCE_UNSTATED,
        body,
    )


form_texts = st.text(string.ascii_letters + " é", max_size=5)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@given(
    data=st.fixed_dictionaries(
        {},
        optional={
            "image_file": form_texts,
            "is_thumbnail": st.sampled_from(["true", "False", "1", "0", "2", ""]),
            "sort_order": numbers,
            "description": form_texts | st.sampled_from(["x" * 1000, "x" * 1001]),
            "product_id": st.just("7"),
            "is_sample": form_texts,
            "other": form_texts,
        },
    ).filter(bool),
    file=st.booleans(),
)
def test_bigcommerce_forms(method: str, data: dict[str, str], file: bool) -> None:
    new = method == "POST"
    route = f"{method} {BIGCOMMERCE}" + ("" if new else "/{image}")
    parts: dict[str, Any] = {name: (None, each) for name, each in data.items()}
    if file:
        parts["image_file"] = ("lamp.png", b"picture")

    def read(call: Call) -> object:
        if new:
            return bigcommerce.fields.read_new(call)
        return bigcommerce.fields.read_change(call, IMAGE)

    shown = {**data, "image_file": "picture"} if file else data
    valid = schema_accepts("bigcommerce", route, "multipart/form-data", shown)
    call = form_call("bigcommerce", method, list(parts.items()))
    assert parser_accepts(read, call, InvalidFieldError) == valid


def form_call(dialect: str, method: str, parts: list[tuple[str, Any]], **headers: str) -> Call:
    """The call of a client that sent a form with these parts."""
    sent = httpx.Request(method, "https://api.example/", files=parts)
    return call_with(dialect, method, sent.read(), sent.headers["content-type"], **headers)


# OpenMage

OPENMAGE = "/api/rest/products/{product}/images"
empties = st.sampled_from([None, False, 0, 0.0, "", "0", [], {}])
openmage_bodies = bodies(
    {
        "label": st.sampled_from(["x" * 255, "x" * 256, "", True]) | texts,
        "position": values,
        "exclude": values,
        "types": values,
        "file_name": empties | st.sampled_from(["lamp", "a/b", "a\\b", "a..b", "..", True, 1.5]),
        "file_mime_type": empties | st.sampled_from(["image/png", "image/jpg", "image/bmp"]),
        "file_content": empties | base64s | values,
    }
)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


OPENMAGE_UNSTATED: Unstated = {
    "Numbers as base64": lambda body: _is_number(body.get("file_content")),
    "Characters that XML forbids": lambda body: (
        isinstance(body.get("label"), str)
        and len(body["label"]) > 255
        and not body["label"].isprintable()
    ),
}


def without_refused_pictures(read: Callable[[Call], object], call: Call) -> None:
    """Read a picture; whether it is one that the dialect takes is no matter of its fields."""
    try:
        read(call)
    except PictureRefusedError:
        return


def read_openmage_post(call: Call) -> None:
    without_refused_pictures(lambda call: openmage.fields.new_picture(call.fields), call)
    openmage.fields.base_name(call.fields)
    openmage.fields.read_fields(call, None)


def read_openmage_put(call: Call) -> None:
    without_refused_pictures(lambda call: openmage.fields.replacement_picture(call.fields), call)
    openmage.fields.rename(call.fields, None, IMAGE)
    openmage.fields.read_fields(call, None)


NEW = {"file_content": "AAAA", "file_mime_type": "image/png"}


@given(openmage_bodies | openmage_bodies.map(lambda body: {**body, **NEW}))
@example(NEW)
@example({**NEW, "file_name": [1]})
@example({**NEW, "label": None})
@example({**NEW, "label": "x" * 255})
@example({**NEW, "label": "x" * 256})
def test_openmage_post(body: dict[str, Any]) -> None:
    compare(
        "openmage",
        f"POST {OPENMAGE}",
        read_openmage_post,
        (InvalidDataError,),
        OPENMAGE_UNSTATED,
        body,
    )


@given(openmage_bodies)
@example({})
@example({"other": 1})
@example({"file_mime_type": "image/bmp"})
@example({"file_mime_type": "image/bmp", "file_content": "AAAA"})
def test_openmage_put(body: dict[str, Any]) -> None:
    compare(
        "openmage",
        f"PUT {OPENMAGE}/{{image}}",
        read_openmage_put,
        (InvalidDataError,),
        OPENMAGE_UNSTATED,
        body,
    )


# Evotor and Inventorum

PICTURE = ("lamp.png", pictures.png(300, 300))
# Of forms and XML, no body that depends on these rules is generated.
UNSTATED: Mapping[str, Collection[str]] = {
    "tiendanube": TIENDANUBE_UNSTATED,
    "bigcommerce": BIGCOMMERCE_UNSTATED,
    "openmage": [*OPENMAGE_UNSTATED, "Bodies in XML and forms"],
    "evotor": ["Repeated fields"],
    "inventorum": ["Repeated fields", "Versions", "Files and texts"],
}


@given(st.sets(st.sampled_from(["datafile", "Datafile", "image"]), min_size=1))
def test_evotor_forms(names: set[str]) -> None:
    route = "POST /stores/{store}/products/{product}/images"
    call = form_call("evotor", "POST", [(name, PICTURE) for name in names])
    valid = schema_accepts("evotor", route, "multipart/form-data", dict.fromkeys(names, ""))
    assert valid == parser_accepts(
        lambda call: read_form(call.request).only("datafile"), call, FieldError
    )


purposes = st.sampled_from(["product", "0", "1", "3", "4", "Product", "", "other"])


@pytest.mark.parametrize(("version", "name"), [("12", "image"), ("2", "product_image")])
@given(picture=st.booleans(), others=st.dictionaries(st.just("type"), purposes))
def test_inventorum_forms(
    version: str,
    name: str,
    picture: bool,
    others: Mapping[str, str],
) -> None:
    assume(version == "12" or others.get("type", "product") == "product")
    parts: list[tuple[str, Any]] = [(each, (None, text)) for each, text in others.items()]
    if picture:
        parts.append((name, PICTURE))
    assume(parts)
    call = form_call("inventorum", "POST", parts, **{"x-api-version": version})
    shown = {**others, **({name: ""} if picture else {})}
    valid = schema_accepts("inventorum", "POST /api/images", "multipart/form-data", shown)
    assert parser_accepts(read_inventorum_form, call, InvalidFieldsError) == valid


@given(
    st.dictionaries(
        st.sampled_from(["grant_type", "refresh_token", "client_id", "other"]),
        st.sampled_from(["refresh_token", "password", "", "é &=", "x"]),
    )
)
@example({"grant_type": "refresh_token", "refresh_token": "x"})
def test_inventorum_grants(form: dict[str, str]) -> None:
    media_type = "application/x-www-form-urlencoded"
    call = call_with("inventorum", "POST", urlencode(form).encode(), media_type)
    valid = schema_accepts("inventorum", "POST /api/auth/token", media_type, form)
    assert valid == parser_accepts(lambda call: refresh_token_of(call.request), call, GrantError)


@pytest.mark.parametrize("dialect", sorted(UNSTATED))
def test_the_rules_that_the_schemas_do_not_state_are_documented(dialect: str) -> None:
    assert rules_in_the_table(dialect) == set(UNSTATED[dialect])
