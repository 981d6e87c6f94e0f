"""What the local stacks of this checkout use of the machine, and which shops they have."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from vitrine_cli.local import ownership, stacks
from vitrine_cli.local.room import is_full
from vitrine_cli.local.workspace import HOME
from vitrine_cli.operations import records, shop_overview
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import size_text

if TYPE_CHECKING:
    from vitrine_cli.local.stacks import Stack


ROOM = 2 * 2**30
"""Bytes of disk and of memory that a stack can need: 60 functions of 69 MB and 60 MB, roughly half
of them at a time."""


@dataclass(frozen=True, slots=True)
class ShopCount:
    """A shop of a local stack, and the number of its images."""

    shop: str
    images: int


@dataclass(frozen=True, slots=True)
class LocalStatus:
    """A local stack.

    Attributes:
        port: its port.
        state: `running`, `stopped`, `killed` (without being stopped), `incomplete` (a process is
            missing), `damaged` (its file is) or `deleted` (but for files that an interrupted
            command left).
        processes: number of its processes, those of functions included.
        memory: their resident memory, bytes; memory that they share counts in each.
        disk: size of its folder, bytes.
        shops: its shops; of a stack that was stopped, as they were then.
        full: whether its disk is full, so that it stores nothing.
    """

    port: int
    state: str
    processes: int
    memory: int
    disk: int
    shops: list[ShopCount]
    full: bool


def describe_stacks() -> list[LocalStatus]:
    """All local stacks of this checkout, by port, then what is left of deleted ones."""
    left = [
        LocalStatus(each.port, "deleted", 0, 0, _size(each.folder), [], full=False)
        for each in stacks.remainders()
    ]
    return [*map(describe_stack, stacks.known()), *left]


def free_disk() -> int:
    """Free bytes where local stacks are."""
    return shutil.disk_usage(HOME if HOME.exists() else HOME.parent).free


def free_memory() -> int:
    """Bytes of memory that programs can still get."""
    return int(psutil.virtual_memory().available)


def require_room(disk: int, memory: int) -> str | None:
    """Whether a stack can be started with so many free bytes.

    Args:
        disk: free bytes where local stacks are.
        memory: bytes of memory that programs can still get.

    Returns:
        A warning; None if there is enough.

    Raises:
        FailureError: the disk has too little room.
    """
    if disk < ROOM:
        raise FailureError(
            f"Only {size_text(disk)} of disk are free in {HOME.parent}, and a stack needs up to "
            f"{size_text(ROOM)}. 'vitrine status' shows what the stacks of this checkout use."
        )
    if memory < ROOM:
        return f"Only {size_text(memory)} of memory are free; a busy stack uses {size_text(ROOM)}."
    return None


def describe_stack(stack: Stack) -> LocalStatus:
    """A local stack, running or not."""
    found = [each for own in ownership.processes_of(stack.port).values() for each in own]
    state = _state(stack, bool(found))
    counted = images_by_shop(stack) if state == "running" else stack.shops
    shops = [ShopCount(*each) for each in counted.items()]
    memory = sum(map(_memory, found))
    full = stack.folder.exists() and is_full(stack.folder)
    return LocalStatus(stack.port, state, len(found), memory, _size(stack.folder), shops, full)


def images_by_shop(stack: Stack) -> dict[str, int]:
    """The shops of a running stack, each with the number of its images."""
    rows = shop_overview.list_shops(records.local(stack))
    return {row["shop"]: row["images"] for row in rows}


def _state(stack: Stack, has_processes: bool) -> str:
    if stack.damaged:
        return "damaged"
    if stack.alive:
        return "running"
    if not stack.is_kept or has_processes:
        return "incomplete"
    return "stopped" if stack.last_seen is None else "killed"


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended
        return 0


def _size(folder: Path) -> int:
    """The size of the files in a folder, bytes; those that go meanwhile do not count."""
    total = 0
    for place, _, names in os.walk(folder):  # passes over folders that have gone
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).lstat().st_size
    return total
