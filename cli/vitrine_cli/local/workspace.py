"""The folder `.vitrine` of this checkout: tools, builds and the state of local stacks.

It can be deleted while no local stack runs.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from vitrine_cli.ui.failure import FailureError

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / ".vitrine"
REGION = "us-east-1"
_TAIL = 12  # lines of a log that an error message quotes


def uv() -> str:
    """Path of the `uv` program, which is installed together with this command."""
    from uv import find_uv_bin

    return find_uv_bin()


@contextmanager
def exclusive_lock(name: str) -> Iterator[None]:
    """Hold a lock of this name inside the block; other `vitrine` processes wait for it."""
    HOME.mkdir(exist_ok=True)
    with (HOME / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tool_bin(group: str) -> Path:
    """The `bin` folder of a tool that has its own environment, installed if necessary.

    Args:
        group: the dependency group of `pyproject.toml` that names the tool, such as `sam`.

    Raises:
        FailureError: the installation failed.
    """
    folder = HOME / "tools" / group
    lock = (ROOT / "uv.lock").read_bytes()
    installed = folder / ".lock"
    with exclusive_lock("tools"):
        if not installed.exists() or installed.read_bytes() != lock:
            run(
                [uv(), "sync", "--locked", "--quiet", "--only-group", group],
                f"install the tools of group '{group}'",
                {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder), "UV_PYTHON": sys.executable},
            )
            installed.write_bytes(lock)
    return folder / "bin"


def run(command: Sequence[str | Path], purpose: str, environment: Mapping[str, str]) -> None:
    """Run a program in the checkout and write its output to `.vitrine/last-command.log`.

    Args:
        command: the program and its arguments.
        purpose: what the program does, for the error message: "Could not <purpose>".
        environment: all environment variables of the program.

    Raises:
        FailureError: the program does not exist or failed. The message quotes the log's last lines.
    """
    log = HOME / "last-command.log"
    try:
        with log.open("w") as out:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, check=False
            )
    except FileNotFoundError:
        raise FailureError(f"Could not {purpose}: {Path(command[0]).name} is missing.") from None
    if done.returncode:
        raise FailureError(f"Could not {purpose} (full output in {log}):\n{last_lines(log)}")


def last_lines(log: Path) -> str:
    """The last lines of a log, where most programs print the cause of a failure."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return "\n".join(lines[-_TAIL:]) or "(empty)"


def emulator_environment(endpoint: str) -> dict[str, str]:
    """Environment variables for AWS tools that must reach the emulator and never AWS.

    Args:
        endpoint: the emulator's URL.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **inherited,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }
