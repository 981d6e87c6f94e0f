"""An HTTP server for a local stack: pictures and gallery page of the CDN, and the APIs.

It does what the emulator does not: it refuses requests that API Gateway or Lambda would refuse for
their size, cuts paths, renames headers and keeps an access log as API Gateway does, answers failed
invocations in API Gateway's words, and asks the CDN's second origin for missing pictures. It also
passes presigned forms on to the originals bucket, so that the gallery page posts them to its own
origin: the emulator refuses preflight requests. Beside the server, it copies the table and gives
storage events to functions.
"""

import argparse
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import httpx
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from vitrine_cli.local.access_log import AccessLog, open_access_log
from vitrine_cli.local.cdn_failures import failed_function, unanswered
from vitrine_cli.local.cdn_function import CdnFunction
from vitrine_cli.local.event_delivery import deliver_events
from vitrine_cli.local.function_failures import UNAVAILABLE, failure_of
from vitrine_cli.local.places import NoPlaceError, Places, picture_places
from vitrine_cli.local.room import is_full, may_store
from vitrine_cli.local.second_origin import SecondOrigin, needs_second_origin
from vitrine_cli.local.stacks import FORM_PATH, NAME
from vitrine_cli.local.table_copy import Storage, keep_copying
from vitrine_cli.ui import interrupts
from vitrine_cli.ui.failure import FailureError

HEAD_LIMIT = 10_240  # bytes of a request line and all headers
GATEWAY_LIMIT = 10 * 1024 * 1024  # bytes of a request body
EVENT_LIMIT = 6 * 1024 * 1024  # bytes of a Lambda event; a binary body is in it as base64
_EVENT_FRAME = 2048  # bytes of an event without headers and body, roughly
_TEXT = {"application/json", "application/javascript", "application/xml"}
_CDN_PATHS = re.compile(b"/media/.*|/gallery(/.*)?", re.DOTALL)
_FORM_LIMIT = 32 * 1024 * 1024  # bytes; the largest picture has 20 MiB
_NATIVE_PATH = b"/vitrine/"
_ENCODED_QUESTION_MARK = re.compile(b"%3f", re.IGNORECASE)
_RENAMED = {b"www-authenticate": b"x-amzn-remapped-www-authenticate"}
_NO_SPACE = "No space left on the disk of the stack's folder"
_SHUTDOWN_SECONDS = 3  # for requests that are being answered
_HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"te", b"trailer"}


