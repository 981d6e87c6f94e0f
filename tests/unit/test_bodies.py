"""JSON that nests only so deep, and URL-encoded forms."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.errors import MalformedBodyError
from vitrine.edge.body import parse_collection
from vitrine.edge.form_body import MAX_FIELDS, parse_urlencoded


def nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def text_of(value: Any) -> bytes:
    return repr(value).replace("'", '"').encode()


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"a": [1, {}]}', b' [{"a": null}] '])
def test_objects_and_lists_are_read(body: bytes) -> None:
    assert parse_collection(body, max_depth=3) == eval(body.replace(b"null", b"None"))  # noqa: S307


def test_the_outermost_counts_as_a_level() -> None:
    assert parse_collection(b"[]", max_depth=1) == []
    assert parse_collection(b"[1]", max_depth=1) == [1]
    with pytest.raises(MalformedBodyError):
        parse_collection(b"[[]]", max_depth=1)


@pytest.mark.parametrize("depth", [1, 31, 32])
def test_json_may_nest_to_a_depth(depth: int) -> None:
    assert parse_collection(text_of(nested(depth)), max_depth=32) == nested(depth)


@pytest.mark.parametrize("depth", [33, 34, 500])
def test_json_may_nest_no_deeper(depth: int) -> None:
    for value in (nested(depth), [1, nested(depth - 1)], {"a": [], "b": nested(depth - 1)}):
        with pytest.raises(MalformedBodyError):
            parse_collection(text_of(value), max_depth=32)


@pytest.mark.parametrize(
    "body", [b"", b"1", b'"a"', b"null", b"true", b"{", b"[1,]", b"[NaN]", b"\xff", b'["\n"]']
)
def test_single_values_and_what_is_no_json_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        parse_collection(body, max_depth=32)


@pytest.mark.parametrize("body", [b"[" * 6_000_000, b'{"a":' * 1_000_000])
def test_hostile_json_costs_little(body: bytes) -> None:
    started = time.process_time()

    with pytest.raises(MalformedBodyError):
        parse_collection(body, max_depth=32)

    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("label=avant", {"label": "avant"}),
        ("label=a+b%20c%C3%BC&position=2", {"label": "a b cü", "position": "2"}),
        ("label=", {"label": ""}),
        ("label", {"label": ""}),
        ("label=1&label=2", {"label": "2"}),
        ("a=b=c", {"a": "b=c"}),
        ("types[]=image", {"types": ["image"]}),
        ("types[0]=image", {"types": ["image"]}),
        ("types%5B%5D=image&types%5b%5d=thumbnail", {"types": ["image", "thumbnail"]}),
        ("types[0]=image&types[1]=thumbnail", {"types": ["image", "thumbnail"]}),
        ("types[0]=image&types[0]=thumbnail", {"types": ["thumbnail"]}),
        ("types[]=image&types[0]=thumbnail", {"types": ["thumbnail"]}),
        ("types[1]=image&types[]=thumbnail", {"types": ["image", "thumbnail"]}),
        ("types[9]=image&types[]=thumbnail&types[10]=x", {"types": ["image", "x"]}),
        ("types[a]=image&types[]=thumbnail", {"types": ["image", "thumbnail"]}),
        ("types[]=", {"types": [""]}),
        ("types=image", {"types": "image"}),
        ("types=x&types[]=image", {"types": ["image"]}),
        ("types[]=image&types=x", {"types": "x"}),
        ("types[0][a]=image", {"types[0][a]": "image"}),
        ("[]=a&b[=c", {"[]": "a", "b[": "c"}),
        ("content=a%2Bb/c=", {"content": "a+b/c="}),
        ("x" * 100_000 + "=1", {"x" * 100_000: "1"}),
    ],
)
def test_a_form_is_fields_and_lists(body: str, fields: dict[str, Any]) -> None:
    assert parse_urlencoded(body.encode()) == fields


@pytest.mark.parametrize(
    "body", [b"", b"&", b"a=\xff", b"a=%ff", b"&".join([b"a=1"] * (MAX_FIELDS + 1))]
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        parse_urlencoded(body)


def test_a_form_has_a_limit_of_fields() -> None:
    assert parse_urlencoded(b"&".join([b"a[]=1"] * MAX_FIELDS)) == {"a": ["1"] * MAX_FIELDS}


@given(st.binary(max_size=60))
def test_no_form_is_too_strange(body: bytes) -> None:
    try:
        fields = parse_urlencoded(body)
    except MalformedBodyError:
        return
    assert fields
