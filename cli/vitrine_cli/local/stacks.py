"""The local stacks of this checkout, each remembered in a file so that any command finds it."""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, ValidationError

from vitrine_cli.local import emulator, ownership, processes, table_copy
from vitrine_cli.local.processes import Process
from vitrine_cli.local.table_copy import Storage
from vitrine_cli.local.workspace import HOME
from vitrine_cli.ui.failure import FailureError

FORM_PATH = "/originals/"
"""Path of a local stack to which clients post presigned forms."""
NAME = "vitrine"
"""Name of a local stack's CloudFormation stack."""
_END_SECONDS = 15  # for requests that the proxy answers, and for events that it gives back
_DELETED = ".deleted-"


class Description(BaseModel):
    """What a client needs to know about a running stack; `vitrine up --json` prints it.

    Attributes:
        base_url: URL of the API.
        media_url: URL of the CDN.
        product_images_url: where BigCommerce's paths of the demo shop's pictures begin.
        import_url: the demo shop's import folder, for clients of S3 at the emulator's URL.
        shop: id of the demo shop.
        credentials: values that clients of each dialect send, by dialect and name.
        gallery_url: URL of the gallery page; None if it could not be built.
        formats: "accepted" if the CDN chooses the format of a picture by `Accept`; "own" if every
            client gets a rendition's own format, because Node is missing.
    """

    base_url: str
    media_url: str
    product_images_url: str
    import_url: str
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
        processes: its background processes, the emulator first; empty while it is stopped.
        outputs: outputs of the deployed template; empty until it is deployed.
        deployed: a digest of the code that is deployed; empty until then.
        page: a digest of the gallery page that is deployed; empty without one.
        seed: a digest of the text from which ids and secrets are derived; empty if they are random.
        shops: its shops when it was stopped, or else when its catalogue was repaired, each with the
            number of its images.
        shops_at: when it had these shops; None in files of earlier versions.
        as_written: whether its proxy leaves paths and headers as they are written.
        description: what clients need to know; None until the demo shop exists.
        is_unrepaired: whether it was killed, and a start has not repaired its catalogue yet.
        without_node: why Node could not be installed; None if there is Node.
        without_gallery: why the gallery page could not be built; None if it is there.
    """

    port: int
    endpoint: str
    id: str = ""
    damaged: bool = Field(default=False, exclude=True)
    processes: list[Process] = []
    outputs: dict[str, str] = {}
    deployed: str = ""
    page: str = ""
    seed: str = ""
    shops: dict[str, int] = {}
    shops_at: datetime | None = None
    as_written: bool = False
    description: Description | None = None
    is_unrepaired: bool = False
    without_node: str | None = None
    without_gallery: str | None = None

    @property
    def folder(self) -> Path:
        """The folder of its logs and temporary files."""
        return _folder(self.port)

    @property
    def alive(self) -> bool:
        """Whether the stack started completely and all of its processes still run."""
        started = self.description is not None and bool(self.processes)
        return started and all(process.find() for process in self.processes)

    @property
    def is_kept(self) -> bool:
        """Whether its data can be used again: it started completely once, and its file is whole."""
        return self.description is not None and not self.damaged

    @property
    def is_lost(self) -> bool:
        """Whether it has data, but not the file that says how to use them."""
        return self.damaged and (self.folder / emulator.OBJECTS).exists()

    @property
    def is_stopped(self) -> bool:
        """Whether it is kept and has no process."""
        return self.is_kept and not self.processes and not ownership.processes_of(self.port)

    @property
    def storage(self) -> Storage:
        """Its table and secrets."""
        return Storage(self.endpoint, self.outputs["Table"], f"/vitrine/{NAME}/oauth")

    @property
    def last_seen(self) -> datetime | None:
        """When it was last seen running, if it was not stopped since; None if it was stopped."""
        mark = self.folder / table_copy.RUNNING
        return datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None

    def note_running(self) -> None:
        """Mark the folder: until the stack is stopped, its table is newer than the stored state."""
        (self.folder / table_copy.RUNNING).touch()

    def note_shops(self, shops: Mapping[str, int]) -> None:
        """Note its present shops, each with the number of its images."""
        self.shops, self.shops_at = dict(shops), datetime.now(UTC)

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
        if present is None or present.damaged:
            return False
        return present.id == self.id and bool(present.processes)

    def stop(self) -> None:
        """Stop its processes, and keep its data if it started completely once, or may have.

        Another start's are left alone. If the stack's file is damaged or missing, all processes of
        this checkout's stack on this port are stopped.
        """
        self._end(keep=self.is_kept or self.is_lost)

    def forget(self) -> None:
        """Stop its processes and delete its files. Another start's are left alone."""
        self._end(keep=False)

    def _end(self, *, keep: bool) -> None:
        ending, present = self.processes, load(self.port)
        own = present is None or present.damaged or present.id == self.id
        if own and not self.damaged and (keep or self.folder.exists()):
            # Before its processes end, so that its start does not take this for a failure.
            self.processes = []
            self.save()
        if own and not self.damaged and keep:
            self._store(ending)
        processes.stop(ending)
        running = ownership.processes_of(self.port)
        theirs = set() if self.damaged else running.keys() - {"", self.id}
        if not own or theirs:  # theirs: a later start, which has not written its file yet
            return
        processes.end([each for found in running.values() for each in found])
        if keep:
            shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        elif self.folder.exists():
            Remainder.of(self.folder).delete()

    def _store(self, ending: Sequence[Process]) -> None:
        """End the proxy, then the emulator by itself, so that it stores its state.

        The state of a stack that was killed is older than the copy of its table: until the
        catalogue is repaired, the emulator must not store it in place of the copy.
        """
        if not ending:
            return
        for each in reversed(ending[1:]):
            processes.end_alone(each, _END_SECONDS)
        if self.is_unrepaired:
            processes.kill(ending[0])
            return
        if emulator.end(ending[0], self.folder):
            (self.folder / table_copy.FILE).unlink(missing_ok=True)
            (self.folder / table_copy.RUNNING).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Remainder:
    """Files of a stack that was deleted: a command that is interrupted leaves some.

    Attributes:
        port: the stack's port.
        folder: the files.
    """

    port: int
    folder: Path

    @classmethod
    def of(cls, folder: Path) -> Self:
        """What is left of a stack from now on; its folder is free for another one."""
        left = folder.with_name(f"{folder.name}{_DELETED}{secrets.token_hex(4)}")
        folder.rename(left)
        return cls(int(folder.name), left)

    def delete(self) -> None:
        """Delete the files."""
        shutil.rmtree(self.folder, ignore_errors=True)


