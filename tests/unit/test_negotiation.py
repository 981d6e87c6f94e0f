"""Which format a client gets (contract: openmage, section 4.1)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.errors import NotAcceptableError
from vitrine.edge.negotiation import AnswerFormat, preferred

XML, JSON = AnswerFormat.XML, AnswerFormat.JSON
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        (None, XML),
        ("", XML),
        (" ", XML),
        ("*/*", XML),
        ("application/*", XML),
        ("text/*", XML),
        ("application/xml", XML),
        ("text/xml", XML),
        ("application/xhtml+xml", XML),
        ("application/xhtml+xml, application/json", XML),
        ("application/json", JSON),
        ("Application/JSON; Charset=utf-8", JSON),
        ("application/json;version=1;q=0.1", JSON),
        ("application/json, application/xml", JSON),
        ("application/xml, application/json", XML),
        ("application/json;q=0.5, text/xml", XML),
        ("application/json;q=0.5, application/xml;q=0.4", JSON),
        ("application/json; Q = 0.5 ,text/xml;q=.6", XML),
        ("application/json;q=0.2, image/png, */*;q=0.1", JSON),
        ("text/html, application/json;q=0.1", JSON),
        ("application/json, text/javascript, */*; q=0.01", JSON),
        ("application/json;q=0.1, text/xml;q=0.5, application/json;q=0.5", XML),
        ("application/json;q=0, */*;q=0.1", XML),
        ("application/xml;q=0, */*", JSON),
        ("application/xml;q=0, application/*", JSON),
        ("application/xml;q=0, text/xml", XML),
        ("application/xml;q=0, text/*", XML),
        ("*/*;q=0, application/json", JSON),
        ("application/*;q=0, application/json;q=0.1", JSON),
        ("application/*;q=0, */*, application/json;q=0.1", JSON),
        ("application/*;q=0, text/xml", XML),
        ("application/json;q=0.000, application/xml;q=0.001", XML),
        ("application/json;q=high, application/xml;q=0.9", JSON),
        ("application/json;q=-1, application/xml;q=0.9", JSON),
        ("application/xml, application/json;q=7", XML),
        (",,application/json,", JSON),
        (BROWSER, XML),
    ],
)
def test_a_client_gets_what_it_likes_best(accept: str | None, format_: AnswerFormat) -> None:
    assert preferred(accept) is format_


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        (None, JSON),
        (" ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("*/*, application/xml", JSON),
        ("application/json;q=0, */*", XML),
        ("text/*", XML),
        ("application/xml", XML),
        ("application/xml, */*", XML),
    ],
)
def test_a_wildcard_means_the_default(accept: str | None, format_: AnswerFormat) -> None:
    assert preferred(accept, default=JSON) is format_


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "json",
        "application/json;q=0",
        "*/*;q=0",
        "*/*, application/xml;q=0, application/json;q=0.0",
        "application/*;q=0, */*",
        "application/*;q=0, */*, application/json;q=0",
        "application/json;q=0, application/json",
        "application/jsonp, image/*",
        ",",
    ],
)
def test_a_client_that_likes_nothing_gets_nothing(accept: str) -> None:
    with pytest.raises(NotAcceptableError):
        preferred(accept)


WEIGHTS = st.integers(1, 1000).map(lambda weight: weight / 1000)


@given(WEIGHTS, WEIGHTS, st.booleans())
def test_the_heavier_wins_and_the_first_of_equals(
    xml: float,
    json: float,
    json_first: bool,
) -> None:
    entries = [f"application/xml;q={xml}", f"application/json;q={json}"]
    accept = ",".join(reversed(entries) if json_first else entries)

    wins = json > xml or (json == xml and json_first)
    assert preferred(accept) is (JSON if wins else XML)


@given(
    st.lists(st.sampled_from(["image/png", "a/b;q=1", "text/html"])), st.sampled_from(AnswerFormat)
)
def test_what_we_do_not_know_does_not_matter(others: list[str], format_: AnswerFormat) -> None:
    assert preferred(", ".join([*others, f"{format_};q=0.001"])) is format_


def test_a_hostile_weight_costs_little() -> None:
    started = time.process_time()

    assert preferred(f"application/json;q={'1' * 100_000}x") is JSON

    assert time.process_time() - started < 3


@given(st.text(max_size=40))
def test_no_header_is_too_strange(accept: str) -> None:
    try:
        assert preferred(accept) in AnswerFormat
    except NotAcceptableError as error:
        assert error.args == (accept,)  # noqa: PT017 - either will do
