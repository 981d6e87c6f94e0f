"""What the local stacks of this checkout use of the machine, and which shops they have."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from vitrine_cli.local import ownership, stacks
from vitrine_cli.local.workspace import HOME
from vitrine_cli.operations import records, shop_overview

if TYPE_CHECKING:
    from pathlib import Path

    from vitrine_cli.local.stacks import Stack


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
        state: `running`, `incomplete` (a process is missing) or `damaged` (its file is).
        processes: number of its processes, those of functions included.
        memory: their resident memory, bytes; memory that they share counts in each.
        disk: size of its folder, bytes.
        shops: its shops; empty unless it runs.
    """

    port: int
    state: str
    processes: int
    memory: int
    disk: int
    shops: list[ShopCount]


def describe_stacks() -> list[LocalStatus]:
    """All local stacks of this checkout, by port."""
    return [_describe(each) for each in stacks.known()]


def free_disk() -> int:
    """Free bytes where local stacks are."""
    return shutil.disk_usage(HOME if HOME.exists() else HOME.parent).free


def free_memory() -> int:
    """Bytes of memory that programs can still get."""
    return int(psutil.virtual_memory().available)


def _describe(stack: Stack) -> LocalStatus:
    found = [each for own in ownership.processes_of(stack.port).values() for each in own]
    state = "damaged" if stack.damaged else "running" if stack.alive else "incomplete"
    shops: list[ShopCount] = []
    if state == "running":
        rows = shop_overview.list_shops(records.local(stack))
        shops = [ShopCount(row["shop"], row["images"]) for row in rows]
    memory = sum(map(_memory, found))
    return LocalStatus(stack.port, state, len(found), memory, _size(stack.folder), shops)


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended
        return 0


def _size(folder: Path) -> int:
    """The size of the files in a folder, bytes; those that go meanwhile do not count."""
    total = 0
    for each in folder.rglob("*"):
        try:
            total += each.lstat().st_size
        except FileNotFoundError:
            continue
    return total
