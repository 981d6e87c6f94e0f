"""The local stack's proxy sends on what its client sent, and refuses what API Gateway refuses."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import boto3
import httpx
import pytest
from moto import mock_aws
from starlette.requests import Request

from pipeline.missing_pictures import key_of
from vitrine_cli.local import room
from vitrine_cli.local.access_log import AccessLog
from vitrine_cli.local.cdn_function import CdnFunction
from vitrine_cli.local.proxy import EVENT_LIMIT, HEAD_LIMIT, Proxy, make_client
from vitrine_cli.local.second_origin import SecondOrigin

BASE = "http://127.0.0.1:8000"
PRODUCT = "/api/rest/products"


class KeptLog(AccessLog):
    """An access log that keeps status and failure of each request."""

    def __init__(self) -> None:
        super().__init__(None, "access")
        self.noted: list[tuple[str, int, str | None]] = []

    def note(
        self, request: Request, status: int, length: int, seconds: float, failure: str | None
    ) -> None:
        assert length > 0
        assert seconds >= 0
        self.noted.append((request.url.path, status, failure))


def through_proxy(
    path: str,
    method: str = "GET",
    *,
    answer: httpx.Response | None = None,
    log: AccessLog | None = None,
    fails: httpx.TransportError | None = None,
    missing: bool = False,
    as_written: bool = False,
    folder: Path | None = None,
    choose_format: CdnFunction | None = None,
    **request: Any,
) -> tuple[httpx.Response, list[httpx.Request]]:
    """The answer to a request, and the requests that reached the emulator."""
    received: list[httpx.Request] = []

    def emulator(request: httpx.Request) -> httpx.Response:
        received.append(request)
        if fails is not None:
            raise fails
        if missing and request.headers["host"] == "cdn.example":
            return httpx.Response(404)
        return answer or httpx.Response(200, text="ok", headers={"WWW-Authenticate": "OAuth"})

    async def fetch() -> httpx.Response:
        client = make_client("http://emulator.example", httpx.MockTransport(emulator))
        second_origin = SecondOrigin("https://function.example/", choose_format)
        proxy = Proxy(
            client,
            *("api", "native", "cdn.example", "originals-1", second_origin),
            access_log=log,
            as_written=as_written,
            folder=folder,
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


IMAGES = "/v1/555/products/7/images"


@pytest.mark.parametrize(
    ("told", "status", "message", "cause"),
    [
        (
            (502, {"errorType": "KeyError", "errorMessage": "'x'"}),
            500,
            "Internal Server Error",
            "KeyError: 'x'",
        ),
        (
            (502, {"errorType": "Runtime.ExitError", "errorMessage": "killed"}),
            500,
            "Internal Server Error",
            "Runtime.ExitError: killed",
        ),
        (
            (502, {"errorType": "Sandbox.Timedout", "errorMessage": "after 15.00 seconds"}),
            503,
            "Service Unavailable",
            "Sandbox.Timedout: after 15.00 seconds",
        ),
        (
            (429, {"Reason": "ConcurrentInvocationLimitExceeded", "message": "Rate Exceeded."}),
            503,
            "Service Unavailable",
            "The function has no free execution environment.",
        ),
    ],
)
def test_a_failed_invocation_is_answered_in_the_gateways_words(
    told: tuple[int, Any], status: int, message: str, cause: str
) -> None:
    log = KeptLog()

    answer, _ = through_proxy(IMAGES, answer=httpx.Response(told[0], json=told[1]), log=log)

    assert (answer.status_code, answer.json()) == (status, {"message": message})
    assert log.noted == [(IMAGES, status, cause)]


@pytest.mark.parametrize(
    "own", [httpx.Response(429, json={"code": 429}), httpx.Response(502, text="no JSON")]
)
def test_a_functions_own_refusal_passes(own: httpx.Response) -> None:
    log = KeptLog()

    answer, _ = through_proxy(IMAGES, answer=own, log=log)

    assert (answer.status_code, answer.content) == (own.status_code, own.content)
    assert log.noted == [(IMAGES, own.status_code, None)]


def test_what_the_gateway_refuses_is_in_the_access_log_and_pictures_are_not() -> None:
    log = KeptLog()

    through_proxy(IMAGES, log=log, headers=head(IMAGES, 1))
    through_proxy(IMAGES, "POST", log=log, content=bytes(EVENT_LIMIT))
    through_proxy("/media/shop1/a.png", log=log)

    assert log.noted == [(IMAGES, 431, ""), (IMAGES, 413, "")]


def test_the_access_log_has_the_gateways_fields() -> None:
    """The fields of AccessLogSettings in template.yaml."""
    wanted = re.findall(r'"(\w+)": "\$context', Path("template.yaml").read_text())
    with mock_aws():
        client = boto3.client("logs", region_name="us-east-1")
        client.create_log_group(logGroupName="access")
        log = AccessLog(client, "access")

        async def note() -> None:
            request = Request({"type": "http", "method": "GET", "path": "/a", "headers": []})
            log.note(request, 413, 36, 0.001, "")
            log.note(request, 200, 2, 0.001, None)
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

        asyncio.run(note())
        events = client.filter_log_events(logGroupName="access")["events"]

    lines = [json.loads(event["message"]) for event in events]
    assert all(list(line) == wanted for line in lines)
    statuses = [(line["status"], line["integrationStatus"]) for line in lines]
    assert statuses == [("413", "-"), ("200", "200")]


@pytest.mark.parametrize(
    ("fails", "status"),
    [(httpx.ConnectError("refused"), 502), (httpx.ReadTimeout("slow"), 504)],
)
def test_an_origin_that_does_not_answer_gets_the_cdns_page(
    fails: httpx.TransportError, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    answer, _ = through_proxy("/media/1234/a.png", fails=fails)

    assert answer.status_code == status
    told = f"GET /media/1234/a.png: {type(fails).__name__}: {fails}\n"
    assert capfd.readouterr().out == told
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<H1>{status} ERROR</H1>" in answer.text


@pytest.mark.parametrize(
    ("kind", "status"), [("KeyError", 502), ("Runtime.ExitError", 502), ("Sandbox.Timedout", 504)]
)
def test_a_function_that_renders_no_missing_picture_gets_the_cdns_page(
    kind: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    failed = httpx.Response(502, json={"errorType": kind, "errorMessage": "no"})

    answer, asked = through_proxy("/media/1234/a.png", answer=failed, missing=True)

    assert [each.headers["host"] for each in asked] == ["cdn.example", "function.example"]
    assert (answer.status_code, f"<H1>{status} ERROR</H1>" in answer.text) == (status, True)
    assert capfd.readouterr().out == f"GET /media/1234/a.png: {kind}: no\n"


def test_a_function_that_renders_a_missing_picture_decodes_its_path_once() -> None:
    """Decoded twice, `%252D` would name a picture, at a URL that no other part takes for its own.

    The emulator decodes the path of a function URL, and AWS does not.
    """
    _, (_, asked) = through_proxy("/media/1/a%252Db%2Dc.png", missing=True)

    received = unquote(asked.url.raw_path.decode())
    assert key_of({"rawPath": received}) == "media/1/a%2Db-c.png"


def test_a_function_of_the_cdn_that_cannot_run_gets_the_cdns_page(
    capfd: pytest.CaptureFixture[str],
) -> None:
    broken = CdnFunction("function handler() {", Path("no-such-node"))

    answer, (request,) = through_proxy("/media/1/a.png", missing=True, choose_format=broken)

    assert (request.headers["host"], answer.status_code) == ("cdn.example", 503)
    assert "<H1>503 ERROR</H1>" in answer.text
    told = "GET /media/1/a.png: FailureError: The CDN's function could not be run: "
    assert capfd.readouterr().out.startswith(told)


def test_an_emulator_that_is_gone_is_an_unavailable_service() -> None:
    log = KeptLog()
    answer, _ = through_proxy(IMAGES, fails=httpx.ConnectError("refused"), log=log)

    assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})
    assert log.noted == [(IMAGES, 503, "ConnectError: refused")]


def test_a_full_disk_is_an_unavailable_service() -> None:
    told = {"errorType": "OSError", "errorMessage": "[Errno 28] No space left on device: 'a'"}
    answer, _ = through_proxy(IMAGES, answer=httpx.Response(502, json=told))

    assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})


@pytest.mark.parametrize("path", [IMAGES, "/originals/"])
def test_nothing_is_stored_while_the_disk_is_full(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator would answer that it is stored, and forget it."""
    monkeypatch.setattr(room, "LEAST", 2**62)

    refused, received = through_proxy(path, "POST", folder=tmp_path)
    assert (refused.status_code, received) == (503, [])
    assert refused.json() == {"message": "Service Unavailable"}
    assert through_proxy(IMAGES, folder=tmp_path)[0].status_code == 200
    monkeypatch.setattr(room, "LEAST", 0)
    assert through_proxy(path, "POST", folder=tmp_path)[0].status_code == 200


def test_as_written_nothing_is_cut_or_renamed() -> None:
    answer, (received,) = through_proxy("/api/rest/a%3Fb", as_written=True)

    assert received.url.raw_path.endswith(b"/api/rest/a%3Fb")
    assert answer.headers["www-authenticate"] == "OAuth"
