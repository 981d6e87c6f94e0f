"""The HTTP/1.1 of the client of AWS, byte by byte."""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.aws import http
from vitrine.aws.http import Connection, MalformedAnswerError
from vitrine.aws.messages import Answer

HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answered(*pieces: bytes) -> Iterator[Connection]:
    """A connection whose other side sends these pieces, one by one, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            other, _ = server.accept()
            with other:
                other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                other.recv(65536)
                for piece in pieces:
                    other.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        connection = Connection("127.0.0.1", server.getsockname()[1], None, 5)
        try:
            yield connection
        finally:
            connection.close()
            thread.join()


def ask(*pieces: bytes, method: str = "GET") -> Answer:
    with answered(*pieces) as connection:
        return connection.ask(method, "/", {"host": "h"}, b"", 5)


GOOD = {
    "length": (HEAD + b"Content-Length: 3\r\n\r\nabc", b"abc"),
    "empty": (HEAD + b"Content-Length: 0\r\n\r\n", b""),
    "chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
        b"abc",
    ),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n", b"abc"),
    "to the end": (HEAD + b"\r\nabc", b"abc"),
    "interim": (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 3\r\n\r\nabc", b"abc"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", b"a"),
    "of old": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
}


@pytest.mark.parametrize("name", GOOD)
def test_answers_are_read_however_they_are_framed(name: str) -> None:
    data, body = GOOD[name]
    assert ask(data).body == body


@given(st.sampled_from(sorted(GOOD)), st.lists(st.integers(0, 90), max_size=5))
def test_it_does_not_matter_how_an_answer_is_cut_up(name: str, cuts: list[int]) -> None:
    data, body = GOOD[name]
    places = [0, *sorted(cuts), len(data)]

    pieces = [data[start:end] for start, end in itertools.pairwise(places)]

    assert ask(*filter(None, pieces)).body == body


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        HEAD + b"Content-Length: 3\r\n",
        HEAD + b"Content-Length: 3\r\n\r\nab",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 3, 4\r\n\r\nabc",
        HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        HEAD + b"Content-Length: 3x\r\n\r\nabc",
        HEAD + b"Content-Length: \r\n\r\n",
        HEAD + b"no field\r\n\r\n",
        HEAD + b"Name : value\r\n\r\n",
        HEAD + b" folded\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nab",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5000000000\r\nabc\r\n",
        HEAD + b"A: " + b"b" * 200_000,
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    ],
)
def test_what_is_no_whole_answer_is_refused(bad: bytes) -> None:
    with answered(bad) as connection:
        with pytest.raises(MalformedAnswerError):
            connection.ask("GET", "/", {"host": "h"}, b"", 5)
        assert not connection.is_open


def test_an_answer_to_head_and_one_without_content_have_no_body() -> None:
    assert ask(HEAD + b"Content-Length: 3\r\n\r\n", method="HEAD").headers["content-length"] == "3"
    assert ask(b"HTTP/1.1 204 No Content\r\n\r\n").status == 204


@pytest.mark.parametrize(
    ("data", "stays"),
    [
        (HEAD + b"Content-Length: 0\r\n\r\n", True),
        (HEAD + b"Content-Length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (HEAD + b"\r\n", False),
    ],
)
def test_a_connection_stays_open_where_both_sides_want_it(data: bytes, *, stays: bool) -> None:
    with answered(data) as connection:
        connection.ask("GET", "/", {"host": "h"}, b"", 5)
        assert connection.is_open is stays


def test_more_than_was_asked_for_is_not_the_next_answer() -> None:
    with answered(HEAD + b"Content-Length: 1\r\n\r\na" + HEAD) as connection:
        connection.ask("GET", "/", {"host": "h"}, b"", 5)
        assert connection.is_disturbed()


def test_headers_are_told_by_name_in_lower_case_and_joined() -> None:
    answer = ask(HEAD + b"A-B:  c \r\na-b: d\r\nContent-Length: 0\r\n\r\n")
    assert answer.headers == {"a-b": "c, d", "content-length": "0"}


def test_a_body_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST", 10)
    chunk = b"5\r\nabcde\r\n"
    for endless in (
        HEAD + b"\r\n" + b"a" * 11,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 3,
    ):
        with pytest.raises(MalformedAnswerError):
            ask(endless)
    assert ask(HEAD + b"Content-Length: 11\r\n\r\n").is_cut


FIELDS = st.dictionaries(
    st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12).map(lambda name: "x-" + name),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
    max_size=5,
)


@given(
    st.integers(200, 599).filter(lambda each: each not in (204, 304)),
    FIELDS,
    st.binary(max_size=300),
    st.booleans(),
)
def test_answers_are_those_that_pythons_client_reads(
    status: int, fields: dict[str, str], body: bytes, chunked: bool
) -> None:
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    chunks = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    data = f"HTTP/1.1 {status} Word\r\n{lines}{framing}\r\n\r\n".encode()
    data += chunks if chunked else body

    ours = ask(data)

    left, right = socket.socketpair()
    with left, right:
        left.sendall(data)
        left.shutdown(socket.SHUT_WR)
        theirs = HTTPResponse(right)
        theirs.begin()
        with theirs:
            assert (ours.status, ours.body) == (theirs.status, theirs.read())
            assert ours.headers == {name.lower(): value for name, value in theirs.getheaders()}
