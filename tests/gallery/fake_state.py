"""The state behind the fake API and the fake bucket, and failures to come."""

import asyncio
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from tests.gallery.fake_shop import FakeShop, RefusedError


@dataclass(slots=True)
class Fault:
    """What happens to the next requests that fit, instead of or before the answer.

    Attributes:
        method: HTTP method.
        path: a pattern that the path contains.
        times: how many requests; they are counted down.
        refusal: the answer, if any.
        seconds: delay before the answer.
        before: called before the answer.
    """

    method: str
    path: str
    times: int = 1
    refusal: RefusedError | None = None
    seconds: float = 0.0
    before: Callable[[], None] | None = None


@dataclass(slots=True)
class FakeServer:
    """The state behind both ports.

    Attributes:
        shops: by token.
        faults: prepared failures, the first that fits is taken.
        requests: what arrived at the API: method and path.
    """

    shops: dict[str, FakeShop] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    bucket_url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def shop(self, name: str = "lamps", **settings: Any) -> FakeShop:
        """A new shop with its own token."""
        token = secrets.token_urlsafe(24)
        self.shops[token] = FakeShop(id=name, token=token, **settings)
        return self.shops[token]

    def knows(self, token: str) -> bool:
        """Whether a token is one of this test's: pages of earlier tests may still be sending."""
        return token in self.shops

    def shop_of(self, batch: str) -> FakeShop | None:
        """The shop of a batch of uploads; None if it is none of this test's."""
        with self.lock:
            return next((each for each in self.shops.values() if batch in each.batches), None)

    def link(self, *shops: FakeShop) -> str:
        """A link that opens the page signed in."""
        return f"{self.url}/gallery/#t={','.join(each.token for each in shops)}"

    def refuse(self, method: str, path: str, status: int, code: str, times: int = 1) -> None:
        """Refuse the next requests that fit."""
        self.faults.append(Fault(method, path, times, RefusedError(status, code)))

    def sent(self, method: str, path: str) -> int:
        """How many requests that fit have arrived at the API."""
        return sum(
            method == each and re.search(path, where) is not None for each, where in self.requests
        )

    def policy(self) -> str:
        """The page's content security policy, as GalleryHeaders of template.yaml states it."""
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; "
            "img-src 'self' blob: data:; "
            f"connect-src 'self' {self.bucket_url}; form-action 'none'; "
            "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
        )

    async def meet_faults(self, request: Request) -> None:
        """Do what is prepared for this request, if anything.

        Raises:
            RefusedError: it is to be refused.
        """
        for fault in list(self.faults):  # the other port's thread changes them, too
            if fault.method != request.method or not re.search(fault.path, request.url.path):
                continue
            fault.times -= 1
            if fault.times == 0:
                self.faults.remove(fault)
            if fault.before is not None:
                fault.before()
            await asyncio.sleep(fault.seconds)
            if fault.refusal is not None:
                raise fault.refusal
            return
