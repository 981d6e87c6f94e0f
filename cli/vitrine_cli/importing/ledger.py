"""The ledger of an import: what a source lists, and what became of each image, in SQLite.

The ledger saves work, and the table decides: an import without its ledger lists the source again
and finds each image settled.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import RLock
from typing import IO, TYPE_CHECKING, Any

from vitrine_cli.importing.image_json import from_json, to_json
from vitrine_cli.importing.source import LAST, SourceImage, SourceProduct, Unreadable
from vitrine_cli.ui.failure import FailureError, UnwritableError

if TYPE_CHECKING:
    from pathlib import Path

    from vitrine_cli.importing.source import Page

_VERSION = "1"
_SOURCE = ("kind", "source", "root", "pattern")
"""The facts that tell one source of a ledger from another."""
_UNWRITTEN = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_PRIMARY = 0xFF  # the bits of SQLite's code that name the kind of a failure
_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS list (run INTEGER PRIMARY KEY, source TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS product (
    key TEXT PRIMARY KEY, aliases TEXT NOT NULL, run INTEGER NOT NULL,
    unordered INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS image (
    path TEXT PRIMARY KEY, product TEXT NOT NULL, rank INTEGER NOT NULL, number INTEGER NOT NULL,
    facts TEXT NOT NULL, run INTEGER NOT NULL, state TEXT NOT NULL, image INTEGER,
    digest TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS image_of_product ON image (product, rank, number);
CREATE TABLE IF NOT EXISTS unreadable (
    run INTEGER NOT NULL, place TEXT NOT NULL, reason TEXT NOT NULL, cells TEXT NOT NULL
);
"""


class State(StrEnum):
    """How far an image has come."""

    LISTED = "listed"
    FETCHED = "fetched"
    STORED = "stored"
    VERIFIED = "verified"
    REJECTED = "rejected"
    FAILED = "failed"


DONE = frozenset({State.STORED, State.VERIFIED})
SETTLED = DONE | {State.REJECTED}
"""States in which a run that resumes has nothing new to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An image of the source, and what became of it.

    Attributes:
        path: the path that it is settled under.
        product: key of its product.
        listed: the image as the source lists it.
        state: how far it has come.
        image: its id in the shop; None if it is not there.
        digest: SHA-256 of the bytes that were fetched, hexadecimal; empty before.
        size: their number; 0 before.
        reason: why it was rejected, failed, or differs from its source; empty otherwise.
        is_current: whether the present list names it.
    """

    path: str
    product: str
    listed: SourceImage
    state: State = State.LISTED
    image: int | None = None
    digest: str = ""
    size: int = 0
    reason: str = ""
    is_current: bool = True


