"""Places for requests in functions: so many at once, so many waiting, for so long."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_PER_PROCESSOR = 4
_WAITING = 100
_SECONDS = 29.0
"""API Gateway waits so long for a function, too."""


_PICTURES_PER_PROCESSOR = 2
_PICTURES_WAITING = 200
_PICTURE_SECONDS = 60.0
"""Browsers wait longer for a picture, and ask for all pictures of a page at once."""


class NoPlaceError(Exception):
    """Too many requests wait already, or one has waited too long."""


class Places:
    """The requests that functions work on at the same time, and those that wait for a place."""

    def __init__(
        self, at_once: int = 0, waiting: int = _WAITING, seconds: float = _SECONDS
    ) -> None:
        """Make the places free.

        Args:
            at_once: how many requests functions may work on; 0 for four per processor.
            waiting: how many more may wait.
            seconds: how long each may wait.
        """
        at_once = at_once or _PER_PROCESSOR * (os.cpu_count() or 1)
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._present = 0  # requests that have a place or wait for one
        self._seconds = seconds

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Hold a place inside the block, in order of arrival.

        Raises:
            NoPlaceError: there is none.
        """
        if self._present >= self._most:
            raise NoPlaceError(f"{self._present} requests are there already")
        self._present += 1
        try:
            await self._take()
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._present -= 1

    async def _take(self) -> None:
        try:
            await asyncio.wait_for(self._free.acquire(), self._seconds)
        except TimeoutError:
            raise NoPlaceError(f"no place within {self._seconds:g} seconds") from None


def picture_places() -> Places:
    """Places for missing pictures, which functions render, so that the API keeps its own."""
    at_once = _PICTURES_PER_PROCESSOR * (os.cpu_count() or 1)
    return Places(at_once, _PICTURES_WAITING, _PICTURE_SECONDS)
