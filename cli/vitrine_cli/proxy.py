"""One plain address for a local stack: `/media/*` is the CDN's, everything else the API's.

Where storage lacks a picture, the function that makes it is asked, as the CDN does on AWS.
Refuses what AWS would refuse on its way in: more than API Gateway takes, and more than fits into
the event of a function.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import httpx
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vitrine_cli.missing import Maker, is_absent

GATEWAY_LIMIT = 10 * 1024 * 1024  # bytes of a body
EVENT_LIMIT = 6 * 1024 * 1024  # bytes of a function's event, a body that is no text in base64
_EVENT_FRAME = 2048  # bytes of an event around headers and body, roughly
_TEXT = {"application/json", "application/javascript", "application/xml"}
_HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"trailer"}


def application(endpoint: str, api: str, cdn: str, maker: Maker) -> ASGIApp:
    """The proxy of one stack.

    Args:
        endpoint: where the emulator is.
        api: id of the HTTP API.
        cdn: host name of the distribution.
        maker: makes what is missing at the CDN.
    """
    client = httpx.AsyncClient(base_url=endpoint, timeout=60, follow_redirects=False)

    async def forward(request: Request) -> Response:
        body = await request.body()
        if _too_large(request, body):
            return JSONResponse({"message": "Request Entity Too Large"}, status_code=413)
        path: bytes = request.scope["raw_path"]
        if {".", ".."} & set(unquote(path.decode("latin-1")).split("/")):
            # They would lead out of the API and into the emulator itself.
            return JSONResponse({"message": "Not Found"}, status_code=404)
        target, headers = _target(request, api, cdn)
        url = client.base_url.copy_with(raw_path=target)
        try:
            answer = await client.request(request.method, url, headers=headers, content=body)
            if is_absent(request.method, path, answer):
                answer = await maker.ask(client, request.method, path.decode("latin-1"), answer)
        except httpx.TransportError:
            return JSONResponse({"message": "Service Unavailable"}, status_code=503)
        return _answer(answer, request.method)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await forward(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    return application


def _target(request: Request, api: str, cdn: str) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Path and query of a request at the emulator, and its headers."""
    path: bytes = request.scope["raw_path"]
    headers = _end_to_end(request.headers.raw)
    if path.startswith(b"/media/"):
        headers = [(name, value) for name, value in headers if name != b"host"]
        headers += [(b"host", cdn.encode()), (b"x-forwarded-proto", b"https")]
    else:
        headers += [(b"x-forwarded-proto", b"http")]
        path = f"/_aws/execute-api/{api}/$default".encode() + path
    if query := request.scope["query_string"]:
        path += b"?" + query
    return path, headers


def _too_large(request: Request, body: bytes) -> bool:
    if len(body) > GATEWAY_LIMIT:
        return True
    headers = sum(len(name) + len(value) for name, value in request.headers.raw)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT:
        wrapped = len(json.dumps(body.decode(errors="replace"), ensure_ascii=False).encode())
    else:
        wrapped = -(-len(body) // 3) * 4
    return wrapped + headers + _EVENT_FRAME > EVENT_LIMIT


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in _HOP_BY_HOP and name.lower() != b"content-length"
    ]


def _answer(answer: httpx.Response, method: str) -> Response:
    response = Response(answer.content, answer.status_code)
    length = str(len(answer.content))
    if method == "HEAD":
        length = answer.headers.get("content-length", length)
    kept = _end_to_end(answer.headers.raw)
    response.raw_headers = [
        *((name, value) for name, value in kept if name != b"content-encoding"),
        (b"content-length", length.encode()),
    ]
    return response


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--api", required=True)
    parser.add_argument("--cdn", required=True)
    parser.add_argument("--missing", required=True)
    parser.add_argument("--chooses", type=Path)
    wanted = parser.parse_args()
    maker = Maker(wanted.missing, wanted.chooses and wanted.chooses.read_text())
    uvicorn.run(
        application(wanted.endpoint, wanted.api, wanted.cdn, maker),
        host="127.0.0.1",
        port=wanted.port,
        log_level="warning",
        lifespan="off",
        server_header=False,
        date_header=False,
    )


if __name__ == "__main__":
    main()
