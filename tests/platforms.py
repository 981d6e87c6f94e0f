"""Platforms to import from: a stub that answers product lists, in front of Vitrine itself.

Everything but the lists comes from a shop of Vitrine, through the dialect of the platform.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.gateway import Answer

ORIGIN = "https://api.example"


@dataclass
class InProcess(httpx.BaseTransport):
    """Sends requests to an application in this process.

    Attributes:
        app: the application.
    """

    app: Starlette

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""

        async def send() -> httpx.Response:
            answer = await httpx.ASGITransport(app=self.app).handle_async_request(request)
            body = await answer.aread()
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)

        return asyncio.run(send())


@dataclass
class Platform:
    """A platform with one store.

    Attributes:
        products: the ids of its products, in order.
        vitrine: answers what is no list.
        page_size: products in a page.
        refused: whether a request, by its number from 1, is answered 429.
        failing: whether it is answered 500.
        limits: the headers of every answer.
        replaced: the body that a request is answered with instead, by its number; None for none.
        arrived: called with the number of each request before it is answered.
        deleted: products that are listed, and whose images answer 404.
        skus: the SKUs of OpenMage's products that have another than `SKU-` and the id, by id.
        status: the status of every answer; 200 for what fits the request.
        requests: the paths of the requests so far.
    """

    products: list[str]
    vitrine: Callable[[httpx.Request], Answer]
    page_size: int = 7
    refused: Callable[[int], bool] = lambda _: False
    failing: Callable[[int], bool] = lambda _: False
    limits: Callable[[], dict[str, str]] = dict
    replaced: Callable[[int], bytes | None] = lambda _: None
    arrived: Callable[[int], None] = lambda _: None
    deleted: set[str] = field(default_factory=set)
    skus: dict[str, str] = field(default_factory=dict)
    status: int = 200
    requests: list[str] = field(default_factory=list)

    def client(self) -> httpx.Client:
        """A client of the platform."""
        return httpx.Client(transport=InProcess(self.app), base_url=ORIGIN)

    @property
    def app(self) -> Starlette:
        """The platform as an application."""
        lists = {
            "/v1/{store}/products": self._tiendanube,
            "/v1/{store}/store": self._tiendanube_store,
            "/stores/{store}/v3/catalog/products": self._bigcommerce_v3,
            "/stores/{store}/v2/products/count.json": self._bigcommerce_count,
            "/stores/{store}/v2/products.json": self._bigcommerce_v2,
            "/stores/{store}/products": self._evotor,
            "/api/rest/products": self._openmage,
        }
        routes = [Route(path, self._guarded(answer)) for path, answer in lists.items()]
        everything = Route("/{path:path}", self._guarded(self._passed_on))
        return Starlette(routes=[*routes, everything])

    def _guarded(self, answer: Callable[[Request], Response]) -> Any:
        async def guarded(request: Request) -> Response:
            self.requests.append(request.url.path)
            number, limits = len(self.requests), self.limits()
            self.arrived(number)
            body = self.replaced(number)
            if body is not None:
                kind = "text/html" if body.startswith(b"<") else "application/json"
                return Response(body, headers=limits, media_type=kind)
            if self.status != 200:
                moved = {"location": "https://www.example/"} if self.status < 400 else {}
                return JSONResponse({}, self.status, {**limits, **moved})
            if self.refused(number):
                return JSONResponse({}, 429, limits)
            if self.failing(number):
                return JSONResponse({}, 500, limits)
            made = await run_in_threadpool(answer, request)
            made.headers.update(limits)
            return made

        return guarded

    def _passed_on(self, request: Request) -> Response:
        if any(f"/products/{each}/images" in request.url.path for each in self.deleted):
            return JSONResponse({"code": 404}, 404)
        kept = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
        answer = self.vitrine(httpx.Request(request.method, str(request.url), headers=kept))
        made = Response(answer.body, answer.status)
        for name in ("content-type", "link", "x-main-language", "x-total-count"):
            if name in answer.headers:
                made.headers[name] = answer.headers[name]
        return made

    def _page(self, number: int) -> list[str]:
        return self.products[(number - 1) * self.page_size : number * self.page_size]

    def _images(self, request: Request, path: str) -> Any:
        """What Vitrine lists of a product; an empty list without images."""
        headers = dict(request.headers)
        headers.pop("accept-encoding", None)
        answer = self.vitrine(httpx.Request("GET", f"{ORIGIN}{path}", headers=headers))
        assert answer.status in (200, 204), (answer.status, answer.body)
        return answer.json if answer.status == 200 else []

    def _tiendanube(self, request: Request) -> Response:
        number, store = int(request.query_params["page"]), request.path_params["store"]
        assert request.headers["user-agent"].startswith("Vitrine (")
        found = self._page(number)
        if not found:
            return JSONResponse({"code": 404}, 404)
        listed = [
            {
                "id": int(each),
                "images": self._images(request, f"/v1/{store}/products/{each}/images?per_page=200"),
                "variants": [{"sku": f"SKU-{each}", "image_id": None}],
            }
            for each in found
        ]
        for each in listed:
            if str(each["id"]) in self.deleted:  # as Tiendanube lists products now and then
                each["images"] = None
        more = self._page(number + 1)
        url = request.url.include_query_params(page=number + 1)
        headers = {"link": f'<{url}>; rel="next"'} if more else {}
        headers |= {"x-main-language": "es", "x-total-count": str(len(self.products))}
        return JSONResponse(listed, headers=headers)

    def _tiendanube_store(self, request: Request) -> Response:
        return JSONResponse({"id": int(request.path_params["store"])})

    def _bigcommerce_v3(self, request: Request) -> Response:
        number, store = int(request.query_params["page"]), request.path_params["store"]
        listed = [
            {
                "id": int(each),
                "sku": "",
                "images": [
                    {**image, "url_zoom": image["zoom_url"]}
                    for image in self._images(
                        request, f"/stores/{store}/v2/products/{each}/images.json?limit=250"
                    )
                ],
                "variants": [],
            }
            for each in self._page(number)
        ]
        pages = -(-len(self.products) // self.page_size)
        paging = {"total": len(self.products), "total_pages": pages, "current_page": number}
        return JSONResponse({"data": listed, "meta": {"pagination": paging}})

    def _bigcommerce_count(self, _: Request) -> Response:
        return JSONResponse({"count": len(self.products)})

    def _bigcommerce_v2(self, request: Request) -> Response:
        number, limit = int(request.query_params["page"]), int(request.query_params["limit"])
        if limit > 250:
            return JSONResponse([], 413)
        found = self.products[(number - 1) * limit : number * limit]
        if not found:
            return Response(status_code=204)
        return JSONResponse([{"id": int(each), "sku": ""} for each in found])

    def _evotor(self, request: Request) -> Response:
        start = int(request.query_params.get("cursor", "0"))
        following = start + self.page_size
        more = {"next_cursor": str(following)} if following < len(self.products) else {}
        items = [{"id": each, "code": ""} for each in self.products[start:following]]
        return JSONResponse({"items": items, "paging": more})

    def _openmage(self, request: Request) -> Response:
        """A page of products by id; behind the last page, the last page again."""
        limit = int(request.query_params["limit"])
        last = max(-(-len(self.products) // limit), 1)
        number = min(int(request.query_params["page"]), last)
        found = self.products[(number - 1) * limit : number * limit]
        return JSONResponse(
            {each: {"entity_id": each, "sku": self.skus.get(each, f"SKU-{each}")} for each in found}
        )
