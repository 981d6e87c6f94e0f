"""One AWS service: requests signed, sent, tried again, and their errors told."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vitrine.aws import retries
from vitrine.aws.connections import Connections
from vitrine.aws.credentials import Credentials, from_environment
from vitrine.aws.dates import parse_date
from vitrine.aws.endpoints import endpoint, signing_region
from vitrine.aws.errors import NoAnswerError, error_of
from vitrine.aws.signing import UNSIGNED, Signer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vitrine.aws.messages import Answer, Request, Times

_SKEW_SECONDS = 240.0  # clocks that differ by less are no reason to be refused


class _PassingError(Exception):
    """An attempt failed for a reason that may pass."""

    def __init__(
        self,
        failure: Exception,
        *,
        throttled: bool = False,
        mended: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(failure)
        self.failure = failure
        self.throttled = throttled
        self.mended = mended
        self.headers = headers or {}


class Service:
    """A service in this function's region, for several threads.

    Args:
        name: as hosts and signatures name it, such as `dynamodb`.
        error_in: what a failed answer tells: `{"Error": {"Code": …, "Message": …}}` and more.
        times: how long to try.
    """

    def __init__(
        self,
        name: str,
        error_in: Callable[[Answer], dict[str, Any]],
        times: Times,
    ) -> None:
        self.endpoint, self.is_own = endpoint(name)
        self.signer = Signer(name, signing_region(name))
        self._error_in = error_in
        self._times = times
        self._skew = 0.0  # seconds by which the service's clock is ahead
        self._quota = retries.Quota()
        self._hosts: dict[str, Connections] = {}

    def open(self, url: str) -> Connections:
        """The connections to a host; making the first prepares TLS, but connects to nothing."""
        found = self._hosts.get(url)
        if found is None:
            made = Connections(url, self._times.connect, self._times.read)
            found = self._hosts.setdefault(url, made)
        return found

    def now(self) -> float:
        """Seconds since 1970, by the service's clock as far as it is known."""
        return time.time() + self._skew

    def send(self, request: Request) -> Answer:
        """The answer to a request, if it is a good one.

        A request that is not repeatable is sent again only after an answer that refuses it.

        Raises:
            ClientError: the service answers with an error.
            NoAnswerError: there is no answer, or none that is whole.
        """
        mended, paid = False, 0
        for attempt in count(1):
            try:
                answer = self._attempt(request)
            except _PassingError as passing:
                if passing.mended and not mended:
                    mended = True
                    continue
                is_last = attempt >= self._times.attempts + mended or passing.mended
                if is_last or not (request.repeatable or passing.throttled):
                    raise passing.failure from passing.__cause__
                paid = self._quota.take(throttled=passing.throttled)
                if not paid:
                    raise passing.failure from passing.__cause__
                time.sleep(
                    retries.backoff(
                        attempt - mended,
                        throttled=passing.throttled,
                        headers=passing.headers,
                        scale=self._times.scale,
                    )
                )
            else:
                self._quota.give_back(paid)
                return answer
        raise AssertionError("counting ends")

    def _attempt(self, request: Request) -> Answer:
        signed_by = from_environment()
        try:
            answer = self._ask(request, signed_by)
        except OSError as error:
            failure = NoAnswerError(f"{request.operation}: {error!r}")
            raise _PassingError(failure) from error
        if answer.status < 300:
            if fault := request.fault(answer):
                raise _PassingError(NoAnswerError(f"{request.operation}: {fault}"))
            return answer
        response = self._error_in(answer)
        response["ResponseMetadata"] = {
            "HTTPStatusCode": answer.status,
            "RequestId": answer.headers.get("x-amzn-requestid")
            or answer.headers.get("x-amz-request-id", ""),
        }
        code = response["Error"]["Code"]
        refused = error_of(response, request.operation)
        if retries.is_skewed(code) and self._set_clock(answer):
            raise _PassingError(refused, mended=True)
        if retries.is_expired(code) and from_environment() != signed_by:
            raise _PassingError(refused, mended=True)
        throttled = retries.is_throttled(answer.status, code)
        if throttled or retries.is_transient(answer.status, code):
            raise _PassingError(refused, throttled=throttled, headers=answer.headers)
        raise refused

    def _ask(self, request: Request, signed_by: Credentials) -> Answer:
        connections = self.open(request.url)
        headers = {"host": connections.host, **request.headers}
        signs_body = request.sign_body or not request.url.startswith("https:")
        payload = sha256(request.body).hexdigest() if signs_body else UNSIGNED
        headers |= self.signer.sign(
            signed_by,
            self.now(),
            request.method,
            request.path,
            request.query,
            headers,
            payload,
        )
        headers["user-agent"] = "Vitrine"
        if trace := os.environ.get("_X_AMZN_TRACE_ID"):  # by which Lambda finds endless loops
            headers["x-amzn-trace-id"] = quote(trace, safe="-=;:+&[]{}\"',")
        target = f"{request.path}?{request.query}" if request.query else request.path
        return connections.ask(
            request.method, target, headers, request.body, repeatable=request.repeatable
        )

    def _set_clock(self, answer: Answer) -> bool:
        """Whether the service's clock tells another time than ours, and is now followed."""
        try:
            ahead = parse_date(answer.headers["date"]).timestamp() - time.time()
        except (KeyError, ValueError):
            return False
        if abs(ahead - self._skew) < _SKEW_SECONDS:
            return False
        self._skew = ahead
        return True
