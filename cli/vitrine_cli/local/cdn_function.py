"""The CDN's viewer-request function (JavaScript), run on this machine with Node."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from vitrine_cli.ui.failure import FailureError

_SECONDS = 10
_RUN = """
const [code, requests] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const handler = new Function(code + '; return handler;')();
console.log(JSON.stringify(requests.map((request) => handler({ request }).uri)));
"""


def node_available() -> bool:
    """Whether Node is installed on this machine."""
    return shutil.which("node") is not None


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


def rewritten_paths(code: str, requests: Sequence[Mapping[str, Any]]) -> list[str]:
    """The paths to which a viewer-request function rewrites requests.

    Args:
        code: the function's JavaScript.
        requests: requests as `viewer_request` builds them.

    Raises:
        FailureError: the function failed, or Node is not installed.
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