def opened_for_owner(file: Path) -> IO[str]:
    """A file, which is created if necessary, that only its owner can read.

    Raises:
        FailureError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(file, os.O_CREAT | os.O_RDWR, 0o600), "r+")
    except OSError as error:
        raise UnwritableError(f"The ledger {file} cannot be written: {error.strerror}.") from None


class Ledger:
    """A ledger in a file that only its owner can read. Threads can share it.

    Args:
        file: the file, which is created if necessary; None for a temporary ledger.

    Raises:
        FailureError: the file cannot be written, or is no ledger.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._lock = RLock()
        if file is not None:
            opened_for_owner(file).close()
        # Without a name, SQLite keeps it in memory, and in a file of its own if it becomes large.
        # Closed by its last user: a worker can still write while the command ends.
        with self._named_failure():
            self._connection = sqlite3.connect(
                file or "", timeout=60, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        """Create the tables if necessary. An existing ledger is not written."""
        with self._named_failure():
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
        version = self.fact("version")
        if version not in ("", _VERSION):
            raise FailureError(
                f"The ledger {self.file} is of another version of Vitrine; delete it."
            )
        if not version:
            self.note(version=_VERSION)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make other threads wait before they read or change the ledger, until the block ends."""
        with self._lock:
            yield

    def fact(self, name: str, default: str = "") -> str:
        """A noted fact about the whole import."""
        row = self._one("SELECT value FROM fact WHERE name = ?", name)
        return default if row is None else str(row[0])

    def note(self, **facts: str) -> None:
        """Note facts about the whole import. No fact is secret."""
        with self._transaction():
            for name, value in facts.items():
                self._run("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, value)

    # Listing

    @property
    def run(self) -> int:
        """The number of the present list, from 1; 0 before the first."""
        return int(self.fact("run", "0"))

    def begin_list(self, **facts: str) -> None:
        """Begin a new list. What became of images stays; what earlier lists rejected does not.

        Args:
            facts: what to note of the source, at the same moment.
        """
        with self._transaction():
            self._run("DELETE FROM unreadable")
            described = json.dumps({name: facts.get(name, "") for name in _SOURCE})
            self._run("INSERT INTO list VALUES (?, ?)", self.run + 1, described)
            self.note(run=str(self.run + 1), cursor="", listed="", read="0", told="0", **facts)

    def add_page(self, page: Page, paths: Mapping[str, Mapping[str, str]], new: int) -> None:
        """Add a page to the present list, in one transaction.

        Args:
            page: the page.
            paths: the path of each image by its id, by product.
            new: how many products the source lists on it for the first time, wanted or not.
        """
        with self._transaction():
            for product in page.products:
                self._add_product(product, paths[product.name])
            for each in page.unreadable:
                self.add_unreadable(each)
            self.note(
                cursor=page.next or "",
                listed="" if page.next else "yes",
                read=str(int(self.fact("read", "0")) + new),
                told=str(max(int(self.fact("told", "0")), page.total or 0)),
            )

    def add_unreadable(self, entry: Unreadable) -> None:
        """Note an entry of the source that describes no image."""
        cells = json.dumps(dict(entry.cells))
        self._run(
            "INSERT INTO unreadable VALUES (?, ?, ?, ?)", self.run, entry.place, entry.reason, cells
        )

    @property
    def is_listed(self) -> bool:
        """Whether the present list is complete."""
        return self.fact("listed") == "yes"

    @property
    def unlisted_products(self) -> int:
        """How many products the source told of, at most, and did not list; 0 before its end."""
        missing = int(self.fact("told", "0")) - int(self.fact("read", "0"))
        return max(missing, 0) if self.is_listed else 0

    @property
    def cursor(self) -> str | None:
        """From where the present list continues; None for its beginning."""
        return self.fact("cursor") or None

    def unreadable(self) -> list[Unreadable]:
        """Entries of the present list that describe no image."""
        rows = self._all("SELECT place, reason, cells FROM unreadable ORDER BY rowid")
        return [Unreadable(place, reason, json.loads(cells)) for place, reason, cells in rows]

    @property
    def has_images(self) -> bool:
        """Whether any image was stored, of this list or of an earlier one."""
        return self._one("SELECT 1 FROM image WHERE image IS NOT NULL LIMIT 1") is not None

    @property
    def lists_stored_images(self) -> bool:
        """Whether any image of the present list is stored."""
        query = "SELECT 1 FROM image WHERE run = ? AND image IS NOT NULL LIMIT 1"
        return self._one(query, self.run) is not None

    def unlisted_entries(self) -> Iterator[Entry]:
        """Stored images that the present list lacks, and that were last in a list of its source.

        Several sources share a ledger: one folder after another, or a folder and a CSV file.
        """
        query = (
            "SELECT image.* FROM image JOIN list ON list.run = image.run"
            " WHERE image.run < ?1 AND image.image IS NOT NULL"
            " AND list.source = (SELECT source FROM list WHERE run = ?1)"
        )
        for row in self._all(query, self.run):
            yield _entry(row, self.run)

    def products_without_images(self) -> int:
        """How many products of the present list have none that describes an image."""
        row = self._one(
            "SELECT count(*) FROM product WHERE run = ?1 AND NOT EXISTS"
            " (SELECT 1 FROM image WHERE image.product = product.key AND image.run = ?1)",
            self.run,
        )
        return int(row[0]) if row else 0

    # Images

    def products(self, *, all_lists: bool = False) -> Iterator[SourceProduct]:
        """The products of the present list, without images, in the order of their first listing.

        Args:
            all_lists: whether those of earlier lists are among them.
        """
        query = "SELECT key, aliases FROM product WHERE run >= ? ORDER BY rowid"
        for key, aliases in self._all(query, 0 if all_lists else self.run):
            yield SourceProduct(key, (), tuple(json.loads(aliases)))

    def entries(self, product: str) -> list[Entry]:
        """The images of a product in the order of the source, those of earlier lists too."""
        query = "SELECT * FROM image WHERE product = ? ORDER BY rank, number, path"
        return [_entry(row, self.run) for row in self._all(query, product)]

    def entries_of_list(self) -> Iterator[Entry]:
        """All images of the present list, product by product."""
        for product in self.products():
            yield from (each for each in self.entries(product.name) if each.is_current)

    def is_unordered(self, product: str) -> bool:
        """Whether images were added to a product whose order was not restored afterwards."""
        row = self._one("SELECT unordered FROM product WHERE key = ?", product)
        return row is not None and bool(row[0])

    def note_order(self, product: str, *, unordered: bool) -> None:
        """Note that an image is about to be added, or that the order has been restored."""
        self._run("UPDATE product SET unordered = ? WHERE key = ?", unordered, product)

    def update(self, entry: Entry) -> None:
        """Store what became of an image."""
        self._run(
            "UPDATE image SET state = ?, image = ?, digest = ?, size = ?, reason = ?"
            " WHERE path = ?",
            *(entry.state.value, entry.image, entry.digest, entry.size, entry.reason, entry.path),
        )

    def counts(self) -> dict[State, int]:
        """How many images of the present list are in each state."""
        query = "SELECT state, count(*) FROM image WHERE run = ? GROUP BY state"
        return {State(state): count for state, count in self._all(query, self.run)}

    def _add_product(self, product: SourceProduct, paths: Mapping[str, str]) -> None:
        self._run(
            "INSERT INTO product (key, aliases, run) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET aliases = excluded.aliases, run = excluded.run",
            *(product.name, json.dumps(product.aliases), self.run),
        )
        for number, image in enumerate(product.images):
            self._run(
                "INSERT INTO image (path, product, rank, number, facts, run, state)"
                " VALUES (?, ?, ?, ?, ?, ?, 'listed') ON CONFLICT (path) DO UPDATE SET"
                " rank = CASE excluded.rank WHEN ? THEN rank ELSE excluded.rank END,"
                " number = excluded.number, facts = excluded.facts,"
                " run = excluded.run, reason = '', state ="
                " CASE WHEN image IS NULL THEN 'listed' ELSE state END",
                *(
                    paths[image.id],
                    product.name,
                    image.rank,
                    number,
                    to_json(image),
                    self.run,
                    LAST,
                ),
            )

    # SQLite

    def _is_changing(self) -> bool:
        """Whether a transaction has begun."""
        return self._connection.in_transaction

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            if self._is_changing():
                yield
                return
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._is_changing():  # SQLite ends it itself where a write fails
                    self._run("ROLLBACK")
                raise

    def _run(self, statement: str, *values: Any) -> None:
        with self._lock, self._named_failure():
            self._connection.execute(statement, values)

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._lock, self._named_failure():
            return self._connection.execute(query, values).fetchall()

    def _one(self, query: str, *values: Any) -> Any:
        with self._lock, self._named_failure():
            return self._connection.execute(query, values).fetchone()

    @contextmanager
    def _named_failure(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            sentence = f"The ledger {self.file} cannot be used: {error}."
            if getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _UNWRITTEN:
                raise UnwritableError(sentence) from None
            raise FailureError(sentence) from None


@contextmanager
def opened_ledger(file: Path | None) -> Iterator[Ledger]:
    """A `Ledger` that is closed at the end of the block."""
    ledger = Ledger(file)
    try:
        yield ledger
    finally:
        ledger.close()


def _entry(row: tuple[Any, ...], run: int) -> Entry:
    path, product, _, _, text, listed, state, image, digest, size, reason = row
    found = from_json(text)
    return Entry(path, product, found, State(state), image, digest, size, reason, listed == run)
