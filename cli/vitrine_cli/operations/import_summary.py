"""What became of the files in a shop's import folder, counted from objects and their outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vitrine.domain.imports import FOLDER, Import, parse_arrival, source_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LATE = timedelta(minutes=15)
"""How long after its upload a file that still waits is late."""
REMEMBERED = timedelta(days=90)
"""How long outcomes of imported files are kept: an older file without an outcome was imported."""
_SECOND = timedelta(seconds=1)
"""The precision of S3's `LastModified`."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An object of a shop's import folder.

    Attributes:
        key: its key.
        size: number of bytes.
        stored_at: when it was stored, UTC, seconds.
        tag: its ETag.
    """

    key: str
    size: int
    stored_at: datetime
    tag: str


@dataclass(slots=True)
class Group:
    """Files of which the same became.

    Attributes:
        files: their keys.
        size: bytes of all.
        oldest: when the oldest was stored, UTC; None without files.
    """

    files: list[str] = field(default_factory=list)
    size: int = 0
    oldest: datetime | None = None

    def add(self, stored: StoredFile) -> None:
        """Count one more file."""
        self.files.append(stored.key)
        self.size += stored.size
        self.oldest = min(filter(None, (self.oldest, stored.stored_at)))


@dataclass(slots=True)
class Summary:
    """All objects of a shop's import folder; each is in exactly one group.

    Attributes:
        waiting: files whose present version is not settled.
        done: files that became images.
        rejected: files that became none, for a reason.
        stray: objects outside of products' folders, which do not become images.
        late: keys of files that have waited for longer than `LATE`.
    """

    waiting: Group = field(default_factory=Group)
    done: Group = field(default_factory=Group)
    rejected: Group = field(default_factory=Group)
    stray: Group = field(default_factory=Group)
    late: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Copied:
    """Images that `vitrine import` has copied from one source.

    Attributes:
        source: the source, as `--source` takes it: `folder`, or `tiendanube/555`.
        images: how many, with those that were deleted here since.
        first: when the first one was copied, UTC.
        last: when the last one was copied, UTC.
    """

    source: str
    images: int
    first: datetime
    last: datetime


def copied_by_source(outcomes: Iterable[Import]) -> list[Copied]:
    """How many images each source has given, by name of the source."""
    found: dict[str, Copied] = {}
    for each in outcomes:
        name, moment = source_name(each.arrival.path), each.settled_at
        count = found.setdefault(name, Copied(name, 0, moment, moment))
        count.images += 1
        count.first, count.last = min(count.first, moment), max(count.last, moment)
    return [found[name] for name in sorted(found)]


def summarize(files: Iterable[StoredFile], outcomes: Iterable[Import], now: datetime) -> Summary:
    """Sort the objects of a shop's import folder by what became of them.

    Args:
        files: all objects of the folder.
        outcomes: the outcomes of its files, read after the objects.
        now: the current time, UTC.
    """
    settled = {each.arrival.key: each for each in outcomes}
    summary = Summary()
    for stored in files:
        outcome = settled.get(stored.key)
        if parse_arrival(stored.key, stored.tag, "") is None:
            summary.stray.add(stored)
        elif outcome is not None and _is_of(outcome, stored):
            group = summary.rejected if outcome.image is None else summary.done
            group.add(stored)
        elif now - stored.stored_at >= REMEMBERED:
            summary.done.add(stored)
        else:
            summary.waiting.add(stored)
            if now - stored.stored_at > LATE:
                summary.late.append(stored.key)
    return summary


def stored_files(client: S3Client, bucket: str, shop: str) -> Iterator[StoredFile]:
    """The objects of a shop's import folder, by key."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{FOLDER}{shop}/"
    )
    for page in pages:
        for each in page.get("Contents", []):
            tag = each["ETag"].strip('"')
            yield StoredFile(each["Key"], each["Size"], each["LastModified"], tag)


def _is_of(outcome: Import, stored: StoredFile) -> bool:
    """Whether an outcome is that of the stored version of a file, and not of an earlier one."""
    return outcome.arrival.tag == stored.tag and outcome.settled_at > stored.stored_at - _SECOND
