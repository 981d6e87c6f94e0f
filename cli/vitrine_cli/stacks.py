"""Which local stacks run, and on what: one file each, so that any command finds them again."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
from pydantic import BaseModel, ValidationError

from vitrine_cli.failure import FailureError
from vitrine_cli.workspace import HOME

_STOP_SECONDS = 3


class Process(BaseModel):
    """A process of ours; the time it began tells it from a later one of the same number."""

    pid: int
    began: float

    @classmethod
    def of(cls, pid: int) -> "Process":
        """The process that has this number now."""
        return cls(pid=pid, began=psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The process, while it runs."""
        try:
            process = psutil.Process(self.pid)
            alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
            return process if alive and process.create_time() == self.began else None
        except psutil.NoSuchProcess:
            return None


class Description(BaseModel):
    """What a client needs to know of a running stack; `vitrine up --json` prints it."""

    base_url: str
    media_url: str
    shop: str
    credentials: Mapping[str, Mapping[str, str]]


class Stack(BaseModel):
    """A stack on this machine.

    Attributes:
        port: where clients reach it.
        endpoint: where AWS tools reach its emulator.
        processes: what runs for it.
        outputs: what the deployed template says of itself; empty until it is deployed.
        description: what clients need to know; None until the shop is there.
    """

    port: int
    endpoint: str
    processes: list[Process] = []
    outputs: dict[str, str] = {}
    description: Description | None = None

    @property
    def folder(self) -> Path:
        """Where its logs and temporary files are."""
        return _folder(self.port)

    @property
    def alive(self) -> bool:
        """Whether it was started to its end, and all of it still runs."""
        started = self.description is not None
        return started and all(process.find() for process in self.processes)

    @property
    def shop(self) -> Description:
        """What clients need to know.

        Raises:
            FailureError: the stack was not started to its end.
        """
        if self.description is None:
            raise FailureError("The stack has no shop.")
        return self.description

    def save(self) -> None:
        """Remember it for other commands."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / "stack.json.new"
        unfinished.write_text(self.model_dump_json(indent=2))
        unfinished.replace(self.folder / "stack.json")

    def stop(self) -> None:
        """End its processes, their children too, and remove its files."""
        import shutil

        found = [process for each in self.processes if (process := each.find())]
        family = [child for process in found for child in process.children(recursive=True)]
        for process in (*found, *family):
            _signal(process, "terminate")
        _, stubborn = psutil.wait_procs((*found, *family), timeout=_STOP_SECONDS)
        for process in stubborn:
            _signal(process, "kill")
        psutil.wait_procs(stubborn, timeout=_STOP_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


def _signal(process: psutil.Process, how: str) -> None:
    with suppress(psutil.NoSuchProcess):
        getattr(process, how)()


def _folder(port: int) -> Path:
    return HOME / "stacks" / str(port)


def load(port: int) -> Stack | None:
    """The stack of a port, running or not."""
    file = _folder(port) / "stack.json"
    if not file.exists():
        return None
    try:
        return Stack.model_validate_json(file.read_text())
    except ValidationError:  # not of this version, or damaged: there is nothing in it to stop
        return Stack(port=port, endpoint="")


def known() -> list[Stack]:
    """All stacks of this checkout, running or not."""
    ports = [int(each.parent.name) for each in (HOME / "stacks").glob("*/stack.json")]
    return [stack for port in sorted(ports) if (stack := load(port))]


def started(port: int | None) -> Stack:
    """The stack of a port, whether it still runs or not, or the only one there is.

    Raises:
        FailureError: there is none, or more than one to choose from.
    """
    found = known() if port is None else [stack for stack in [load(port)] if stack]
    if not found:
        raise FailureError(
            "No stack was started." if port is None else f"No stack was started on port {port}."
        )
    if len(found) > 1:
        ports = ", ".join(str(stack.port) for stack in found)
        raise FailureError(f"Several stacks were started (ports {ports}); choose one with --port.")
    return found[0]


def running(port: int | None) -> Stack:
    """The running stack of a port, or the only one there is.

    Raises:
        FailureError: there is none, or more than one to choose from.
    """
    stacks = [stack for stack in known() if stack.alive and port in (None, stack.port)]
    if not stacks:
        where = "" if port is None else f" on port {port}"
        raise FailureError(f"No stack runs{where}; start one with 'vitrine up'.")
    if len(stacks) > 1:
        ports = ", ".join(str(stack.port) for stack in stacks)
        raise FailureError(f"Several stacks run (ports {ports}); choose one with --port.")
    return stacks[0]
