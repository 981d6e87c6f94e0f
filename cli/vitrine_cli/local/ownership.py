"""Which processes belong to which local stack, without the stack's file.

Each start of a stack has a random id, which its processes have in their environment. Functions'
processes do not inherit it; their working directory is among the stack's temporary files.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from vitrine_cli.local.workspace import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE = "VITRINE_STACK"
"""The environment variable: port and id of the stack, and the checkout's `.vitrine`."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a process of a stack has in its environment.

    Attributes:
        port: the stack's port.
        id: the random id of the stack's start.
        home: the folder `.vitrine` of its checkout.
    """

    port: int
    id: str
    home: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variable that carries it."""
        return {VARIABLE: f"{self.port}:{self.id}:{self.home}"}


def new_id() -> str:
    """The id of a new start of a stack."""
    return secrets.token_hex(8)


def processes_of(port: int) -> dict[str, list[psutil.Process]]:
    """The processes of this checkout's stack on a port, by the id of their start.

    Functions' processes have the id of no start, the empty text. This process is left out.
    """
    found: dict[str, list[psutil.Process]] = {}
    for process, mark in _marked():
        if mark.port == port and mark.home == HOME:
            found.setdefault(mark.id, []).append(process)
    return found


def ports() -> set[int]:
    """The ports of all stacks of this checkout that have processes."""
    return {mark.port for _, mark in _marked() if mark.home == HOME}


def listener(port: int) -> str:
    """The program that listens on a port, and its process id, for a message; empty if unknown."""
    for process in psutil.process_iter():
        try:
            listening = any(
                each.laddr.port == port and each.status == psutil.CONN_LISTEN
                for each in process.net_connections("tcp")
            )
            if listening:
                return f"{process.name()} ({process.pid})"
        except psutil.Error:
            continue
    return ""


def _marked() -> Iterator[tuple[psutil.Process, Mark]]:
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            mark = _mark_of(process)
        except psutil.Error:  # it has ended, or is another user's
            continue
        if mark is not None:
            yield process, mark


def _mark_of(process: psutil.Process) -> Mark | None:
    port, _, rest = process.environ().get(VARIABLE, "").partition(":")
    identity, _, home = rest.partition(":")
    if port.isdecimal() and home:
        return Mark(int(port), identity, Path(home))
    folder, stacks = Path(process.cwd()), HOME / "stacks"
    if folder.is_relative_to(stacks):
        match folder.relative_to(stacks).parts:
            case (name, "tmp", *_) if name.isdecimal():
                return Mark(int(name), "", HOME)
    return None
