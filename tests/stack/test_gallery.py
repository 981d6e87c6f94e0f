"""The gallery page of the deployed stack: how it is served, and how forms reach the bucket."""

import gzip
import json
import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from tests import pictures
from tests.stack.conftest import Running, vitrine

from vitrine.clock import now

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


def test_the_reference_page_is_at_its_folder(running: Running) -> None:
    folder = "/gallery/reference/"
    page = running.client.get(folder.removesuffix("/"), follow_redirects=True)
    named = re.findall(r'href="(reference-[^"]+)"', page.text)
    answers = [running.client.get(folder + name) for name in named]
    document = running.client.get("/gallery/openapi.json")

    assert [each.headers["location"] for each in page.history] == [folder]
    assert "content-security-policy" in page.headers
    assert [each.headers["content-type"] for each in answers] == ["text/css; charset=utf-8"]
    assert document.json()["openapi"].startswith("3.1")


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


def link_of(running: Running, *arguments: str) -> dict[str, Any]:
    done = vitrine("gallery", *arguments, "--json", "--port", str(running.port))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def opened(running: Running, link: str) -> list[dict[str, Any]]:
    """What the API says of the shop of each token in a link."""
    page, _, tokens = link.partition("#t=")
    assert page == running.described["gallery_url"]
    answers = [
        running.client.get("/vitrine/v1/shop", headers={"Authorization": f"Bearer {token}"})
        for token in tokens.split(",")
    ]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def test_a_link_opens_each_shop_with_a_token_of_its_own(running: Running) -> None:
    other = running.open_shop("gallery-other").id

    link = link_of(running, "1234", other, "1234")

    shops = opened(running, link["url"])
    assert [shop["id"] for shop in shops] == ["1234", other]
    assert {frozenset(shop["token"]["scopes"]) for shop in shops} == {
        frozenset({"images:read", "images:write"})
    }
    hours = (datetime.fromisoformat(link["expires_at"]) - now()) / timedelta(hours=1)
    assert hours == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize(
    ("option", "scopes"),
    [
        ("--read-only", {"images:read"}),
        ("--take-down", {"images:read", "images:write", "images:takedown"}),
    ],
)
def test_a_link_permits_what_its_options_say(
    running: Running, option: str, scopes: set[str]
) -> None:
    link = link_of(running, "1234", option, "--hours", "1")

    (shop,) = opened(running, link["url"])
    assert set(shop["token"]["scopes"]) == scopes


def test_a_revoked_link_ends(running: Running) -> None:
    link = link_of(running, "1234")
    token = link["url"].partition("#t=")[2]

    vitrine(
        *("credential", "revoke", "1234", link["credentials"]["1234"]),
        *("--port", str(running.port)),
    )

    answer = running.client.get("/vitrine/v1/shop", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401, "no function has met this token before"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("1234", "gallery-none"), "There is no shop 'gallery-none'; "),
        (tuple(f"s{number}" for number in range(21)), "A link opens at most 20 shops; 21"),
        (("1234", "--read-only", "--take-down"), "--read-only excludes --take-down"),
        (("1234", "--hours", "25"), "'--hours'"),
    ],
)
def test_a_refused_link_issues_no_token(
    running: Running, arguments: tuple[str, ...], says: str
) -> None:
    port = ("--port", str(running.port))
    before = vitrine("credential", "list", "1234", *port, "--json").stdout

    done = vitrine("gallery", *arguments, *port)

    assert done.returncode != 0
    assert says in done.stderr
    assert vitrine("credential", "list", "1234", *port, "--json").stdout == before


@pytest.mark.parametrize(
    ("origin", "status"), [("https://{cdn}", 200), ("https://evil.example", 403)]
)
def test_the_originals_bucket_lets_the_cdns_pages_post_forms(
    running: Running, origin: str, status: int
) -> None:
    asked = origin.format(cdn=running.outputs["CdnDomain"])

    answer = httpx.options(
        f"{running.stack.endpoint}/{running.outputs['OriginalsBucket']}/",
        headers={"Origin": asked, "Access-Control-Request-Method": "POST"},
    )

    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == (asked if status == 200 else None)
