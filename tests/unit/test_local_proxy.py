"""The local stack's proxy sends on what its client sent, and nothing else."""

import asyncio

import httpx
import pytest

from vitrine_cli.local.proxy import Proxy, make_client
from vitrine_cli.local.second_origin import SecondOrigin


@pytest.mark.parametrize("path", ["/v1/555/products/7/images", "/media/shop1/a.png"])
def test_the_proxy_adds_no_header_that_the_client_did_not_send(path: str) -> None:
    """A missing User-Agent must be seen by the functions (contract: tiendanube §2)."""
    received: list[httpx.Request] = []

    def emulator(request: httpx.Request) -> httpx.Response:
        received.append(request)
        return httpx.Response(200, text="ok")

    async def fetch() -> httpx.Response:
        client = make_client("http://emulator.example", httpx.MockTransport(emulator))
        proxy = Proxy(client, "api", "cdn.example", SecondOrigin("function", None))
        outside = httpx.AsyncClient(transport=httpx.ASGITransport(proxy))
        outside.headers.clear()
        async with client, outside:
            return await outside.get(f"http://127.0.0.1:8000{path}")

    assert asyncio.run(fetch()).text == "ok"

    assert set(received[0].headers) == {"host", "x-forwarded-proto"}
