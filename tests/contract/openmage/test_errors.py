"""OpenMage contract §6, Errors."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from tests import pictures
from tests.contract.openmage.conftest import (
    ANSWER_IN,
    API,
    DENIED,
    FR,
    JSON,
    MISSING,
    MULTIPART,
    NO_CHARSET,
    NO_CONTENT_TYPE,
    NO_IMAGE,
    NO_METHOD,
    NO_MIME_TYPE,
    NO_PICTURE,
    NO_ROUTE,
    NO_STORE,
    NOT_BASE64,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    NOT_SPECIFIED,
    NOTHING_SENT,
    PNG,
    PRE_VALIDATOR,
    REJECTED,
    TOO_LARGE,
    UNKNOWN,
    UNREADABLE,
    XHTML,
    XML,
    A,
    OpenMage,
    Operation,
    P,
    assert_refused,
    assert_written,
    call,
    every_operation,
    every_write,
    in_both_formats,
    many,
    one,
    unknown_type,
    xml,
)

from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery_change import GalleryChange

INTERNAL = 500, "Resource internal error."


class Wrong(NamedTuple):
    """A request that is refused, and how."""

    method: str
    path: str
    refusal: tuple[Any, ...]
    headers: Mapping[str, str] = {}
    content: str | bytes | None = None
    by: str = "admin"


def bodies(refusal: tuple[Any, ...], content: str, **headers: str) -> list[Wrong]:
    """The same body sent to every operation that takes one."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return [
        Wrong(method, path, refusal, sent, content)
        for method, path in (("POST", P), ("POST", many(FR)), ("PUT", one()), ("PUT", one(A, FR)))
    ]


def typed(refusal: tuple[Any, ...], content_type: str) -> list[Wrong]:
    return bodies(refusal, json.dumps({**PNG, "label": "x"}), content_type=content_type)


WRONG = [
    Wrong("GET", P, REJECTED, {"Authorization": "Bearer unknown"}),
    Wrong("GET", f"{API}/customers", NO_ROUTE),
    Wrong("PATCH", P, NO_METHOD),
    Wrong("POST", P, DENIED, JSON, json.dumps(PNG), by="guest"),
    Wrong("PUT", one(), DENIED, JSON, '{"label":"x"}', by="guest"),
    Wrong("DELETE", one(), DENIED, by="guest"),
    Wrong("DELETE", P, NOT_IMPLEMENTED),
    Wrong("PUT", P, NOT_IMPLEMENTED),
    Wrong("POST", one(), NOT_IMPLEMENTED),
    Wrong("POST", P, NOT_IMPLEMENTED, JSON, json.dumps([PNG])),
    Wrong("POST", many(FR), NOT_IMPLEMENTED, JSON, "[1]"),
    Wrong("POST", P, NOT_IMPLEMENTED, XML, xml([PNG])),
    Wrong("PUT", one(), NOTHING_SENT, JSON, '[{"label":"x"}]'),
    Wrong("PUT", one(), NOTHING_SENT, XML, xml([{"label": "x"}])),
    *bodies(NO_CONTENT_TYPE, json.dumps({**PNG, "label": "x"})),
    *typed(MULTIPART, "multipart/form-data; boundary=b"),
    *typed(MULTIPART, "multipart/mixed"),
    *typed(unknown_type("text/html"), "text/html"),
    *typed(unknown_type("application/x-www-form-urlencoded"), "application/x-www-form-urlencoded"),
    *typed(unknown_type("image/png"), "image/png; charset=utf-8"),
    *typed(unknown_type("application/vnd.api+json"), "application/vnd.api+json"),
    *typed(NO_CHARSET, "application/json; charset=iso-8859-1"),
    *typed(NO_CHARSET, 'application/json;charset="windows-1252"'),
    *typed(NO_CHARSET, "application/xml; charset=utf-16"),
    *typed(NO_CHARSET, "text/plain; charset=us-ascii"),
    *bodies(UNREADABLE, "", content_type="application/json"),
    *bodies(UNREADABLE, "{", content_type="application/json"),
    *bodies(UNREADABLE, '"x"', content_type="application/json"),
    *bodies(UNREADABLE, "<a>", content_type="text/xml"),
    *bodies(NOTHING_SENT, "{}", content_type="application/json"),
    *bodies(NOTHING_SENT, "[]", content_type="application/json"),
    *bodies(NOTHING_SENT, '{"id":"5","url":"x","foo":1}', content_type="application/json"),
    *bodies(NOTHING_SENT, '{"Label":"x"}', content_type="application/json"),
    *bodies(NOTHING_SENT, "<magento_api/>", content_type="application/xml"),
    *bodies(NOTHING_SENT, "<a><id>5</id><foo/></a>", content_type="application/xml"),
    *bodies(NOTHING_SENT, "foo=bar&id=5", content_type="text/plain"),
    Wrong("GET", many("9"), NO_STORE),
    Wrong("GET", many("9"), NO_STORE, by="guest"),
    Wrong("GET", one(A, "9"), NO_STORE),
    Wrong("POST", many("9"), NO_STORE, JSON, json.dumps(PNG)),
    Wrong("PUT", one(A, "9"), NO_STORE, JSON, '{"label":"x"}'),
    Wrong("DELETE", one(A, "9"), NO_STORE),
    *[
        wrong
        for store in ("", FR)
        for wrong in (
            Wrong("GET", one(MISSING, store), NO_IMAGE),
            Wrong("GET", one(MISSING, store), NOT_FOUND, by="guest"),
            Wrong("PUT", one(MISSING, store), NOT_FOUND, JSON, '{"label":"x"}'),
            Wrong("DELETE", one(MISSING, store), NOT_FOUND),
        )
    ],
    Wrong("POST", P, NOT_SPECIFIED, JSON, '{"label":"x"}'),
    Wrong("POST", P, NOT_BASE64, JSON, json.dumps({**PNG, "file_content": "!"})),
    Wrong("POST", P, NO_MIME_TYPE, JSON, json.dumps({**PNG, "file_mime_type": "image/bmp"})),
    Wrong("POST", P, UNKNOWN, JSON, json.dumps({**PNG, "file_content": NO_PICTURE})),
    Wrong("POST", P, UNKNOWN, JSON, json.dumps({**PNG, "file_name": "a/b"})),
    Wrong("POST", P, PRE_VALIDATOR, JSON, json.dumps({**PNG, "label": [1]})),
]