@dataclass(frozen=True, slots=True)
class Proxy:
    """The ASGI application of one stack.

    Attributes:
        client: a client whose base URL is the emulator.
        api: id of the HTTP API of all platforms.
        native_api: id of the HTTP API of `/vitrine/*`.
        cdn: host name of the CloudFront distribution.
        originals: name of the originals bucket.
        second_origin: the function that renders missing pictures.
        access_log: the log of requests to the APIs; None to keep none.
        places: how many requests to the APIs functions may work on at once.
        picture_places: how many missing pictures functions may render at once.
        as_written: whether paths and headers stay as the client and the function wrote them; API
            Gateway cuts a path at an encoded question mark, and renames `WWW-Authenticate`.
        folder: the stack's folder; nothing is stored while its disk is full. None for no check.
    """

    client: httpx.AsyncClient
    api: str
    native_api: str
    cdn: str
    originals: str
    second_origin: SecondOrigin
    access_log: AccessLog | None = None
    places: Places = field(default_factory=Places)
    picture_places: Places = field(default_factory=picture_places)
    as_written: bool = False
    folder: Path | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._forward(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _forward(self, request: Request) -> Response:
        body = await request.body()
        path: bytes = request.scope["raw_path"]
        if path == b"/":
            return RedirectResponse("/gallery/", 302)
        if path == FORM_PATH.encode():
            return await self._store_form(request, body)
        if _CDN_PATHS.fullmatch(path):
            return await self._from_cdn(request, body)
        started = time.monotonic()
        response, failure = await self._from_api(request, body)
        if self.access_log:
            seconds = time.monotonic() - started
            self.access_log.note(
                request, response.status_code, len(response.body), seconds, failure
            )
        return response

    async def _from_cdn(self, request: Request, body: bytes) -> Response:
        if _too_large(request, body):
            return _message(413, "Request Entity Too Large")
        if _leaves(request):
            return _message(404, "Not Found")
        path: bytes = request.scope["raw_path"]
        try:
            answer = await self._ask(request, body)
            if needs_second_origin(request.method, path, answer):
                async with self.picture_places.hold():
                    answer = await self.second_origin.fetch(
                        self.client, request.method, path.decode("latin-1"), answer
                    )
        except (httpx.TransportError, NoPlaceError, FailureError) as error:
            _tell(request, f"{type(error).__name__}: {error}")
            return unanswered(error)
        failure = failure_of(answer)
        if failure is not None:
            _tell(request, failure.cause)
            return failed_function(failure)
        return _response(answer, request.method, {})

    async def _from_api(self, request: Request, body: bytes) -> tuple[Response, str | None]:
        """The answer, and why it is not a function's; None if it is."""
        if _head_size(request) > HEAD_LIMIT:
            return _message(431, "Request Header Fields Too Large"), ""
        if _too_large(request, body):
            return _message(413, "Request Entity Too Large"), ""
        if _leaves(request):
            return _message(404, "Not Found"), ""
        if self._is_full(request):
            return _message(*UNAVAILABLE), _NO_SPACE
        try:
            async with self.places.hold():
                answer = await self._ask(request, body)
        except (httpx.TransportError, NoPlaceError) as error:
            return _message(*UNAVAILABLE), f"{type(error).__name__}: {error}"
        failure = failure_of(answer)
        if failure is not None:
            return _message(failure.status, failure.message), failure.cause
        renamed = {} if self.as_written else _RENAMED
        return _response(answer, request.method, renamed), None

    async def _ask(self, request: Request, body: bytes) -> httpx.Response:
        target, headers = self._target(request)
        url = self.client.base_url.copy_with(raw_path=target)
        return await self.client.request(request.method, url, headers=headers, content=body)

    async def _store_form(self, request: Request, body: bytes) -> Response:
        """Pass a presigned form on to the originals bucket, which checks its policy."""
        if request.method != "POST":
            return JSONResponse({"message": "Method Not Allowed"}, 405, {"allow": "POST"})
        if len(body) > _FORM_LIMIT:
            return _message(413, "Request Entity Too Large")
        if self._is_full(request):
            _tell(request, _NO_SPACE)
            return _message(*UNAVAILABLE)
        headers = [pair for pair in _end_to_end(request.headers.raw) if pair[0] != b"host"]
        url = self.client.base_url.copy_with(raw_path=f"/{self.originals}/".encode())
        try:
            answer = await self.client.post(url, headers=headers, content=body)
        except httpx.TransportError as error:
            _tell(request, f"{type(error).__name__}: {error}")
            return _message(*UNAVAILABLE)
        return _response(answer, "POST", {})

    def _is_full(self, request: Request) -> bool:
        return self.folder is not None and may_store(request.method) and is_full(self.folder)

    def _target(self, request: Request) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """Path and query of a request at the emulator, and its headers."""
        path: bytes = request.scope["raw_path"]
        headers = _end_to_end(request.headers.raw)
        if _CDN_PATHS.fullmatch(path):
            headers = [(name, value) for name, value in headers if name != b"host"]
            headers += [(b"host", self.cdn.encode()), (b"x-forwarded-proto", b"https")]
        else:
            headers += [(b"x-forwarded-proto", b"http")]
            kept = path
            if not self.as_written:
                kept = _ENCODED_QUESTION_MARK.split(path, maxsplit=1)[0]  # decoded, it cuts
            api = self.native_api if path.startswith(_NATIVE_PATH) else self.api
            path = f"/_aws/execute-api/{api}/$default".encode() + kept
        if query := request.scope["query_string"]:
            path += b"?" + query
        return path, headers


def make_client(
    endpoint: str, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """An HTTP client that adds no header of its own, such as `User-Agent`."""
    client = httpx.AsyncClient(
        base_url=endpoint, timeout=60, follow_redirects=False, transport=transport
    )
    client.headers.clear()
    return client


def _tell(request: Request, cause: str) -> None:
    """Print why a request has no answer, where no access log notes it."""
    print(f"{request.method} {request.url.path}: {cause}", flush=True)


def _message(status: int, text: str) -> Response:
    return JSONResponse({"message": text}, status_code=status)


def _leaves(request: Request) -> bool:
    """Whether the path would leave the API and reach the emulator's own endpoints."""
    path: bytes = request.scope["raw_path"]
    return not {".", ".."}.isdisjoint(unquote(path.decode("latin-1")).split("/"))


def _head_size(request: Request) -> int:
    """Bytes of the request line and of all header lines, each with its line end."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    line = len(f"{request.method}  HTTP/1.1\r\n") + len(path) + len(query) + bool(query)
    return line + sum(len(name) + len(value) + 4 for name, value in request.headers.raw)


def _too_large(request: Request, body: bytes) -> bool:
    if len(body) > GATEWAY_LIMIT:
        return True
    headers = sum(len(name) + len(value) for name, value in request.headers.raw)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT:
        encoded = len(json.dumps(body.decode(errors="replace"), ensure_ascii=False).encode())
    else:
        encoded = -(-len(body) // 3) * 4
    return encoded + headers + _EVENT_FRAME > EVENT_LIMIT


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in _HOP_BY_HOP and name.lower() != b"content-length"
    ]


def _response(answer: httpx.Response, method: str, renamed: Mapping[bytes, bytes]) -> Response:
    response = Response(answer.content, answer.status_code)
    length = str(len(answer.content))
    if method == "HEAD":
        length = answer.headers.get("content-length", length)
    headers = _end_to_end(answer.headers.raw)
    response.raw_headers = [
        *(
            (renamed.get(name, name), value)
            for name, value in headers
            if name != b"content-encoding"
        ),
        (b"content-length", length.encode()),
    ]
    return response


def main() -> None:
    """Serve until the process is terminated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--api", required=True)
    parser.add_argument("--native-api", required=True)
    parser.add_argument("--cdn", required=True)
    parser.add_argument("--originals", required=True)
    parser.add_argument("--second-origin", required=True)
    parser.add_argument("--access-log", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--secrets", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--as-written", action="store_true")
    parser.add_argument("--choose-format", type=Path)
    parser.add_argument("--node", type=Path)
    options = parser.parse_args()
    choose_format = None
    if options.choose_format and options.node:
        choose_format = CdnFunction(options.choose_format.read_text(), options.node)
    proxy = Proxy(
        client=make_client(options.endpoint),
        api=options.api,
        native_api=options.native_api,
        cdn=options.cdn,
        originals=options.originals,
        second_origin=SecondOrigin(options.second_origin, choose_format),
        access_log=open_access_log(options.endpoint, options.access_log),
        as_written=options.as_written,
        folder=options.folder,
    )
    storage = Storage(options.endpoint, options.table, options.secrets)
    interrupts.listen()  # so that what is around the server ends in order
    with (
        keep_copying(storage, options.folder),
        deliver_events(options.endpoint, NAME, options.folder),
    ):
        uvicorn.run(
            proxy,
            host="127.0.0.1",
            port=options.port,
            log_level="warning",
            lifespan="off",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )


if __name__ == "__main__":
    main()
