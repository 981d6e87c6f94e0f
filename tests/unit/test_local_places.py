"""The local stack works on so many requests at once, lets some wait, and refuses the rest."""

import asyncio

import httpx
import pytest

from vitrine_cli.local.places import NoPlaceError, Places
from vitrine_cli.local.proxy import Proxy, make_client
from vitrine_cli.local.second_origin import SecondOrigin


class Functions(httpx.AsyncBaseTransport):
    """Functions that answer when the test opens the gate. The CDN's first origin has no picture.

    Attributes:
        busy: requests that they work on.
        most: the most requests that they worked on at the same time.
    """

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.busy = self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers["host"] == "cdn.example":
            return httpx.Response(404)
        self.busy += 1
        self.most = max(self.most, self.busy)
        await self.gate.wait()
        self.busy -= 1
        return httpx.Response(200, text=request.url.path)


async def send(
    functions: Functions,
    places: Places,
    picture_places: Places,
    number: int,
    path: str,
    refused: int,
) -> list[int]:
    """The statuses of so many requests at once, in the order in which they were answered."""
    client = make_client("http://emulator.example", functions)
    origin = SecondOrigin("https://function.example/", None)
    apis = ("api", "native", "cdn.example", "originals", origin)
    proxy = Proxy(client, *apis, places=places, picture_places=picture_places)
    outside = httpx.AsyncClient(
        transport=httpx.ASGITransport(proxy), base_url="http://127.0.0.1:8000"
    )
    async with client, outside:
        pending = [asyncio.ensure_future(outside.get(path)) for _ in range(number)]
        statuses = []
        for each in asyncio.as_completed(pending):
            answer = await each
            statuses.append(answer.status_code)
            if (
                statuses.count(refused) == number - 6 and not functions.gate.is_set()
            ):  # all that find no place are answered first
                while functions.busy < 2:
                    await asyncio.sleep(0)
                functions.gate.set()
        return statuses


@pytest.mark.parametrize(("path", "refused"), [("/v1/555/images", 503), ("/media/1/a.png", 502)])
def test_requests_beyond_those_at_work_and_those_waiting_are_refused_at_once(
    path: str, refused: int
) -> None:
    """Missing pictures are such requests, too, as a function renders them; they have own places."""

    async def run() -> tuple[list[int], int]:
        functions = Functions()
        these, those = Places(at_once=2, waiting=4), Places(at_once=10)
        places = (those, these) if path.startswith("/media/") else (these, those)
        sent = send(functions, *places, 10, path, refused)
        statuses = await asyncio.wait_for(sent, timeout=20)
        return statuses, functions.most

    statuses, most = asyncio.run(run())

    assert statuses == [refused] * 4 + [200] * 6
    assert most == 2


def test_a_request_waits_for_so_long_and_leaves_no_trace() -> None:
    async def run() -> None:
        places = Places(at_once=1, waiting=1, seconds=0.01)
        async with places.hold():
            for _ in range(3):
                with pytest.raises(NoPlaceError, match=r"no place within 0\.01 seconds"):
                    async with places.hold():
                        pytest.fail("two at once")
        async with places.hold():
            pass

    asyncio.run(run())


def test_a_place_is_free_again_after_a_failure() -> None:
    async def run() -> None:
        places = Places(at_once=1, waiting=0)
        for _ in range(2):
            with pytest.raises(ValueError, match="broken"):
                async with places.hold():
                    raise ValueError("broken")

    asyncio.run(run())