def wrong_id(wrong: Wrong) -> str:
    what = wrong.headers.get("Content-Type", wrong.headers.get("content-type", ""))
    sent = str(wrong.content or "")[:30]
    return f"{wrong.by} {wrong.method} {wrong.path.removeprefix(API)} {what} {sent}"


@in_both_formats
@pytest.mark.parametrize("wrong", WRONG, ids=wrong_id)
def test_every_error_has_its_words_in_both_formats(
    stocked: OpenMage, wrong: Wrong, kind: str
) -> None:
    before = stocked.everything
    send = stocked.guest if wrong.by == "guest" else stocked.admin
    headers = {**wrong.headers, **ANSWER_IN[kind]}
    content = {} if wrong.content is None else {"content": wrong.content}

    answer = send(wrong.method, wrong.path, headers, **content)

    plain = replace(answer, body=answer.body.replace("&quot;", '"')) if kind == "xml" else answer
    assert_refused(plain, *wrong.refusal, kind=kind)
    assert ("www-authenticate" in answer.headers) == (answer.status == 401)
    assert stocked.everything == before


def test_gets_and_deletes_do_not_look_at_a_body(stocked: OpenMage) -> None:
    headers = {"Content-Type": "text/css; charset=latin-1"}

    assert stocked.admin("GET", one(), headers, content="{").status == 200
    assert_written(stocked.admin("DELETE", one(), headers, content="{"))


def padded(fields: Mapping[str, Any], size: int) -> str:
    text = json.dumps(fields)
    return text[:-1] + " " * (size - len(text)) + "}"


@in_both_formats
def test_a_body_has_up_to_6_million_bytes(stocked: OpenMage, kind: str) -> None:
    headers = {**JSON, **ANSWER_IN[kind]}

    assert_written(stocked.admin("PUT", one(), headers, content=padded({"label": "x"}, 6_000_000)))
    for method, path, fields in (("PUT", one(), {"label": "y"}), ("POST", P, PNG)):
        answer = stocked.admin(method, path, headers, content=padded(fields, 6_000_001))
        assert_refused(answer, *TOO_LARGE, kind=kind)
    assert stocked.get(one())["label"] == "x"
    assert len(stocked.get(P)) == 2


def test_a_body_is_measured_as_the_function_receives_it(stocked: OpenMage) -> None:
    body = f"<a><label>x</label>{' ' * 4_600_000}</a>"

    assert_refused(stocked.admin("PUT", one(), XHTML, content=body), *TOO_LARGE)
    assert_written(stocked.admin("PUT", one(), XML, content=body))


def test_about_4_4_mb_of_picture_fit_into_a_request(shop: OpenMage) -> None:
    image = shop.added(data=pictures.padded_png(4_400_000), file_name="heavy")

    assert shop.file_of(image) == "heavy.png"


@in_both_formats
@every_operation
def test_an_internal_error_tells_nothing_of_what_happened(
    stocked: OpenMage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    operation: Operation,
    kind: str,
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("secret detail")

    for name in ("gallery", "image", "gallery_with_image", "gallery_with_images", "commit"):
        monkeypatch.setattr(stocked.world.galleries, name, fail)

    answer = call(stocked.admin, operation, **ANSWER_IN[kind])

    assert_refused(answer, *INTERNAL, kind=kind)
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text


@in_both_formats
@every_write
def test_writers_who_never_stop_are_an_internal_error(
    stocked: OpenMage, monkeypatch: pytest.MonkeyPatch, operation: Operation, kind: str
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    monkeypatch.setattr(stocked.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    before = stocked.everything

    answer = call(stocked.admin, operation, **ANSWER_IN[kind])

    assert_refused(answer, *INTERNAL, kind=kind)
    assert stocked.everything == before
