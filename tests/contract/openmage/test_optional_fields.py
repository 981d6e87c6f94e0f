"""OpenMage contract §4.3, Optional fields and coercions."""

import itertools
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    FORM,
    FR,
    JSON,
    NOTHING_SENT,
    PNG,
    PRE_VALIDATOR,
    XML,
    A,
    B,
    C,
    OpenMage,
    P,
    assert_refused,
    assert_written,
    many,
    one,
    written,
)

from vitrine.domain.gallery import THUMBNAIL


def test_what_is_not_sent_has_defaults(shop: OpenMage) -> None:
    first, second = shop.added(), shop.added()

    assert written(shop.get(one(first))) == ("", "1", "0", [])
    assert written(shop.get(one(second))) == ("", "2", "0", [])
    assert THUMBNAIL not in shop.gallery.roles, "not even for the first image"


def test_null_is_as_if_not_sent(stocked: OpenMage) -> None:
    nothing = dict.fromkeys(("label", "position", "exclude", "types", "file_name"))
    image = stocked.added(**nothing)
    assert written(stocked.get(one(image))) == ("", "7", "0", [])
    assert stocked.file_of(image) == "image.png"

    shown = stocked.get(one(image))
    stocked.put({**nothing, "exclude": 1, "file_content": None, "file_mime_type": None}, image)
    assert stocked.get(one(image)) == {**shown, "exclude": "1"}
    assert_refused(stocked.admin("PUT", one(), json=nothing), *NOTHING_SENT)


def test_a_new_image_stands_behind_the_highest_position(stocked: OpenMage) -> None:
    def position(path: str = P, **fields: Any) -> str:
        shown: dict[str, str] = stocked.get(one(stocked.added(path, **fields)))
        return shown["position"]

    assert position() == "7"
    assert position(position=50) == "50"
    assert position() == "51"
    assert position(position=2) == "2"
    stocked.put({"position": 99}, store=FR)
    assert position() == "52", "positions of stores do not count"
    assert position(many(FR), position=80) == "53"
    other = stocked.added(many(product="9"))
    assert stocked.get(one(other, product="9"))["position"] == "1"


def test_positions_of_deleted_images_do_not_count(stocked: OpenMage) -> None:
    stocked.delete(B)

    assert stocked.get(one(stocked.added()))["position"] == "2"


HIGHEST = str(2**31 - 1)
POSITIONS = [
    ("7", "7"),
    ('"7"', "7"),
    ('"007"', "7"),
    ('"12abc"', "12"),
    ('"abc"', "0"),
    ('"abc12"', "0"),
    ('""', "0"),
    ("0", "0"),
    ("true", "1"),
    ("false", "0"),
    ("3.9", "3"),
    ('"3.9"', "3"),
    ("-0.5", "0"),
    ("-5", "0"),
    ('"-5"', "0"),
    (HIGHEST, HIGHEST),
    ("2147483648", HIGHEST),
    ('"2147483648"', HIGHEST),
    ("1e400", HIGHEST),
    ("-1e400", "0"),
    ("9" * 5000, HIGHEST),
    ('"' + "9" * 5000 + '"', HIGHEST),
    ('"\\u0663"', "0"),  # an Arabic three
]
EXCLUDES = [
    ("0", "0"),
    ("1", "1"),
    ('"0"', "0"),
    ('"1"', "1"),
    ('"1abc"', "1"),
    ('"yes"', "0"),
    ('""', "0"),
    ("2", "1"),
    ("-1", "0"),
    ('"-1"', "0"),
    ("true", "1"),
    ("false", "0"),
    ("0.9", "0"),
    ("1.9", "1"),
    ("1e400", "1"),
    ("9" * 5000, "1"),
]
LABELS = [
    ('"Mug"', "Mug"),
    ("5", "5"),
    ("-1.5", "-1.5"),
    ("true", "1"),
    ("false", ""),
    ('""', ""),
    ('"0"', "0"),
    ('"  wide  "', "  wide  "),
    (json.dumps("Grün 東京 😀 <b>&amp;\"'</b>"), "Grün 東京 😀 <b>&amp;\"'</b>"),
    ('"a\\u0000b\\u000bc\\ud800d\\uffffe\\u0008"', "abcde"),
    ('"a\\nb\\tc"', "a\nb\tc"),
    ('"' + "x" * 255 + '"', "x" * 255),
    ('"' + "😀" * 255 + '"', "😀" * 255),
]
COERCIONS = [
    *[("position", sent, shown) for sent, shown in POSITIONS],
    *[("exclude", sent, shown) for sent, shown in EXCLUDES],
    *[("label", sent, shown) for sent, shown in LABELS],
]


