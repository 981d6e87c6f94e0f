"""The CDN's own function, run here on Node as the CDN runs it."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from vitrine_cli.failure import FailureError

_SECONDS = 10
_RUN = """
const [code, requests] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const handler = new Function(code + '; return handler;')();
console.log(JSON.stringify(requests.map((request) => handler({ request }).uri)));
"""


def available() -> bool:
    """Whether there is a Node on this machine."""
    return shutil.which("node") is not None


def viewer_request(uri: str, accept: Sequence[str] = ()) -> dict[str, Any]:
    """A request as such a function gets it.

    Args:
        uri: its path.
        accept: its `Accept` headers, in their order.
    """
    headers: dict[str, Any] = {}
    if accept:
        headers["accept"] = {"value": accept[0]}
    if len(accept) > 1:
        headers["accept"]["multiValue"] = [{"value": each} for each in accept]
    return {"method": "GET", "uri": uri, "querystring": {}, "headers": headers, "cookies": {}}


def rewritten(code: str, requests: Sequence[Mapping[str, Any]]) -> list[str]:
    """The paths that a function of the event `viewer-request` makes of those of requests.

    Raises:
        FailureError: the function failed, or there is no Node.
    """
    try:
        done = subprocess.run(
            ["node", "-e", _RUN],
            input=json.dumps([code, requests]),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise FailureError(f"The CDN's function could not be run: {error}") from None
    if done.returncode:
        raise FailureError(f"The CDN's function failed: {done.stderr}")
    paths: list[str] = json.loads(done.stdout)
    return paths
