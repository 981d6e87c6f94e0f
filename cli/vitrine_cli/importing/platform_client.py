"""Reading a platform's API: signs requests, obeys its rate limit, and tries again after failures.

The token goes to the host of `--source` and to no other; redirects are not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from vitrine.clock import now
from vitrine_cli.importing.paging import Identified, Seen
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


Form = TypeVar("Form")
Entry = TypeVar("Entry", bound=Identified)


class PausedError(Exception):
    """The import is to end now, and can be resumed."""


class GoneError(Exception):
    """The platform has no such thing (404)."""


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

    @property
    def host(self) -> str:
        """The platform's host."""
        return urlsplit(self.base).netloc

    def get(self, url: str, **parameters: str | int) -> httpx.Response | None:
        """The answer to a GET request; None if it has no content (204).

        Args:
            url: a path below the base, or a whole URL of the same host.
            parameters: the query; empty to keep the URL's own.

        Raises:
            GoneError: the platform has no such thing.
            FailureError: the platform refuses the token, answers no JSON, or fails again and again.
            PausedError: the import is to end, or would have to wait too long.
        """
        target = self._target(url)
        failures = refusals = 0
        while True:
            self._rest()
            try:
                answer = self.http.get(target, params=parameters or None)
            except httpx.RequestError as error:
                failures += 1
                self._give_up_after(failures, target, str(error) or type(error).__name__)
                continue
            refused = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            refusals = refusals + 1 if refused else 0
            self._note(answer, refusals)
            if refused:
                continue
            if answer.is_server_error:
                failures += 1
                self._give_up_after(failures, target, f"status {answer.status_code}")
                continue
            return self._checked(answer)

    def read(
        self, form: TypeAdapter[Form], url: str, **parameters: str | int
    ) -> tuple[Form, httpx.Response] | None:
        """An answer's JSON in the form that the platform documents, and the answer itself.

        Args:
            form: the form.
            url: as for `get`; it raises the same errors.
            parameters: as for `get`.

        Returns:
            None if the answer has no content (204).

        Raises:
            FailureError: the answer has another form.
        """
        answer = self.get(url, **parameters)
        if answer is None:
            return None
        place = f"{self.host} answers {answer.url.path}"
        try:
            found = answer.json()
        except (ValueError, RecursionError):
            raise FailureError(f"{place} with broken JSON.") from None
        try:
            return form.validate_python(found), answer
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            member = ".".join(map(str, first["loc"])) or "the whole answer"
            reason = first["msg"].removeprefix("Value error, ").rstrip(".")
            raise FailureError(
                f"{place} in an unexpected form ({member}: {reason}): is --source right?"
            ) from None

    def read_first(
        self, form: TypeAdapter[Form], url: str, **parameters: str | int
    ) -> tuple[Form, httpx.Response] | None:
        """As `read`, of something that every store has.

        Raises:
            FailureError: the platform does not know it: host or store are wrong.
        """
        try:
            return self.read(form, url, **parameters)
        except GoneError:
            parts = urlsplit(self._target(url))
            raise FailureError(
                f"{parts.netloc} has no {parts.path} (404): are --from, --source and --store right?"
            ) from None

    def read_linked(
        self, form: TypeAdapter[list[Entry]], url: str, **parameters: str | int
    ) -> Iterator[tuple[list[Entry], httpx.Response, str | None]]:
        """The pages of a list whose `Link` headers name the next page, each with that URL.

        An entry that an earlier page had is left out.

        Args:
            form: the form of a page.
            url: the first page, as for `read`; it raises the same errors.
            parameters: the query of the first page.

        Raises:
            FailureError: the pages lead back to one that was read already, or bring nothing new.
        """
        read = {str(httpx.URL(self._target(url), params=parameters or None))}
        seen = Seen()
        following: str | None = url
        while following is not None:
            found = self.read(form, following, **parameters)
            if found is None:
                return
            listed, answer = found
            following, parameters = answer.links.get("next", {}).get("url"), {}
            if following is not None:
                target = str(httpx.URL(self._target(following)))
                if target in read:
                    raise FailureError(
                        f"The list of {self.host} leads back to a page that was "
                        f"read already: {target}"
                    )
                read.add(target)
            new = seen.new(listed)
            if following is not None:
                seen.require_progress(self.host)
            yield new, answer, following

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

    def _give_up_after(self, failures: int, url: str, what: str) -> None:
        if failures >= _TRIES:
            parts = urlsplit(url)
            raise FailureError(f"{parts.netloc} fails again and again at {parts.path} ({what}).")
        self._pause = max(self._pause, float(2 ** (failures - 1)))

    def _target(self, url: str) -> str:
        """The whole URL, of the host that the token is for."""
        try:
            target = urljoin(f"{self.base}/", url)
            is_own = urlsplit(target)[:2] == urlsplit(self.base)[:2]
            httpx.URL(target)
        except (ValueError, httpx.InvalidURL):
            host = self.host
            raise FailureError(f"The list of {host} leads to '{url}', which is no URL.") from None
        if not is_own:
            raise FailureError(f"The platform's list leads to another host: {target}")
        return target

    def _checked(self, answer: httpx.Response) -> httpx.Response | None:
        status = answer.status_code
        place = f"{self.host} answers {answer.url.path}"
        if status in _STOPPING:
            is_scope = status == httpx.codes.FORBIDDEN
            needed = f"; it needs {self.needs}" if is_scope else ""
            raise FailureError(f"{_STOPPING[status]}{needed}.")
        if status == httpx.codes.NOT_FOUND:
            raise GoneError
        if status == httpx.codes.NO_CONTENT:
            return None
        if answer.has_redirect_location:
            to = answer.headers["location"]
            raise FailureError(f"{place} with a redirect to {to}: is --source right?")
        if not answer.is_success:
            raise FailureError(f"{place} with status {status}.")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise FailureError(
                f"{place} with {kind or 'no media type'} instead of JSON: is --source right?"
            )
        return answer


def http_client(headers: Mapping[str, str], auth: httpx.Auth | None = None) -> httpx.Client:
    """A client that sends these headers with every request and follows no redirect."""
    return httpx.Client(headers=dict(headers), auth=auth, timeout=_TIMEOUT, follow_redirects=False)
