"""Large answers are compressed, and none is larger than Lambda permits."""

import base64
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrine.domain.errors import NotAcceptableError
from vitrine.edge.compression import fit
from vitrine.edge.request import Request
from vitrine.edge.response import Response

LIMIT = 6 * 1024 * 1024 - 100_000  # bytes of a function's answer, and room for its headers


def request(accept: str) -> Request:
    return Request("1", "GET", "/", {}, {"accept-encoding": accept})


@pytest.mark.parametrize("text", ["x", '"', "\\", "é", "𝄞", '\\"'])
def test_what_is_not_compressed_fits_into_lambdas_limit(text: str) -> None:
    """Quotes and backslashes are escaped once more in what a function returns."""
    largest = 0
    for size in range(500_000, 7_000_000, 250_000):
        response = Response(200, text * (size // len(text.encode())))
        try:
            answer = fit(response, request(""))
        except NotAcceptableError:
            continue
        assert answer is response
        largest = len(json.dumps(answer.to_event(), ensure_ascii=False).encode())
        assert largest < LIMIT
    assert largest > 5_500_000


@settings(max_examples=10)
@given(st.text(min_size=1, max_size=50))
def test_what_is_compressed_is_the_same_text(text: str) -> None:
    body = text.encode("utf-8", "replace").decode() * (1_000_000 // len(text) + 1)

    answer = fit(Response(200, body, {"ETag": '"x"'}), request("gzip"))

    assert gzip.decompress(base64.b64decode(answer.body)).decode() == body
    assert answer.headers == {
        "ETag": '"x"',
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
    }
    assert answer.to_event()["isBase64Encoded"] is True


@pytest.mark.parametrize(
    ("accept", "compressed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.1", True),
        ("*", True),
        ("gzip ; q=1.0, br", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, br", False),
        ("br", False),
        ("x-gzip", False),
        ("", False),
    ],
)
def test_only_clients_that_accept_gzip_get_it(accept: str, *, compressed: bool) -> None:
    answer = fit(Response(200, "x" * 1_000_000), request(accept))

    assert answer.encoded is compressed
    assert not fit(Response(200, "x" * 999_999), request(accept)).encoded