def remainders(port: int | None = None) -> list[Remainder]:
    """What interrupted commands have left of deleted stacks of this checkout.

    Args:
        port: the stacks' port; None for all.
    """
    found = [
        Remainder(int(number), folder)
        for folder in sorted((HOME / "stacks").glob(f"*{_DELETED}*"))
        if (number := folder.name.partition(_DELETED)[0]).isdecimal()
    ]
    return [each for each in found if port in (None, each.port)]


def _folder(port: int) -> Path:
    return HOME / "stacks" / str(port)


def load(port: int) -> Stack | None:
    """The stack of a port, running or stopped; None if there is none or its file is missing."""
    file = _folder(port) / "stack.json"
    if not file.exists():
        return None
    try:
        return Stack.model_validate_json(file.read_text())
    except ValidationError:  # damaged, or of another version
        return Stack(port=port, endpoint="", damaged=True)


def known() -> list[Stack]:
    """All stacks of this checkout, running or not, by port.

    A stack whose file is missing is found by its processes and its folder.
    """
    ports = {int(each.name) for each in (HOME / "stacks").glob("*") if each.name.isdecimal()}
    found = {port: load(port) for port in ports | ownership.ports()}
    return [
        stack or Stack(port=port, endpoint="", damaged=True)
        for port, stack in sorted(found.items())
    ]


def find(port: int) -> Stack | None:
    """The stack of a port, running, stopped or damaged; None if there is none."""
    return next((each for each in known() if each.port == port), None)


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
