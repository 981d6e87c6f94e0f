"""BigCommerce contract §6, Errors."""

from typing import Any

import pytest
from tests.contract.bigcommerce.conftest import (
    BASES,
    INTERNAL,
    MUG,
    A,
    BigCommerce,
    Operation,
    P,
    assert_refused,
    call,
    every_operation,
)

from vitrine.domain.errors import ConflictError
from vitrine.domain.gallery_change import GalleryChange


def test_an_error_is_an_array_of_one_object(shop: BigCommerce) -> None:
    missing = shop.send("GET", f"{P}/99")
    refused = shop.post({"image_file": "/x/a.jpg"})

    assert missing.body == '[{"status":404,"message":"The requested resource was not found."}]'
    assert refused.body == (
        '[{"status":400,"message":"The field \'image_file\' is invalid.","details":'
        '{"invalid_reason":"The file \'/x/a.jpg\' is missing or is not usable by this resource."}}]'
    )


@every_operation
def test_an_internal_error_tells_nothing_of_what_happened(
    shop: BigCommerce,
    operation: Operation,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    shop.with_gallery({A: 0})
    before = shop.everything
    for name in ("gallery", "image", "gallery_with_image", "gallery_with_images", "image_count"):
        monkeypatch.setattr(shop.world.galleries, name, fail)

    answer = call(shop.send, operation)

    assert_refused(answer, INTERNAL)
    assert "secret" not in answer.body + str(answer.headers)
    assert "secret detail" in caplog.text
    assert shop.everything == before


def test_a_failure_before_the_caller_is_known_has_the_same_shape(
    shop: BigCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(digest: str) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(shop.world.shops, "credential", fail)

    for base in BASES:
        assert_refused(shop.send("GET", f"{base}/products/29/images"), INTERNAL)


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", P, {"image_file": MUG}),
        ("PUT", f"{P}/11", {"sort_order": 5}),
        ("PUT", f"{P}/11", {"description": "x"}),
        ("DELETE", f"{P}/11", {}),
        ("DELETE", P, {}),
        ("DELETE", f"{P}?limit=1", {}),
    ],
)
def test_writers_who_never_stop_are_an_internal_error(
    shop: BigCommerce,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    fields: dict[str, Any],
) -> None:
    def conflict(change: GalleryChange) -> None:
        raise ConflictError

    shop.with_gallery()
    before = shop.everything
    monkeypatch.setattr(shop.world.galleries, "commit", conflict)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)

    body = {"json": fields} if fields else {}
    assert_refused(shop.send(method, path, **body), INTERNAL)
    assert shop.everything == before
