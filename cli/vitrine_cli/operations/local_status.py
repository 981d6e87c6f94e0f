"""What the local stacks of this checkout use of the machine, and which shops they have."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from vitrine.adapters.table_keys import IMAGE, parse_gallery
from vitrine_cli.local import emulator, event_queues, ownership, stacks, table_copy
from vitrine_cli.local.room import is_full
from vitrine_cli.local.workspace import HOME
from vitrine_cli.operations import records, shop_overview
from vitrine_cli.ui.failure import FailureError
from vitrine_cli.ui.output import size_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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
            missing), `damaged` (its file is) or `deleted` (an interrupted command left some
            of its files).
        processes: number of its processes, those of functions included.
        memory: their resident memory, bytes; memory that they share counts in each.
        disk: size of its folder, bytes.
        shops: its shops; of a stack that does not run, as they were at `as_of`.
        full: whether its disk is full, so that it stores nothing.
        as_of: when it had these shops, ISO 8601; None for the present and if it was stopped.
        waiting: storage events that wait for a function of a running stack, or are in one.
    """

    port: int
    state: str
    processes: int
    memory: int
    disk: int
    shops: list[ShopCount]
    full: bool
    as_of: str | None = None
    waiting: int = 0


def describe_stacks(port: int | None = None) -> list[LocalStatus]:
    """Local stacks of this checkout, by port, then what is left of deleted ones.

    Args:
        port: their port; None for all.
    """
    left = [
        LocalStatus(each.port, "deleted", 0, 0, _size(each.folder), [], full=False)
        for each in stacks.remainders(port)
    ]
    return [*(describe_stack(each) for each in stacks.known() if port in (None, each.port)), *left]


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
    counted, as_of = _shops(stack, state)
    return LocalStatus(
        stack.port,
        state,
        len(found),
        sum(map(_memory, found)),
        _size(stack.folder),
        [ShopCount(*each) for each in counted.items()],
        full=stack.folder.exists() and is_full(stack.folder),
        as_of=None if as_of is None else as_of.astimezone().isoformat(timespec="seconds"),
        waiting=event_queues.waiting(stack.endpoint, stacks.NAME) if state == "running" else 0,
    )


def _shops(stack: Stack, state: str) -> tuple[Mapping[str, int], datetime | None]:
    """The shops of a stack, and when it had them, as in `LocalStatus`."""
    if state == "running":
        return images_by_shop(stack), None
    noted, copied = stack.shops_at, table_copy.copied_at(stack.folder)
    if copied is not None and (noted is None or copied > noted):
        return _copied_shops(stack.folder), copied
    if stack.last_seen is None:
        return stack.shops, None
    return stack.shops, noted or emulator.saved_at(stack.folder)


def _copied_shops(folder: Path) -> dict[str, int]:
    """The shops in the copy of a table, each with the number of its images."""
    keys = list(table_copy.copied_keys(folder))
    found = {sk.removeprefix("SHOP#"): 0 for pk, sk in keys if pk == "SHOPS"}
    for pk, sk in keys:
        gallery = parse_gallery(pk)
        if gallery is not None and gallery[0] in found and sk.startswith(IMAGE):
            found[gallery[0]] += 1
    return found


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
