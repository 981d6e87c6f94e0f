"""What every endpoint has in common (contract: vitrine §1, §2, §3.1)."""

from datetime import timedelta

import pytest
from tests.contract.vitrine.conftest import (
    EXPIRES,
    NO_ROUTE,
    UNAUTHORIZED,
    Native,
    assert_refused,
    bearer,
    forbidden,
    problem,
)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "all"},
        {"Authorization": "Basic YWxsOmFsbA=="},
        {"Authorization": "", "Cookie": "token=all; access_token=all"},
        {"Authorization": "", "X-Authorization": "all", "X-Auth-Token": "all"},
        {"Authorization": "", "Authentication": "bearer all"},
        bearer("unknown"),
        bearer("revoked"),
        bearer("foreign"),
    ],
)
@pytest.mark.parametrize("query", ["", "?access_token=all&token=all"])
def test_without_a_valid_token_nothing_is_told(
    native: Native, headers: dict[str, str], query: str
) -> None:
    answer = native("GET", f"/shop{query}", headers=headers)

    assert_refused(answer, UNAUTHORIZED, www_authenticate="Bearer")


def test_a_token_ends_at_its_moment(native: Native) -> None:
    native.world.clock = lambda: EXPIRES - timedelta(milliseconds=1)
    assert native.get("/shop", **bearer("expiring")).status == 200

    native.world.clock = lambda: EXPIRES
    answer = native.get("/shop", **bearer("expiring"))
    assert_refused(answer, UNAUTHORIZED, www_authenticate="Bearer")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_not_case_sensitive(native: Native, scheme: str) -> None:
    assert native.get("/shop", Authorization=f"{scheme} all").status == 200


@pytest.mark.parametrize("token", ["none", "takedown"])
def test_a_missing_scope_is_named(native: Native, token: str) -> None:
    assert_refused(native.get("/shop", **bearer(token)), forbidden("images:read"))


@pytest.mark.parametrize(
    ("path", "arrives"),
    [("/shop/", 200), ("//shop", 200), ("/shop//", 200), ("/shops", 404), ("", 404), ("/", 404)],
)
def test_slashes_do_not_matter_and_other_paths_do_not_exist(
    native: Native, path: str, arrives: int
) -> None:
    answer = native.get(path)

    assert answer.status == arrives
    if arrives == 404:
        assert_refused(answer, NO_ROUTE)


@pytest.mark.parametrize("path", ["/vitrine", "/vitrine/", "/vitrine/v2/shop", "/vitrine/v1.0"])
def test_other_versions_do_not_exist(native: Native, path: str) -> None:
    assert_refused(native.send("GET", path), NO_ROUTE)


def test_routes_are_judged_before_tokens(native: Native) -> None:
    refused = problem(405, "method_not_allowed", "The resource does not support this method.")

    assert_refused(native("POST", "/shop", headers=bearer("none")), refused, allow="GET, HEAD")
    assert_refused(native("GET", "/nothing", headers=bearer("none")), NO_ROUTE)


def test_head_has_status_and_headers_of_get(native: Native) -> None:
    get, head = native.get("/shop"), native("HEAD", "/shop")

    assert (head.status, head.headers, head.body) == (200, get.headers, "")
    missing = native("HEAD", "/shop", headers=bearer("none"))
    assert (missing.status, missing.body) == (403, "")


def test_no_answer_may_be_stored(native: Native) -> None:
    answer = native.get("/shop")

    assert answer.headers == {
        "content-type": "application/json",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "etag": answer.headers["etag"],
    }


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x" , W/{},"y"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_the_answer_gets_it_not_again(
    native: Native, method: str, form: str
) -> None:
    tag = native.get("/shop").headers["etag"]

    answer = native(method, "/shop", headers={"If-None-Match": form.format(tag)})

    assert (answer.status, answer.body) == (304, "")
    assert answer.headers == {
        "etag": tag,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize("header", ['"x"', "x", ""])
def test_another_tag_gets_the_answer(native: Native, header: str) -> None:
    tag = native.get("/shop").headers["etag"]

    assert tag.startswith('"')
    for other in (header, tag.strip('"')):
        assert native.get("/shop", If_None_Match=other).status == 200


def test_tags_differ_with_the_body(native: Native) -> None:
    tags = {native.get("/shop", **bearer(each)).headers["etag"] for each in ("all", "read")}

    assert len(tags) == 2
