"""Bodies of requests, generated, and judged by a parser and by the OpenAPI file's schema."""

import json
import re
import string
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from docs.reference.documents import FOLDER
from hypothesis import assume
from hypothesis import strategies as st
from tests.openapi import described, dialect_named, validator

from vitrine.access.callers import Caller
from vitrine.domain.images import Image, Original
from vitrine.domain.pictures import Format
from vitrine.domain.shops import Shop
from vitrine.edge.request import Call, Request

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IMAGE = Image(116, "shop1", "7", Original("0" * 64, Format.PNG, 1, 1, 1, 1), NOW, NOW)
PARAMETERS = {"product": "7", "image": "116"}

Body = Mapping[str, Any]
Unstated = Mapping[str, Callable[[Body], bool]]
"""Rules that no schema states, by the names that docs/openapi/README.md gives them, and whether a
body depends on the rule."""


def rules_in_the_table(dialect: str) -> set[str]:
    """The rules of a dialect that docs/openapi/README.md names."""
    table = (FOLDER / "README.md").read_text()
    return set(re.findall(rf"^\| {dialect} \| ([^|]+) \| [^|]+ \|$", table, re.MULTILINE))


def call_with(dialect: str, method: str, data: bytes, media_type: str, **headers: str) -> Call:
    """The call of an authenticated client that sent a body."""
    sent = {"content-type": media_type, **headers}
    request = Request("id", method, "/", PARAMETERS, sent, data, received=len(data))
    caller = Caller(Shop("shop1"), "client", frozenset())
    catalogue: Any = None  # the parsers only hand it on
    read = dialect_named(dialect).read
    return Call(request, caller, None, catalogue, "https://cdn.example", "", (), read)


def schema_accepts(dialect: str, route: str, media_type: str, body: Body) -> bool:
    """Whether a body is one that the file describes."""
    method, _, path = route.partition(" ")
    request = described(dialect)["paths"][path][method.lower()]["requestBody"]
    return validator(described(dialect), request["content"][media_type]["schema"]).is_valid(body)


def parser_accepts(read: Callable[[Call], object], call: Call, *refusals: type[Exception]) -> bool:
    """Whether a parser takes a call; `refusals` are its errors for bodies that are not valid."""
    try:
        read(call)
    except refusals:
        return False
    return True


def compare(
    dialect: str,
    route: str,
    read: Callable[[Call], object],
    refusals: tuple[type[Exception], ...],
    unstated: Unstated,
    body: Body,
    media_type: str = "application/json",
) -> None:
    """Fail if the parser and the schema judge a body in JSON differently.

    Args:
        dialect: the dialect's name.
        route: the operation's route, as in the file.
        read: the parser.
        refusals: its errors for bodies that are not valid.
        unstated: rules that the schema does not state; bodies that depend on them are left out.
        body: the body.
        media_type: the media type of the body.
    """
    assume(not any(depends(body) for depends in unstated.values()))
    data = json.dumps(body).encode()
    call = call_with(dialect, route.partition(" ")[0], data, media_type)
    valid = schema_accepts(dialect, route, media_type, body)
    assert parser_accepts(read, call, *refusals) == valid, json.dumps(body)


words = st.text(string.printable + "é漢", max_size=6)
texts = words | st.integers(998, 1002).map(lambda length: "x" * length)
fractions = st.floats(-9, 9) | st.sampled_from([0.0, 1.0, 2.0])
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


def leaves(value: Any) -> Iterator[Any]:
    """The scalars in a value."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def has_whole_float(value: Any) -> bool:
    """Whether a value has a number such as `1.0`, which JSON Schema takes for an integer."""
    return any(isinstance(each, float) and each.is_integer() for each in leaves(value))
