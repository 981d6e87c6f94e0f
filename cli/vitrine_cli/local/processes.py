"""Background processes of a local stack: the emulator and the proxy."""

import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
from pydantic import BaseModel

from vitrine_cli.local.workspace import last_lines
from vitrine_cli.ui.failure import FailureError

_START_SECONDS = 60
_STOP_SECONDS = 3


class Process(BaseModel):
    """A background process.

    Attributes:
        pid: its process id.
        began: when it started, seconds since the epoch. Process ids are reused; this time
            distinguishes the process from a later one with the same id.
    """

    pid: int
    began: float

    def find(self) -> psutil.Process | None:
        """The process, if it is still running."""
        try:
            process = psutil.Process(self.pid)
            alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
            return process if alive and process.create_time() == self.began else None
        except psutil.NoSuchProcess:
            return None


def spawn(command: Sequence[str | Path], log: Path, environment: Mapping[str, str]) -> Process:
    """Start a server that keeps running after this command ends, and log its output.

    Args:
        command: the program and its arguments.
        log: file for the output; its folder becomes the working directory.
        environment: all environment variables of the server.
    """
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return Process(pid=process.pid, began=psutil.Process(process.pid).create_time())


def wait_for(url: str, process: Process, log: Path) -> None:
    """Wait until a server answers, for up to 60 seconds.

    Args:
        url: any URL of the server; its status does not matter.
        process: the server's process.
        log: the server's log.

    Raises:
        FailureError: the server did not answer in time, or ended. The message quotes its log.
    """
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.find():
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise FailureError(f"{url} did not answer. The last lines of its log:\n{last_lines(log)}")


def end_alone(process: Process, seconds: float) -> bool:
    """Terminate a process without its children, which it may need to the end.

    Args:
        process: the process.
        seconds: how long to wait for its end.

    Returns:
        Whether it has ended by itself. It has not if it did not run.
    """
    found = process.find()
    if found is None:
        return False
    try:
        found.terminate()
        found.wait(seconds)
    except psutil.TimeoutExpired:
        return False
    except psutil.NoSuchProcess:
        return True
    return True


def kill(process: Process) -> None:
    """End a process at once, so that it cannot store anything."""
    found = process.find()
    if found is not None:
        with suppress(psutil.NoSuchProcess):
            found.kill()
        psutil.wait_procs([found], timeout=_STOP_SECONDS)


def stop(processes: Iterable[Process]) -> None:
    """Terminate processes and their children; kill those that ignore it for 3 seconds."""
    end([process for each in processes if (process := each.find())])


def end(found: Sequence[psutil.Process]) -> None:
    """Terminate processes and their children; kill those that ignore it for 3 seconds."""
    family = set(found)
    for each in found:
        with suppress(psutil.NoSuchProcess):
            family.update(each.children(recursive=True))
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, remaining = psutil.wait_procs(family, timeout=_STOP_SECONDS)
    for process in remaining:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(remaining, timeout=_STOP_SECONDS)