@pytest.mark.parametrize(("name", "sent", "shown"), COERCIONS, ids=lambda each: each[:30])
@pytest.mark.parametrize("store", ["", FR])
def test_values_are_coerced(
    stocked: OpenMage, name: str, sent: str, shown: str, store: str
) -> None:
    stocked.put({"label": "" if store else "before", "position": 44, "exclude": 1})

    put = stocked.admin("PUT", one(store=store), JSON, content=f'{{"{name}":{sent}}}')
    body = f'{json.dumps(PNG)[:-1]},"{name}":{sent}}}'
    post = stocked.admin("POST", many(store), JSON, content=body)

    assert_written(put)
    assert_written(post)
    for image in (A, C):
        assert stocked.get(one(image, store))[name] == shown
        answer = stocked.admin("GET", one(image, store), ANSWER_IN["xml"])
        element = ET.fromstring(answer.body)  # noqa: S314
        assert (element.findtext(name) or "") == shown


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        *itertools.product(["label", "position", "exclude"], [[], [1], ["a"], {}, {"a": "b"}]),
        ("label", "x" * 256),
        ("label", "😀" * 256),
        ("label", 10**256),
    ],
    ids=lambda each: str(each)[:20],
)
@pytest.mark.parametrize("store", ["", FR])
def test_values_of_another_kind_are_refused(
    stocked: OpenMage, name: str, sent: Any, store: str
) -> None:
    before = stocked.everything

    for body in ({"json": {name: sent}}, {"json": {**PNG, name: sent, "types": ["image"]}}):
        assert_refused(stocked.admin("PUT", one(store=store), **body), *PRE_VALIDATOR)
    answer = stocked.admin("POST", many(store), json={**PNG, name: sent})
    assert_refused(answer, *PRE_VALIDATOR)
    assert stocked.everything == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (XML, "<a><label><data_item>x</data_item></label></a>"),
        (XML, "<a><position><data_item>1</data_item><data_item>2</data_item></position></a>"),
        (XML, "<a><exclude><b>1</b></exclude></a>"),
        (XML, f"<a><label>{'x' * 256}</label></a>"),
        (FORM, "label[]=x"),
        (FORM, "position[0]=1"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_lists_are_of_another_kind_in_every_format(
    stocked: OpenMage, content_type: dict[str, str], body: str
) -> None:
    assert_refused(stocked.admin("PUT", one(), content_type, content=body), *PRE_VALIDATOR)


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        (XML, "<a><position> 12abc </position></a>", ("before", "12", "1", ["thumbnail"])),
        (XML, "<a><exclude/><label/></a>", ("", "1", "0", ["thumbnail"])),
        (FORM, "label=a+b%26c&position=3x", ("a b&c", "3", "1", ["thumbnail"])),
        (FORM, "label=&exclude=0", ("", "1", "0", ["thumbnail"])),
        (FORM, "types=image&label=x", ("x", "1", "1", ["thumbnail"])),
        (FORM, "types[]=bogus", ("before", "1", "1", [])),
    ],
)
def test_values_are_coerced_in_every_format(
    stocked: OpenMage, content_type: dict[str, str], body: str, shown: tuple[Any, ...]
) -> None:
    stocked.put({"label": "before", "exclude": 1})

    assert_written(stocked.admin("PUT", one(), content_type, content=body))

    assert written(stocked.get(one())) == shown


TYPES = [
    ('["image"]', ["image"]),
    ('["thumbnail","small_image","image"]', ["image", "small_image", "thumbnail"]),
    ('["image","image"]', ["image"]),
    ('{"0":"image","1":"small_image"}', ["image", "small_image"]),
    ('{"a":"image"}', ["image"]),
    ("[]", []),
    ("{}", []),
    ('["bogus"]', []),
    ('["bogus","small_image"]', ["small_image"]),
    ('["Image"]', []),
    ('[1,null,true,["image"],{"a":"image"}]', []),
]


@pytest.mark.parametrize(("sent", "shown"), TYPES)
@pytest.mark.parametrize("store", ["", FR])
def test_types_are_the_values_of_a_list_or_an_object(
    stocked: OpenMage, sent: str, shown: list[str], store: str
) -> None:
    put = stocked.admin("PUT", one(store=store), JSON, content=f'{{"types":{sent}}}')
    assert_written(put)
    assert stocked.get(one(store=store))["types"] == shown

    body = f'{json.dumps(PNG)[:-1]},"types":{sent}}}'
    assert_written(stocked.admin("POST", many(store), JSON, content=body))
    assert stocked.get(one(C, store))["types"] == shown
    assert stocked.get(one(store=store))["types"] == []


@pytest.mark.parametrize(
    ("sent", "posted"),
    [('"image"', ["image"]), ('"bogus"', []), ('""', []), ('"image,thumbnail"', [])],
)
def test_types_as_a_string_are_one_name_to_post_and_nothing_to_put(
    stocked: OpenMage, sent: str, posted: list[str]
) -> None:
    body = f'{json.dumps(PNG)[:-1]},"types":{sent}}}'
    assert_written(stocked.admin("POST", P, JSON, content=body))
    assert stocked.get(one(C))["types"] == posted

    for store in ("", FR):
        put = stocked.admin("PUT", one(store=store), JSON, content=f'{{"types":{sent}}}')
        assert_written(put)
        assert stocked.get(one(store=store))["types"] == ["thumbnail"]


def test_types_of_a_post_leave_other_images(stocked: OpenMage) -> None:
    stocked.put({"types": ["image", "thumbnail"]})

    image = stocked.added(types=["thumbnail"])

    assert stocked.get(one())["types"] == ["image"]
    assert stocked.get(one(image))["types"] == ["thumbnail"]
