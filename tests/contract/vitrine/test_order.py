"""PUT /products/{product}/order (contract: vitrine §5.3)."""

from typing import Any

import pytest
from tests.contract.vitrine.conftest import (
    NO_PRODUCT,
    A,
    B,
    C,
    Native,
    assert_refused,
    bearer,
    exact,
    forbidden,
    problem,
)
from tests.gateway import Answer

from vitrine.domain.errors import ConflictError, ThrottledError, UnavailableError
from vitrine.domain.gallery import Gallery

ORDER = "/products/7/order"
STALE = problem(412, "stale", "The resource has changed since it was read.", etag='"1"')
REQUIRED = problem(428, "precondition_required", "The operation requires If-Match.", etag='"1"')


def put(native: Native, images: Any, match: str | None = '"1"', **headers: str) -> Answer:
    condition = {} if match is None else {"If-Match": match}
    return native("PUT", ORDER, headers={**condition, **headers}, json={"images": images})


def test_the_whole_order_is_given_at_once(abc: Native) -> None:
    updated = [abc.record(image).updated_at for image in (A, B, C)]

    answer = put(abc, [C, A, B])

    assert answer.status == 200
    assert exact(answer) == '{"images":[13,11,12],"etag":"\\"2\\""}'
    assert answer.headers["etag"] == '"2"'
    assert abc.gallery.sorts == {C: 0, A: 1, B: 2}
    assert abc.gallery.roles == {"thumbnail": A}, "roles stay"
    assert [abc.record(image).updated_at for image in (A, B, C)] == updated
    assert abc.get("/products/7").json["order"] == {"images": [C, A, B], "etag": '"2"'}


def test_the_present_order_writes_nothing(abc: Native) -> None:
    before = abc.state

    answer = put(abc, [A, B, C])

    assert (answer.status, answer.json) == (200, {"images": [A, B, C], "etag": '"1"'})
    assert abc.state == before
    assert abc.gallery.sorts == {A: 0, B: 5, C: 5}, "not even dense"


@pytest.mark.parametrize("match", ["*", 'W/"1"', '"0", "1"', ' "1" '])
def test_if_match_may_name_the_order_in_several_ways(abc: Native, match: str) -> None:
    assert put(abc, [C, B, A], match).status == 200


@pytest.mark.parametrize("match", ['"0"', '"2"', "1", "", '"1-pending"'])
def test_a_stale_order_is_refused(abc: Native, match: str) -> None:
    before = abc.state

    assert_refused(put(abc, [C, B, A], match), STALE, etag='"1"')
    assert abc.state == before


def test_without_if_match_nothing_is_ordered(abc: Native) -> None:
    before = abc.state

    assert_refused(put(abc, [C, B, A], None), REQUIRED, etag='"1"')
    assert abc.state == before


@pytest.mark.parametrize(
    ("images", "missing", "unknown"),
    [
        ([], [A, B, C], []),
        ([A, B], [C], []),
        ([A, B, C, 99], [], [99]),
        ([A, A, B, C], [], [A]),
        ([A, A, B], [C], [A]),
        ([99, 98], [A, B, C], [99, 98]),
    ],
)
def test_an_order_names_the_present_images_once_each(
    abc: Native, images: list[int], missing: list[int], unknown: list[int]
) -> None:
    before = abc.state

    refused = problem(
        422,
        "wrong_order",
        "The order does not name the present images once each.",
        missing=missing,
        unknown=unknown,
    )
    assert_refused(put(abc, images), refused)
    assert abc.state == before


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("/images", "required", "a list of all image ids in the new order")]),
        (
            {"images": None},
            [("/images", "required", "a list of all image ids in the new order")],
        ),
        (
            {"images": [A, "12", True, 0, 1.5], "order": 1, "a/b~": 2},
            [
                ("/order", "unknown", "known are: images"),
                ("/a~1b~0", "unknown", "known are: images"),
                *((f"/images/{at}", "invalid_type", "an image id") for at in (1, 2, 3, 4)),
            ],
        ),
    ],
)
def test_what_is_no_order_is_named(
    abc: Native, body: dict[str, Any], errors: list[tuple[str, str, str]]
) -> None:
    answer = abc("PUT", ORDER, headers={"If-Match": '"1"'}, json=body)

    refused = problem(
        422,
        "invalid_fields",
        "Some fields are not valid.",
        detail="; ".join(f"{pointer}: {detail}" for pointer, _, detail in errors[:3]),
        errors=[dict(zip(("pointer", "code", "detail"), each, strict=True)) for each in errors],
    )
    assert_refused(answer, refused)


