"""Forms: read to the end or not at all."""

import time

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


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename*=UTF-8''ma%C3%B1ana.jpg", "mañana.jpg"),
        ("filename*=iso-8859-1'es'ma%F1ana.jpg", "mañana.jpg"),
        ("FileName* = utf-8''a%20b", "a b"),
        ("filename*=\"utf-8''a.jpg\"", "a.jpg"),
        ("filename=\"=?utf-8?B?bWHDsWFuYQ==?=\"; filename*=utf-8''ma%C3%B1ana", "mañana"),
        ("filename*=klingon''a%C3%A9.jpg", "aé.jpg"),
        ("filename*=utf-8''%ff.jpg", "\ufffd.jpg"),
        ("filename*=''a.jpg", "a.jpg"),
        ("filename*0*=utf-8''a; filename=b", "b"),
        ("filename*=a; filename=b", "b"),
        ('filename*=; filename="b.jpg"', "b.jpg"),
        ("filename=\"filename*=utf-8''a.jpg\"", "filename*=utf-8''a.jpg"),
    ],
)
def test_a_name_may_be_spelled_with_its_charset(disposition: str, name: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="a"; {disposition}\r\n\r\n'

    (part,) = parse_form("multipart/form-data; boundary=b", f"{head}1\r\n--b--".encode()).parts

    assert (part.name, part.file_name, part.data) == ("a", name, b"1")


def test_hostile_names_cost_little() -> None:
    name = "*" + ";" * 1400
    part = f'--b\r\nContent-Disposition: form-data; name="a"; filename="{name}"\r\n\r\n\r\n'
    long = part.replace(name, "*" + ";" * 60_000)
    started = time.process_time()

    form = parse_form("multipart/form-data; boundary=b", f"{part * 2000}{long * 50}--b--".encode())

    assert len(form.parts) == 2050
    assert {part.file_name for part in form.parts[:2000]} == {name}
    assert time.process_time() - started < 3


def test_a_field_is_there_once_or_not_at_all() -> None:
    form = Form((Part("a", None, b"1"), Part("b", "f", b"2"), Part("b", "f", b"3")))

    assert form.only("a").data == b"1"
    with pytest.raises(FieldError) as missing:
        form.only("c")
    with pytest.raises(FieldError) as repeated:
        form.only("b")
    assert missing.value.problem is FieldError.Problem.MISSING
    assert repeated.value.problem is FieldError.Problem.REPEATED
