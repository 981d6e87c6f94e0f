"""Pages of lists (contract: vitrine §3.2)."""

import base64
import json
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway import event_of

from native.paging import Page, next_path, requested_page
from native.problems import MalformedRequestError
from vitrine.edge.request import Call, parse_event


def call(query: str = "") -> Call:
    """A call whose paging reads nothing but the query."""
    request = httpx.Request("GET", f"https://api.example/vitrine/v1/products?{query}")
    nothing: object = None
    return Call(parse_event(event_of(request)[1]), *[nothing] * 7)  # type: ignore[arg-type]


def page(query: str, items: str = "products:") -> Page:
    return requested_page(call(query), items)


@pytest.mark.parametrize(("query", "limit"), [("", 50), ("limit=1", 1), ("limit=100", 100)])
def test_a_page_has_a_limit(query: str, limit: int) -> None:
    assert page(query) == Page(limit, "")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "", "x", "1.0", "%2B1", "01", "1000", "٣"])
def test_other_limits_are_refused(limit: str) -> None:
    with pytest.raises(MalformedRequestError, match="limit is not a number from 1 to 100"):
        page(f"limit={limit}")


@given(last=st.text(min_size=1), prefix=st.text(max_size=8), limit=st.integers(1, 100))
def test_a_cursor_leads_behind_the_last_item(last: str, prefix: str, limit: int) -> None:
    query = str(httpx.QueryParams({"prefix": prefix, "limit": limit}))

    path = next_path(call(query), "/products", "products:", last)

    assert path is not None
    parts = urlsplit(path)
    assert parts.path == "/vitrine/v1/products"
    arguments = dict(parse_qsl(parts.query, keep_blank_values=True))
    assert (arguments["prefix"], arguments["limit"]) == (prefix, str(limit))
    assert page(parts.query) == Page(limit, last)
    again = next_path(call(parts.query), "/products", "products:", last)
    assert again == path, "the cursor replaces the former one"


def test_the_last_page_has_no_next() -> None:
    assert next_path(call(), "/products", "products:", None) is None


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "%C3%A9", "====", "a" * 4001, encoded([])[:-1] + "!"),
        encoded("products:"),
        encoded(["products:"]),
        encoded(["products:", 1]),
        encoded(["products:", ""]),
        encoded(["products:7", "7"]),
        encoded(["imports:", "7"]),
        encoded(["products:", "7", "8"]),
        encoded({"products:": "7"}),
        base64.urlsafe_b64encode(b"[" * 4000).decode(),
    ],
)
def test_other_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(MalformedRequestError, match="cursor is not one of this list's"):
        page(f"cursor={cursor}")
