"""Runs the fake API and the fake bucket on two ports of this machine.

Tests of the page need no deployed stack with it. By hand:

    python -m tests.gallery.fake_server --images 14
"""

import argparse
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from tests.gallery.fake_api import api
from tests.gallery.fake_shop import RefusedError
from tests.gallery.fake_state import FakeServer

from vitrine.edge.multipart import parse_form


def bucket(server: FakeServer) -> Starlette:
    """The originals bucket: takes presigned forms, from another origin than the page's."""

    async def post(request: Request) -> Response:
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
        if request.method == "OPTIONS":
            return Response(headers={**headers, "Access-Control-Allow-Methods": "POST"})
        try:
            body = await request.body()
        except ClientDisconnect:  # the page cancelled it, or was closed
            return Response(status_code=400)
        form = {part.name: part for part in parse_form(request.headers["Content-Type"], body).parts}
        _, _, batch, number, _ = form["key"].data.decode().split("/", 4)
        shop = server.shop_of(batch)
        if shop is None:
            return Response(status_code=403, headers=headers)
        try:
            await server.meet_faults(request)
        except RefusedError as refused:
            xml = f"<Error><Code>{refused.code}</Code></Error>"
            return Response(xml, refused.status, headers, "application/xml")
        with server.lock:
            shop.store(batch, int(number), form["file"].data)
        return Response(status_code=201, headers=headers)

    return Starlette(routes=[Route("/", post, methods=["POST", "OPTIONS"])])


@contextmanager
def running(port: int = 0) -> Iterator[FakeServer]:
    """A server on two free ports of this machine, until the block ends."""
    server = FakeServer()
    with _listening(api(server), port) as url, _listening(bucket(server), 0) as bucket_url:
        server.url, server.bucket_url = url, bucket_url
        yield server


@contextmanager
def _listening(app: Starlette, port: int) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(app, log_level="error", ws="none", lifespan="off")
        web = uvicorn.Server(config)
        thread = threading.Thread(target=web.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            web.should_exit = True
            web.force_exit = True
            thread.join(timeout=10)


def main() -> None:
    """Serve a shop to look at, until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=14)
    parser.add_argument("--products", type=int, default=24)
    parser.add_argument("--port", type=int, default=8900)
    wanted = parser.parse_args()
    with running(wanted.port) as server:
        shop = server.shop(scopes=["images:read", "images:write", "images:takedown"])
        shop.fill("7", wanted.images, alts=["Lámpara roja", "", "Taza"])
        for number in range(wanted.products):
            shop.fill(f"7{number:02}", 1 + number % 9)
        print(server.link(shop), flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
