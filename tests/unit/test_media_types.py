"""Media types in headers, read as the library `multipart` reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multipart import parse_options_header

from vitrine.edge.media_types import accepted_types, media_type_of, parameters_of

TOKEN = st.text("abcXYZ019-.+_", min_size=1, max_size=6)
NAME = st.text("abcXYZ", min_size=1, max_size=3)
QUOTED = st.text(st.sampled_from('ab ;,="\\/'), max_size=6)


@st.composite
def values(draw: st.DrawFn) -> str:
    parts = [f"{draw(TOKEN)}/{draw(TOKEN)}"]
    for _ in range(draw(st.integers(0, 3))):
        quoted = draw(QUOTED).replace("\\", "\\\\").replace('"', '\\"')
        value = draw(st.one_of(TOKEN, st.just(f'"{quoted}"')))
        parts.append(f"{draw(NAME)}={value}")
    return draw(st.sampled_from([";", "; ", " ; "])).join(parts)


@given(values())
def test_a_content_type_is_read_as_the_library_reads_it(value: str) -> None:
    media_type, parameters = parse_options_header(value)

    assert media_type_of(value) == media_type
    assert parameters_of(value) == parameters


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {}),
        ("text/xml", {}),
        ("text/xml;charset=UTF-8", {"charset": "UTF-8"}),
        ('text/xml ; Charset = "utf-8" ', {"charset": "utf-8"}),
        ("text/xml; charset=a; charset=b", {"charset": "b"}),
        ("text/xml; charset", {}),
        ('text/xml; a="b;charset=c"', {"a": "b;charset=c"}),
        ('text/xml; charset="utf', {"charset": '"utf'}),
    ],
)
def test_parameters_of_headers_from_the_wild(value: str, expected: dict[str, str]) -> None:
    assert parameters_of(value) == expected


def test_accepted_types_are_those_between_commas() -> None:
    assert accepted_types("") == set()
    assert accepted_types(" Text/HTML;q=1, ,*/*;q=0.1") == {"text/html", "*/*"}
