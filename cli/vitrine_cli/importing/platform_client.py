"""Reading a platform's API: signs requests, obeys its rate limit, and tries again after failures.

The token goes to the host of `--source` and to no other; redirects are not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from vitrine.clock import now
from vitrine_cli.importing.rate_limits import LONGEST_WAIT, Limited, Rule, pause_after
from vitrine_cli.ui.failure import FailureError

_TRIES = 5
_TIMEOUT = 30.0  # seconds without a byte
_SHOWN_WAIT = 2.0  # seconds from which a wait is told
_STOPPING: Mapping[int, str] = {
    401: "The platform does not know the token (401)",
    402: "The platform asks the shop for a payment (402)",
    403: "The token lacks a scope, or is another store's (403)",
}


class PausedError(Exception):
    """The import is to end now, and can be resumed."""


@dataclass
class PlatformClient:
    """A client of one platform's API.

    Attributes:
        base: URL of the API.
        http: sends requests, with the headers or signature of the platform.
        rule: the platform's rate limit.
        wait: waits for a number of seconds; False if the import is to end.
        tell: shows a message to the operator.
        needs: the scope that the token needs, for messages.
    """

    base: str
    http: httpx.Client
    rule: Rule
    wait: Callable[[float], bool]
    tell: Callable[[str], None]
    needs: str
    _pause: float = field(default=0.0, init=False)

    def get(self, url: str, **parameters: str | int) -> httpx.Response | None:
        """The answer to a GET request; None if the platform has no such thing (404, 204).

        Args:
            url: a path below the base, or a whole URL of the same host.
            parameters: the query; empty to keep the URL's own.

        Raises:
            FailureError: the platform refuses the token, answers no JSON, or fails again and again.
            PausedError: the import is to end, or would have to wait too long.
        """
        target = urljoin(f"{self.base}/", url)
        if urlsplit(target)[:2] != urlsplit(self.base)[:2]:
            raise FailureError(f"The platform's list leads to another host: {target}")
        failures = refusals = 0
        while True:
            self._rest()
            try:
                answer = self.http.get(target, params=parameters or None)
            except httpx.TransportError as error:
                failures += 1
                self._give_up_after(failures, f"{type(error).__name__}")
                continue
            refused = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            refusals = refusals + 1 if refused else 0
            self._note(answer, refusals)
            if refused:
                continue
            if answer.is_server_error:
                failures += 1
                self._give_up_after(failures, f"status {answer.status_code}")
                continue
            return self._checked(answer)

    def json(self, url: str, **parameters: str | int) -> Any:
        """The JSON of an answer; None as of `get`."""
        answer = self.get(url, **parameters)
        return None if answer is None else answer.json()

    def _rest(self) -> None:
        """Wait as the last answer asked for."""
        seconds, self._pause = self._pause, 0.0
        if seconds >= _SHOWN_WAIT:
            self.tell(f"waiting {seconds:.0f} s: the platform's rate limit")
        if not self.wait(seconds):
            raise PausedError

    def _note(self, answer: httpx.Response, refusals: int) -> None:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._pause = pause_after(Limited(answer.status_code, headers, refusals), self.rule, now())
        if self._pause > LONGEST_WAIT:
            self.tell(f"The platform asks to wait for {self._pause / 60:.0f} minutes.")
            raise PausedError

    def _give_up_after(self, failures: int, what: str) -> None:
        if failures >= _TRIES:
            host = urlsplit(self.base).netloc
            raise FailureError(f"{host} fails again and again ({what}).")
        self._pause = max(self._pause, float(2 ** (failures - 1)))

    def _checked(self, answer: httpx.Response) -> httpx.Response | None:
        status, host = answer.status_code, urlsplit(self.base).netloc
        if status in _STOPPING:
            raise FailureError(f"{_STOPPING[status]}; it needs {self.needs}.")
        if status in (httpx.codes.NOT_FOUND, httpx.codes.NO_CONTENT):
            return None
        if not answer.is_success:
            raise FailureError(f"{host} answers {answer.url.path} with status {status}.")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise FailureError(
                f"{host} answers {kind or 'no media type'} instead of JSON: is --source right?"
            )
        try:
            answer.json()
        except ValueError:
            raise FailureError(f"{host} answers {answer.url.path} with broken JSON.") from None
        return answer


def http_client(headers: Mapping[str, str], auth: httpx.Auth | None = None) -> httpx.Client:
    """A client that sends these headers with every request and follows no redirect."""
    return httpx.Client(headers=dict(headers), auth=auth, timeout=_TIMEOUT, follow_redirects=False)