@pytest.mark.parametrize("content", [b"", b"[]", b"1", b"{", b'{"images":[NaN]}', b"\xff"])
def test_a_body_that_is_no_object_cannot_be_read(abc: Native, content: bytes) -> None:
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}

    answer = abc("PUT", ORDER, headers=headers, content=content)

    detail = "The body is not a JSON object in UTF-8."
    assert_refused(answer, problem(400, "malformed", "The request cannot be read.", detail=detail))


@pytest.mark.parametrize("kind", ["text/plain", "", "application/merge-patch+json"])
def test_another_media_type_is_refused(abc: Native, kind: str) -> None:
    answer = abc("PUT", ORDER, headers={"Content-Type": kind}, content=b"{}")

    refused = problem(415, "media_type", "The media type of the body is not supported.")
    assert_refused(answer, refused, accept="application/json")


def test_a_body_has_a_limit(abc: Native) -> None:
    empty = b'{"images":[11,12,13]}'
    headers = {"If-Match": '"1"', "Content-Type": "application/json; charset=utf-8"}

    def send(size: int) -> Answer:
        return abc("PUT", ORDER, headers=headers, content=empty.ljust(size))

    assert send(1_000_000).status == 200
    assert_refused(send(1_000_001), problem(413, "too_large", "The body is too large."))


def test_reading_is_not_enough(abc: Native) -> None:
    refused = put(abc, [C, B, A], **bearer("read"))

    assert_refused(refused, forbidden("images:write"))


def test_a_text_that_names_no_product_has_no_order(native: Native) -> None:
    answer = native("PUT", f"/products/{'x' * 65}/order", json={"images": []})

    assert_refused(answer, NO_PRODUCT)


def test_a_product_without_images_has_an_empty_order(native: Native) -> None:
    answer = put(native, [], '"0"')

    assert (answer.status, answer.json) == (200, {"images": [], "etag": '"0"'})
    assert native.gallery == Gallery()


def test_a_writer_in_between_makes_the_order_stale(
    abc: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = abc.world.galleries.commit

    def after_another(change: Any) -> Any:
        monkeypatch.undo()
        assert put(abc, [B, A, C]).status == 200
        return commit(change)

    monkeypatch.setattr(abc.world.galleries, "commit", after_another)

    assert_refused(put(abc, [C, B, A]), {**STALE, "etag": '"2"'}, etag='"2"')
    assert abc.gallery.order == (B, A, C)


@pytest.mark.parametrize(
    ("error", "status", "code", "title"),
    [
        (
            *(ConflictError("race"), 409, "conflict"),
            "Other requests changed the same records at the same time.",
        ),
        (ThrottledError("slow"), 429, "throttled", "Too many requests at the same time."),
        (
            *(UnavailableError("gone"), 503, "unavailable"),
            "The service is temporarily unavailable.",
        ),
    ],
)
def test_a_lost_race_may_be_tried_again(
    abc: Native,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
    title: str,
) -> None:
    def fail(_change: object) -> None:
        raise error

    monkeypatch.setattr(abc.world.galleries, "commit", fail)
    monkeypatch.setattr("time.sleep", lambda _: None)

    assert_refused(put(abc, [C, B, A]), problem(status, code, title), retry_after="1")


def test_an_unexpected_error_tells_nothing(abc: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_change: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(abc.world.galleries, "commit", fail)

    assert_refused(put(abc, [C, B, A]), problem(500, "internal", "Internal error."))
