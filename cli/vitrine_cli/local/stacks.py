"""The local stacks of this checkout, each remembered in a file so that any command finds it."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from vitrine_cli.local import ownership, processes
from vitrine_cli.local.processes import Process
from vitrine_cli.local.workspace import HOME
from vitrine_cli.ui.failure import FailureError

FORM_PATH = "/originals/"
"""Path of a local stack to which clients post presigned forms."""


class Description(BaseModel):
    """What a client needs to know about a running stack; `vitrine up --json` prints it.

    Attributes:
        base_url: URL of the API.
        media_url: URL of the CDN.
        shop: id of the demo shop.
        credentials: values that clients of each dialect send, by dialect and name.
        gallery_url: URL of the gallery page; None if it could not be built.
        formats: "accepted" if the CDN chooses the format of a picture by `Accept`; "own" if every
            client gets a rendition's own format, because Node is missing.
    """

    base_url: str
    media_url: str
    shop: str
    credentials: Mapping[str, Mapping[str, str]]
    gallery_url: str | None = None
    formats: Literal["accepted", "own"] = "accepted"


class Stack(BaseModel):
    """A stack on this machine.

    Attributes:
        port: where clients reach the API and the CDN.
        endpoint: URL of the AWS emulator.
        id: random, another one for each start; its processes have it in their environment.
        damaged: whether the stack's file cannot be read; nothing else is known then.
        processes: its background processes.
        outputs: outputs of the deployed template; empty until it is deployed.
        description: what clients need to know; None until the demo shop exists.
        without_node: why Node could not be installed; None if there is Node.
        without_gallery: why the gallery page could not be built; None if it is there.
    """

    port: int
    endpoint: str
    id: str = ""
    damaged: bool = Field(default=False, exclude=True)
    processes: list[Process] = []
    outputs: dict[str, str] = {}
    description: Description | None = None
    without_node: str | None = None
    without_gallery: str | None = None

    @property
    def folder(self) -> Path:
        """The folder of its logs and temporary files."""
        return _folder(self.port)

    @property
    def alive(self) -> bool:
        """Whether the stack started completely and all of its processes still run."""
        started = self.description is not None
        return started and all(process.find() for process in self.processes)

    @property
    def shop(self) -> Description:
        """What clients need to know.

        Raises:
            FailureError: the stack did not start completely.
        """
        if self.description is None:
            raise FailureError("The stack has no shop.")
        return self.description

    def save(self) -> None:
        """Write the stack's file, so that other commands find the stack."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / "stack.json.new"
        unfinished.touch(mode=0o600)  # it contains the credentials of the demo shop
        unfinished.write_text(self.model_dump_json(indent=2))
        unfinished.replace(self.folder / "stack.json")

    @property
    def mark(self) -> ownership.Mark:
        """What its processes have in their environment."""
        return ownership.Mark(self.port, self.id, HOME)

    @property
    def is_current(self) -> bool:
        """Whether the stack's folder is still this start's, and not a later one's."""
        present = load(self.port)
        return present is not None and present.id == self.id and not present.damaged

    def stop(self) -> None:
        """Stop its processes and delete its files. Another start's are left alone.

        If the stack's file is damaged or missing, all processes of this checkout's stack on this
        port are stopped.
        """
        processes.stop(self.processes)
        present, running = load(self.port), ownership.processes_of(self.port)
        if present is not None and not present.damaged and present.id != self.id:
            return
        theirs = set() if self.damaged else running.keys() - {"", self.id}
        if theirs:  # a later start, which has not written its file yet
            return
        processes.end([each for found in running.values() for each in found])
        shutil.rmtree(self.folder, ignore_errors=True)


def _folder(port: int) -> Path:
    return HOME / "stacks" / str(port)


def load(port: int) -> Stack | None:
    """The stack of a port, running or not; None if there is none."""
    file = _folder(port) / "stack.json"
    if not file.exists():
        return None
    try:
        return Stack.model_validate_json(file.read_text())
    except ValidationError:  # damaged, or of another version
        return Stack(port=port, endpoint="", damaged=True)


def known() -> list[Stack]:
    """All stacks of this checkout, running or not, by port.

    A stack whose file is missing is found by its processes.
    """
    ports = {
        int(each.parent.name)
        for each in (HOME / "stacks").glob("*/stack.json")
        if each.parent.name.isdecimal()
    }
    found = {port: load(port) for port in ports | ownership.ports()}
    return [
        stack or Stack(port=port, endpoint="", damaged=True)
        for port, stack in sorted(found.items())
    ]


def started(port: int | None) -> Stack:
    """The stack of a port, running or not.

    Args:
        port: the stack's port; None for the only stack.

    Raises:
        FailureError: there is no such stack, or several to choose from.
    """
    found = [stack for stack in known() if port in (None, stack.port)]
    if not found:
        raise FailureError(
            "No stack was started." if port is None else f"No stack was started on port {port}."
        )
    if len(found) > 1:
        ports = ", ".join(str(stack.port) for stack in found)
        raise FailureError(f"Several stacks were started (ports {ports}); choose one with --port.")
    return found[0]


def running(port: int | None) -> Stack:
    """The running stack of a port.

    Args:
        port: the stack's port; None for the only running stack.

    Raises:
        FailureError: no such stack is running, or several to choose from.
    """
    stacks = [stack for stack in known() if stack.alive and port in (None, stack.port)]
    if not stacks:
        where = "" if port is None else f" on port {port}"
        raise FailureError(f"No stack runs{where}; start one with 'vitrine up'.")
    if len(stacks) > 1:
        ports = ", ".join(str(stack.port) for stack in stacks)
        raise FailureError(f"Several stacks run (ports {ports}); choose one with --port.")
    return stacks[0]
