"""The gallery page of the deployed stack: how it is served, and how forms reach the bucket."""

import gzip
import re

import httpx
import pytest
from tests import pictures
from tests.stack.conftest import Running

PICTURE = pictures.png()


def test_the_root_leads_to_the_page(running: Running) -> None:
    answer = running.client.get("/", follow_redirects=True)

    assert [str(each.headers["location"]) for each in answer.history] == ["/gallery/"]
    assert answer.status_code == 200
    assert running.described["gallery_url"] == str(answer.url)


def test_the_page_comes_with_its_policy_and_is_asked_for_each_time(running: Running) -> None:
    answer = running.client.get("/gallery/")

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert policy.endswith("require-trusted-types-for 'script'")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["permissions-policy"]
    assert "strict-transport-security" in answer.headers


def test_what_the_page_names_is_there_for_ever(running: Running) -> None:
    page = running.client.get("/gallery/").text
    named = re.findall(r'(?:src|href)="(app-[^"]+)"', page)
    answers = [running.client.get(f"/gallery/{name}") for name in named]

    assert len(named) == 2
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "content-security-policy" in answer.headers
    assert sum(len(gzip.compress(answer.content)) for answer in answers) < 68_000


def test_the_page_without_its_slash_is_redirected(running: Running) -> None:
    answer = running.client.get("/gallery")

    assert (answer.status_code, answer.headers["location"]) == (301, "/gallery/")


def test_a_file_that_the_page_has_not_is_missing(running: Running) -> None:
    assert running.client.get("/gallery/app-none.js").status_code in (403, 404)


def presigned(running: Running, key: str) -> tuple[dict[str, str], str]:
    """The fields of a form for one object, and the URL to which a client of this stack posts it."""
    form = running.aws("s3").generate_presigned_post(
        running.outputs["OriginalsBucket"],
        key,
        Fields={"success_action_status": "201", "Content-Type": "image/png"},
        Conditions=[
            {"success_action_status": "201"},
            {"Content-Type": "image/png"},
            ["content-length-range", len(PICTURE), len(PICTURE)],
        ],
    )
    return form["fields"], f"{running.described['base_url']}/originals/"


def test_a_presigned_form_is_stored_through_the_pages_own_origin(running: Running) -> None:
    fields, url = presigned(running, "gallery-test/a.png")

    answer = httpx.post(url, data=fields, files={"file": ("a.png", PICTURE, "image/png")})

    assert answer.status_code == 201
    assert running.keys("OriginalsBucket", "gallery-test/") == ["gallery-test/a.png"]


@pytest.mark.parametrize(
    ("change", "data"),
    [
        ({"key": "gallery-test/other.png"}, PICTURE),
        ({"Content-Type": "text/html"}, PICTURE),
        ({"x-amz-signature": "0" * 64}, PICTURE),
        ({}, PICTURE + b"a"),
    ],
)
def test_a_form_that_was_tampered_with_is_refused(
    running: Running, change: dict[str, str], data: bytes
) -> None:
    fields, url = presigned(running, "gallery-test/forged.png")

    answer = httpx.post(url, data={**fields, **change}, files={"file": ("a.png", data)})

    assert answer.status_code in (400, 403)
    assert running.keys("OriginalsBucket", "gallery-test/forged.png") == []
    assert running.keys("OriginalsBucket", "gallery-test/other.png") == []
