"""DELETE /products/{product}/images/{image} (contract: vitrine §5.5)."""

import pytest
from tests.contract.vitrine.conftest import (
    NO_IMAGE,
    A,
    B,
    C,
    Native,
    assert_refused,
    bearer,
    forbidden,
    problem,
)


def test_an_image_is_removed_with_its_original(abc: Native) -> None:
    answer = abc("DELETE", f"/products/7/images/{B}")

    assert (answer.status, answer.body) == (204, "")
    assert answer.headers == {
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    assert abc.gallery.order == (A, C)
    assert len(abc.world.blobs.originals) == 2
    assert_refused(abc("DELETE", f"/products/7/images/{B}"), NO_IMAGE)


def test_the_next_image_inherits_the_thumbnail(abc: Native) -> None:
    assert abc("DELETE", f"/products/7/images/{A}").status == 204

    assert abc.gallery.roles == {"thumbnail": B}
    assert abc.get(f"/products/7/images/{B}").json["thumbnail"] is True


@pytest.mark.parametrize(
    ("match", "status"), [('"0-pending"', 204), ("*", 204), ('"1-pending"', 412), ("x", 412)]
)
def test_if_match_is_honoured(abc: Native, match: str, status: int) -> None:
    before = abc.state

    answer = abc("DELETE", f"/products/7/images/{B}", headers={"If-Match": match})

    assert answer.status == status
    if status == 412:
        title = "The resource has changed since it was read."
        stale = problem(412, "stale", title, etag='"0-pending"')
        assert_refused(answer, stale, etag='"0-pending"')
        assert abc.state == before


@pytest.mark.parametrize("image", ["99", "x", "0"])
def test_another_image_is_not_found(abc: Native, image: str) -> None:
    assert_refused(abc("DELETE", f"/products/7/images/{image}"), NO_IMAGE)
    assert_refused(abc("DELETE", f"/products/8/images/{A}"), NO_IMAGE)


def test_the_tokens_shop_and_scope_count(abc: Native) -> None:
    before, path = abc.state, f"/products/7/images/{A}"

    assert_refused(abc("DELETE", path, headers=bearer("other")), NO_IMAGE)
    assert_refused(abc("DELETE", path, headers=bearer("read")), forbidden("images:write"))
    assert abc.state == before
