"""A viewer-request function of the CDN (JavaScript), run on this machine with Node."""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, cast

from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SECONDS = 10
_CHUNK = 65_536  # bytes
_SERVE = """
const lines = require('readline').createInterface({ input: process.stdin });
let handler;
lines.on('line', (line) => {
  const sent = JSON.parse(line);
  if (!handler) {
    handler = new Function(sent + '; return handler;')();
    return;
  }
  let answer;
  try {
    answer = { results: sent.map((request) => handler({ request })) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\\n');
});
"""


def viewer_request(uri: str, accept: Sequence[str] = ()) -> dict[str, Any]:
    """The `request` of a viewer-request event.

    Args:
        uri: the request's path.
        accept: its `Accept` headers, in order.
    """
    headers: dict[str, Any] = {}
    if accept:
        headers["accept"] = {"value": accept[0]}
    if len(accept) > 1:
        headers["accept"]["multiValue"] = [{"value": each} for each in accept]
    return {"method": "GET", "uri": uri, "querystring": {}, "headers": headers, "cookies": {}}


class CdnFunction:
    """A viewer-request function in a process of Node, which stays until `close`.

    The process starts at the first call, and again after a failure. Threads may share an object.
    """

    def __init__(self, code: str, node: Path) -> None:
        """Keep what is needed to start the process.

        Args:
            code: the function's JavaScript, which defines `handler`.
            node: the `node` program.
        """
        self._code = code
        self._node = node
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def results(self, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What the function returns for each request: a request or an answer.

        Args:
            requests: requests as `viewer_request` builds them.

        Raises:
            FailureError: the function failed or took more than 10 seconds, or Node is missing.
        """
        with self._lock:
            try:
                answer = json.loads(self._exchange(json.dumps(requests)))
            except (OSError, ValueError) as error:
                self._stop()
                raise FailureError(f"The CDN's function could not be run: {error}") from None
        if "error" in answer:
            raise FailureError(f"The CDN's function failed: {answer['error']}")
        found: list[dict[str, Any]] = answer["results"]
        return found

    def rewritten_paths(self, requests: Sequence[Mapping[str, Any]]) -> list[str]:
        """The paths to which the function rewrites requests.

        Args:
            requests: requests as `viewer_request` builds them.

        Raises:
            FailureError: see `results`.
        """
        return [result["uri"] for result in self.results(requests)]

    def close(self) -> None:
        """Stop the process, if it runs."""
        with self._lock:
            self._stop()

    def _exchange(self, line: str) -> bytes:
        """Send one line to the process, and return the line that it answers."""
        stdin, stdout = self._started()
        stdin.write(line.encode() + b"\n")
        stdin.flush()
        deadline = time.monotonic() + _SECONDS
        answer = b""
        while not answer.endswith(b"\n"):
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([stdout], [], [], remaining)[0]:
                raise TimeoutError(f"no answer within {_SECONDS} seconds")
            if not (chunk := os.read(stdout.fileno(), _CHUNK)):
                raise OSError("Node ended")
            answer += chunk
        return answer

    def _started(self) -> tuple[IO[bytes], IO[bytes]]:
        """Standard input and output of the process, which is started if it does not run."""
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(
                [self._node, "-e", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            cast("IO[bytes]", self._process.stdin).write(json.dumps(self._code).encode() + b"\n")
        return cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(BrokenPipeError), self._process:  # closes the pipes and waits
                self._process = None
