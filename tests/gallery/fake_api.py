"""Vitrine's own API over shops in memory, with the built gallery page and the media."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from tests.gallery.fake_answers import batch_body, present, summary, time_text
from tests.gallery.fake_shop import JSON, FakeShop, RefusedError, etag
from tests.gallery.fake_state import FakeServer
from tests.gallery.sample_pictures import resized

DIST = Path(__file__).parents[2] / "gallery" / "dist"
BASE = "/vitrine/v1"
_PAGE = 50  # products
_KINDS = {"jpeg": "JPEG", "jpg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}
_MEDIA = re.compile(r"v\d+(?:-(?P<width>\d+)-\d+)?\.(?P<kind>\w+)(?:\.(?P<other>\w+))?$")

Handler = Callable[[FakeServer, Request, FakeShop, JSON], Response]


def api(server: FakeServer) -> Starlette:
    """The origin of the page."""
    routes = [
        Route(BASE + path, _endpoint(server, handler), methods=methods)
        for path, methods, handler in _ROUTES
    ]
    return Starlette(
        routes=[
            *routes,
            Route("/media/{shop}/{image:int}/{file}", _media(server)),
            Route("/gallery/{file:path}", _page(server)),
        ]
    )


def _endpoint(server: FakeServer, handler: Handler) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:  # the page was closed
            return Response(status_code=400)
        if not server.knows(_token(request)):
            return _problem(RefusedError(401, "unauthorized"))
        with server.lock:
            server.requests.append((request.method, request.url.path))
        try:
            await server.meet_faults(request)
            with server.lock:
                shop = _caller(server, request)
                shop.settle()
                answer = handler(server, request, shop, json.loads(body) if body else {})
        except RefusedError as refused:
            answer = _problem(refused)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    return endpoint


def _products(server: FakeServer, request: Request, shop: FakeShop, _: JSON) -> Response:
    prefix, start = (
        request.query_params.get("prefix", ""),
        int(request.query_params.get("cursor", 0)),
    )
    names = sorted(
        name for name, each in shop.galleries.items() if each.order and name.startswith(prefix)
    )
    page = names[start : start + _PAGE]
    more = start + _PAGE < len(names)
    path = f"{BASE}/products?prefix={quote(prefix)}&cursor={start + _PAGE}"
    items = [summary(server.url, shop, name) for name in page]
    return JSONResponse({"items": items, "next": path if more else None})


def _product(server: FakeServer, request: Request, shop: FakeShop, _: JSON) -> Response:
    name = request.path_params["product"]
    gallery = shop.gallery(name)
    body = {
        "product": name,
        "order": {"images": list(gallery.order), "etag": etag(gallery)},
        "images": [present(server.url, shop, name, shop.images[each]) for each in gallery.order],
    }
    return _tagged(request, body)


def _order(server: FakeServer, request: Request, shop: FakeShop, body: JSON) -> Response:
    match = request.headers.get("If-Match")
    return JSONResponse(shop.put_order(request.path_params["product"], body["images"], match))


def _image(server: FakeServer, request: Request, shop: FakeShop, body: JSON) -> Response:
    name, number = request.path_params["product"], request.path_params["image"]
    if request.method == "DELETE":
        shop.delete(name, number)
        return Response(status_code=204)
    if request.method == "PATCH":
        shop.patch(name, number, body)
    return JSONResponse(present(server.url, shop, name, shop.image(name, number)))


def _create_upload(server: FakeServer, request: Request, shop: FakeShop, body: JSON) -> Response:
    key = request.headers.get("Idempotency-Key")
    batch = shop.create_batch(request.path_params["product"], body["files"], key)
    return JSONResponse(batch_body(server.bucket_url, shop, batch, forms=True), 201)


def _upload(server: FakeServer, request: Request, shop: FakeShop, _: JSON) -> Response:
    batch = shop.batches.get(request.path_params["upload"])
    if batch is None:
        raise RefusedError(404, "not_found", what="upload")
    return _tagged(request, batch_body(server.bucket_url, shop, batch, forms=False))


def _imports(server: FakeServer, request: Request, shop: FakeShop, _: JSON) -> Response:
    state = request.query_params.get("state")
    items = [each for each in shop.imports if state in (None, each["state"])]
    return JSONResponse({"items": items, "next": None})


def _take_downs(server: FakeServer, request: Request, shop: FakeShop, body: JSON) -> Response:
    if "images:takedown" not in shop.scopes:
        raise RefusedError(403, "forbidden", scope="images:takedown")
    shop.delete(body["product"], body["image"])
    identity = f"t{secrets.token_hex(8)}"
    shop.take_downs[identity] = time.monotonic() + shop.take_down_seconds
    return JSONResponse({"id": identity, "state": "working", "paths": 3}, 202)


def _take_down(server: FakeServer, request: Request, shop: FakeShop, _: JSON) -> Response:
    done = time.monotonic() >= shop.take_downs[request.path_params["id"]]
    state = "done" if done else "working"
    return JSONResponse(
        {"id": request.path_params["id"], "state": state, "browser_copies": "may remain"}
    )


def _usage(_server: FakeServer, _request: Request, shop: FakeShop, _body: JSON) -> Response:
    return JSONResponse(shop.usage())


def _described(server: FakeServer, request: Request, shop: FakeShop, _: JSON) -> Response:
    return JSONResponse(
        {
            "id": shop.id,
            "language": shop.language,
            "products": shop.mode,
            "media_url": f"{server.url}/media",
            "limits": shop.limits,
            "token": {"scopes": shop.scopes, "expires_at": time_text(shop.expires_at)},
        }
    )


def _page(server: FakeServer) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        file = DIST / (request.path_params["file"] or "index.html")
        if not file.is_file():
            return Response(status_code=404)
        headers = {
            "Content-Security-Policy": server.policy(),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        return FileResponse(file, headers=headers)

    return serve


def _media(server: FakeServer) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        found = _MEDIA.fullmatch(request.path_params["file"])
        shops = [each for each in server.shops.values() if each.id == request.path_params["shop"]]
        image = next(
            (
                each.images[number]
                for each in shops
                for number in [request.path_params["image"]]
                if number in each.images
            ),
            None,
        )
        if found is None or image is None:
            return Response(status_code=404)
        kind = _KINDS[found["other"] or found["kind"]]
        width = int(found["width"]) if found["width"] else None
        data = resized(image.sample.data, width, kind)
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(data, headers=headers, media_type=f"image/{kind.lower()}")

    return serve


def _caller(server: FakeServer, request: Request) -> FakeShop:
    shop = server.shops.get(_token(request))
    if shop is None or shop.ended or shop.expires_at <= datetime.now(UTC):
        raise RefusedError(401, "unauthorized")
    if request.method in ("PUT", "PATCH", "DELETE", "POST") and "images:write" not in shop.scopes:
        raise RefusedError(403, "forbidden", scope="images:write")
    return shop


def _token(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _problem(refused: RefusedError) -> Response:
    body = {
        "type": f"urn:vitrine:problem:{refused.code}",
        "title": refused.code,
        "status": refused.status,
        "code": refused.code,
        "request_id": "Kx1fakeRequest=",
        **refused.members,
    }
    headers = {"Retry-After": "1"} if refused.status in (409, 429) else {}
    return JSONResponse(body, refused.status, headers, "application/problem+json")


def _tagged(request: Request, body: JSON) -> Response:
    text = json.dumps(body)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(text, headers={"ETag": tag}, media_type="application/json")


_ROUTES: list[tuple[str, list[str], Handler]] = [
    ("/shop", ["GET"], _described),
    ("/shop/usage", ["GET"], _usage),
    ("/products", ["GET"], _products),
    ("/products/{product}", ["GET"], _product),
    ("/products/{product}/order", ["PUT"], _order),
    ("/products/{product}/images/{image:int}", ["GET", "PATCH", "DELETE"], _image),
    ("/products/{product}/uploads", ["POST"], _create_upload),
    ("/uploads/{upload}", ["GET"], _upload),
    ("/imports", ["GET"], _imports),
    ("/take-downs", ["POST"], _take_downs),
    ("/take-downs/{id}", ["GET"], _take_down),
]
