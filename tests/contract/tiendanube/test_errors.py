"""Tiendanube contract §6, Errors.

Other errors are tested beside the rule that causes them.
"""

from typing import Any

import pytest
from tests.contract.tiendanube.conftest import (
    ENCODED,
    IMAGES,
    LAMP,
    NO_IMAGE,
    A,
    B,
    C,
    Tiendanube,
    assert_refused,
    body_of,
    envelope,
    ok,
)

from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery import Gallery
from vitrine.domain.gallery_change import GalleryChange

INTERNAL = envelope(500, "Internal Server Error", None)


@pytest.mark.parametrize(
    ("query", "last"),
    [
        ("?page=2", 1),
        (f"?page={'9' * 25}", 1),
        ("?page=3&per_page=3", 2),
        ("?page=6&per_page=1", 5),
        ("?page=3&per_page=2&since_id=12", 2),
        ("?page=2&position=1", 1),
        ("?page=2&position=x", 0),
        ("?page=2&since_id=99", 0),
        ("?page=1&page=2", 1),
    ],
)
def test_past_the_last_page_nothing_is_found(mixed: Tiendanube, query: str, last: int) -> None:
    body = envelope(404, "Not Found", f"Last page is {last}")

    assert_refused(mixed.send("GET", IMAGES + query), 404, body)


ON_ANY = [("GET", ""), ("GET", f"/{A}"), ("POST", ""), ("PUT", f"/{A}"), ("DELETE", f"/{A}")]


@pytest.mark.parametrize(("method", "path"), ON_ANY)
def test_an_internal_error_tells_nothing_of_what_happened(
    abc: Tiendanube,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    for reading in ("gallery", "image", "gallery_with_image", "gallery_with_images"):
        monkeypatch.setattr(abc.world.galleries, reading, fail)

    answer = abc.send(method, IMAGES + path, **body_of(method))

    assert_refused(answer, 500, INTERNAL)
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "", {"src": LAMP}),
        ("POST", "", {"attachment": ENCODED, "filename": "a.gif", "position": 1}),
        ("PUT", f"/{C}", {"position": 1}),
        ("PUT", f"/{C}", {"alt": "Nueva"}),
        ("PUT", f"/{C}", {"src": LAMP}),
        ("DELETE", f"/{A}", None),
    ],
)
def test_writers_who_never_stop_are_an_internal_error(
    abc: Tiendanube,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    fields: dict[str, Any] | None,
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    heads, records, counts, _ = abc.state
    monkeypatch.setattr(abc.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)

    answer = abc.send(method, IMAGES + path, **({} if fields is None else {"json": fields}))

    assert_refused(answer, 500, INTERNAL)
    assert abc.state[:3] == (heads, records, counts)


def test_a_writer_who_lost_once_tries_again(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(change: GalleryChange) -> None:
        monkeypatch.undo()
        raise ConflictError

    monkeypatch.setattr(abc.world.galleries, "commit", conflict)

    assert ok(abc.put(C, src=LAMP, position=1)).json["position"] == 1
    assert abc.world.remote.fetched == [LAMP], "downloaded once"
    assert abc.ids() == [C, A, B]


@pytest.mark.parametrize(
    ("method", "fields"),
    [("PUT", {"position": 1}), ("PUT", {"alt": "Nueva"}), ("PUT", {"src": LAMP}), ("DELETE", None)],
)
def test_an_image_that_was_deleted_meanwhile_is_not_found(
    abc: Tiendanube, monkeypatch: pytest.MonkeyPatch, method: str, fields: dict[str, Any] | None
) -> None:
    commit = abc.world.galleries.commit

    def slow_commit(change: GalleryChange) -> Gallery:
        monkeypatch.undo()
        assert abc.delete(C).status == 200
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", slow_commit)

    answer = abc.send(method, f"{IMAGES}/{C}", **({} if fields is None else {"json": fields}))

    assert_refused(answer, 404, NO_IMAGE)
    assert (abc.ids(), abc.sorts) == ([A, B], [0, 5])
    assert len(abc.world.blobs.originals) == 2
