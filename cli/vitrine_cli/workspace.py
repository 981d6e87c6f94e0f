"""Where this checkout keeps what it makes for itself: `.vitrine`, safe to delete when idle."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from vitrine_cli.failure import FailureError

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".vitrine"
REGION = "us-east-1"
_TAIL = 12  # lines


def uv() -> str:
    """The program that installs packages; it came with this command."""
    from uv import find_uv_bin

    return find_uv_bin()


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let no other `vitrine` of this checkout do `what` inside the block."""
    HOME.mkdir(exist_ok=True)
    with (HOME / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tool(name: str) -> Path:
    """The folder of programs of a tool with an environment of its own: `emulator` or `sam`.

    Raises:
        FailureError: it could not be installed.
    """
    place = HOME / "tools" / name
    lock = (ROOT / "uv.lock").read_bytes()
    installed = place / ".lock"
    with alone("tools"):
        if not installed.exists() or installed.read_bytes() != lock:
            run(
                [uv(), "sync", "--locked", "--quiet", "--only-group", name],
                f"install the tools of group '{name}'",
                {**os.environ, "UV_PROJECT_ENVIRONMENT": str(place), "UV_PYTHON": sys.executable},
            )
            installed.write_bytes(lock)
    return place / "bin"


def run(command: Sequence[str | Path], purpose: str, environment: Mapping[str, str]) -> None:
    """Run a program in the checkout, its output kept in `.vitrine/last-command.log`.

    Raises:
        FailureError: it is missing or failed; the end of its output tells why.
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
        raise FailureError(f"Could not {purpose} (all of it in {log}):\n{end_of(log)}")


def end_of(log: Path) -> str:
    """The last lines of a log, where programs say why they failed."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return "\n".join(lines[-_TAIL:]) or "(empty)"


def emulator_environment(endpoint: str) -> dict[str, str]:
    """Environment variables with which AWS tools reach the emulator, and nothing else."""
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
