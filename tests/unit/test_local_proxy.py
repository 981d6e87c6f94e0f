"""The local stack's proxy sends on what its client sent, and refuses what API Gateway refuses."""

import asyncio
from typing import Any

import httpx
import pytest

from vitrine_cli.local.proxy import EVENT_LIMIT, HEAD_LIMIT, Proxy, make_client
from vitrine_cli.local.second_origin import SecondOrigin

BASE = "http://127.0.0.1:8000"
PRODUCT = "/api/rest/products"


def through_proxy(
    path: str, method: str = "GET", **request: Any
) -> tuple[httpx.Response, list[httpx.Request]]:
    """The answer to a request, and the requests that reached the emulator."""
    received: list[httpx.Request] = []

    def emulator(request: httpx.Request) -> httpx.Response:
        received.append(request)
        return httpx.Response(200, text="ok", headers={"WWW-Authenticate": "OAuth"})

    async def fetch() -> httpx.Response:
        client = make_client("http://emulator.example", httpx.MockTransport(emulator))
        proxy = Proxy(
            client, "api", "native", "cdn.example", "originals-1", SecondOrigin("function", None)
        )
        outside = httpx.AsyncClient(transport=httpx.ASGITransport(proxy))
        outside.headers.clear()
        async with client, outside:
            return await outside.request(method, f"{BASE}{path}", **request)

    return asyncio.run(fetch()), received


@pytest.mark.parametrize("path", ["/v1/555/products/7/images", "/media/shop1/a.png"])
def test_the_proxy_adds_no_header_that_the_client_did_not_send(path: str) -> None:
    """A missing User-Agent must be seen by the functions (contract: tiendanube §2)."""
    answer, received = through_proxy(path)

    assert answer.text == "ok"
    assert set(received[0].headers) == {"host", "x-forwarded-proto"}


def head(path: str, extra: int) -> dict[str, str]:
    """A header that brings the request to `extra` bytes above the limit."""
    known = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:8000\r\nx: \r\n"
    return {"x": "a" * (HEAD_LIMIT - len(known) + extra)}


def test_request_line_and_headers_are_limited_together() -> None:
    path = "/v1/555/products/7/images?page=2"

    fitting, _ = through_proxy(path, headers=head(path, 0))
    refused, received = through_proxy(path, headers=head(path, 1))

    assert fitting.status_code == 200
    assert (refused.status_code, refused.json()) == (
        431,
        {"message": "Request Header Fields Too Large"},
    )
    assert received == []
    assert through_proxy("/media/a.png", headers=head("/media/a.png", 1))[0].status_code == 200


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (f"{PRODUCT}/a%3Fb/images?x=1", f"{PRODUCT}/a?x=1"),
        (f"{PRODUCT}/a%3fb%3fc/images", f"{PRODUCT}/a"),
        (f"{PRODUCT}/a%20b/images?x=%3F", f"{PRODUCT}/a%20b/images?x=%3F"),
    ],
)
def test_a_question_mark_in_a_path_cuts_it(sent: str, arrives: str) -> None:
    _, (request,) = through_proxy(sent)

    assert request.url.raw_path.decode() == f"/_aws/execute-api/api/$default{arrives}"


def test_vitrines_own_paths_go_to_its_own_api() -> None:
    _, (own,) = through_proxy("/vitrine/v1/shop?x=1")
    _, (other,) = through_proxy("/vitrines")

    assert own.url.raw_path == b"/_aws/execute-api/native/$default/vitrine/v1/shop?x=1"
    assert other.url.raw_path == b"/_aws/execute-api/api/$default/vitrines"


def test_the_header_that_api_gateway_renames_is_renamed() -> None:
    of_api, _ = through_proxy("/v1/555/products/7/images")
    of_cdn, _ = through_proxy("/media/shop1/a.png")

    assert of_api.headers["x-amzn-remapped-www-authenticate"] == "OAuth"
    assert "www-authenticate" not in of_api.headers
    assert of_cdn.headers["www-authenticate"] == "OAuth"


@pytest.mark.parametrize("path", ["/gallery", "/gallery/", "/gallery/app-1.js"])
def test_the_gallery_page_comes_from_the_cdn(path: str) -> None:
    _, (request,) = through_proxy(path)

    assert (request.headers["host"], request.url.path) == ("cdn.example", path)


def test_the_root_leads_to_the_gallery_page() -> None:
    answer, received = through_proxy("/")

    assert (answer.status_code, answer.headers["location"], received) == (302, "/gallery/", [])


def test_a_presigned_form_goes_to_the_originals_bucket() -> None:
    form = b"a" * (EVENT_LIMIT + 1)  # more than an event of Lambda holds

    answer, (request,) = through_proxy("/originals/", method="POST", content=form)
    refused, received = through_proxy("/originals/")

    assert answer.status_code == 200
    assert (request.method, str(request.url)) == ("POST", "http://emulator.example/originals-1/")
    assert (request.headers["host"], request.content) == ("emulator.example", form)
    assert (refused.status_code, refused.headers["allow"], received) == (405, "POST", [])
