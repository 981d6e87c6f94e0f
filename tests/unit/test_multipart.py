"""Forms: read to the end or not at all."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.domain.errors import FieldError, MalformedBodyError
from vitrine.edge.multipart import Form, Part, parse_form

# Of backslashes, percents and quotes in names each client has its own spelling.
letters = st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='\\%"')
names = st.text(letters, min_size=1, max_size=20)


@given(st.lists(st.tuples(names, names, st.binary(max_size=200)), min_size=1, max_size=5))
def test_what_a_client_sends_is_what_is_read(parts: list[tuple[str, str, bytes]]) -> None:
    request = httpx.Request(
        "POST", "http://x/", files=[(name, (file, data)) for name, file, data in parts]
    )

    form = parse_form(request.headers["content-type"], request.read())

    assert [(part.name, part.data) for part in form.parts] == [
        (name, data) for name, _, data in parts
    ]


@given(st.binary(max_size=500))
def test_any_bytes_are_a_form_or_refused(data: bytes) -> None:
    for content_type in ("multipart/form-data; boundary=b", "multipart/form-data"):
        try:
            form = parse_form(content_type, b"--b\r\n" + data)
        except MalformedBodyError:
            continue
        assert all(part.data in data for part in form.parts)


@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "latin-1", "shift-jis"])
def test_how_a_name_is_spelled_decides_nothing(charset: str) -> None:
    name = "фото.png" if charset in ("utf-8", "cp1251") else "photo.png"
    head = f'--b\r\nContent-Disposition: form-data; name="a"; filename="{name}"\r\n'
    more = "".join(f"X-{number}: {'x' * 5000}\r\n" for number in range(20))
    body = (head + more + "\r\n1\r\n--b--").encode(charset)

    (part,) = parse_form("multipart/form-data; boundary=b", body).parts

    assert (part.name, part.data) == ("a", b"1")
    assert part.file_name is not None
    if charset == "utf-8":
        assert part.file_name == name


def test_a_field_is_there_once_or_not_at_all() -> None:
    form = Form((Part("a", None, b"1"), Part("b", "f", b"2"), Part("b", "f", b"3")))

    assert form.only("a").data == b"1"
    with pytest.raises(FieldError) as missing:
        form.only("c")
    with pytest.raises(FieldError) as repeated:
        form.only("b")
    assert missing.value.problem is FieldError.Problem.MISSING
    assert repeated.value.problem is FieldError.Problem.REPEATED
