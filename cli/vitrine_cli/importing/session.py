"""One `vitrine import`: its ledger, its source, its run, and the result for the operator."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from threading import Event, Semaphore
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vitrine.adapters.remote import HttpRemote
from vitrine.domain.images import RenditionState
from vitrine.domain.shops import product_key
from vitrine.services.catalogue import BULK_RETRY, Catalogue
from vitrine_cli.importing import reports
from vitrine_cli.importing.checking import Forecast, forecast
from vitrine_cli.importing.download_slots import ConsiderateSlots
from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import SECONDS, Fetcher
from vitrine_cli.importing.ledger import SETTLED, Ledger, State, opened_for_owner, opened_ledger
from vitrine_cli.importing.left_out import left_out
from vitrine_cli.importing.main_language import SETTING, MainLanguage
from vitrine_cli.importing.noted_runs import (
    NotedRun,
    facts_of,
    last_run,
    require_same_names,
)
from vitrine_cli.importing.originals import Originals, originals_for
from vitrine_cli.importing.platform_client import PausedError
from vitrine_cli.importing.progress import ImportProgress, import_progress
from vitrine_cli.importing.removed_at_source import removed_at_source
from vitrine_cli.importing.rereading import Rereading
from vitrine_cli.importing.sources.csv_file import CsvFile
from vitrine_cli.importing.sources.folder import Folder, pattern_of
from vitrine_cli.importing.status import ledger_folder, ledger_stack
from vitrine_cli.importing.storing import Outcome, Shelf
from vitrine_cli.importing.verifying import ABSENT, Verified, verify
from vitrine_cli.importing.waiting import wait_for_renditions
from vitrine_cli.operations import records, shop_settings
from vitrine_cli.ui.failure import FailureError, UnfinishedError, UnwritableError, UsageError
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from vitrine.domain.images import Image
    from vitrine.domain.library import LibraryImage
    from vitrine.domain.shops import Shop
    from vitrine_cli.importing.platforms import PlatformOptions
    from vitrine_cli.importing.source import Page, Source
    from vitrine_cli.operations.deployed_stack import DeployedStack

MOST_AT_ONCE = 16
_IN_FOLDER = "images.csv"


@dataclass(frozen=True, slots=True)
class Options:
    """How an import behaves.

    Attributes:
        update: whether images that differ from their source are changed.
        again: whether images that were deleted here are imported again.
        register: whether unknown products are registered.
        at_once: products, and downloads, at the same time.
        considerate: whether the source becomes slow under them: then it gets one at a time.
        verifies: whether the shop is compared with the source at the end.
        originals: a folder with better files than the source has; None for none.
        rereads: whether the bytes are read again for that, at the source and here.
        waits: whether the import ends when all renditions are stored.
        only: keys of the products to import; None for all.
    """

    update: bool = False
    again: bool = False
    register: bool = False
    at_once: int = 4
    considerate: bool = False
    verifies: bool = True
    waits: bool = False
    only: frozenset[str] | None = None
    rereads: bool = False
    originals: Path | None = None

    def wants(self, product: str) -> bool:
        """Whether a product, given by its name, is to be imported."""
        return self.only is None or product_key(product) in self.only


@dataclass
class Result:
    """What an import did.

    Attributes:
        outcomes: images by outcome.
        rejected: images and lines that were rejected, or failed.
        undone: images that the import ended before; they are lines of `rejected.csv`, too.
        left_out: things of the source that are not imported, by their name for people.
        notes: what the operator should know about the source.
        missing: images here that the source does not list any more, of the wanted products.
        differences: lines of `differs.csv`; None if nothing was verified.
        absent: those of them that name an image which is not in the shop any more.
        originals: images and files by what `--originals` made of them; None without it.
        reduced: images with fewer pixels than were uploaded at the source.
        unlisted_products: products that the source told of and did not list.
        renamed: images whose file name was taken, so that a number follows it.
        pending: images whose renditions are not stored; None if nothing was verified or waited for.
        has_waited: whether the run has waited for renditions.
        is_interrupted: whether the run was asked to end before it was done.
    """

    outcomes: Counter[Any]
    rejected: int = 0
    undone: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: int = 0
    differences: int | None = None
    absent: int = 0
    originals: dict[str, int] | None = None
    reduced: int = 0
    unlisted_products: int = 0
    renamed: int = 0
    pending: int | None = None
    has_waited: bool = False
    is_interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all is imported and equal, and has what the run has waited for."""
        missing = self.rejected, self.unlisted_products, self.outcomes[Outcome.LEFT]
        return not (any(missing) or self.differences or (self.has_waited and self.pending))

    def as_json(self) -> dict[str, Any]:
        """The result as one object for programs."""
        return {
            "added": self.outcomes[Outcome.ADDED],
            "updated": self.outcomes[Outcome.UPDATED],
            "present": self.outcomes[Outcome.PRESENT],
            "reduced": self.reduced,
            "renamed": self.renamed,
            "originals": self.originals,
            "left": self.outcomes[Outcome.LEFT],
            "rejected": self.rejected,
            "undone": self.undone,
            "failed": self.outcomes[State.FAILED],
            "missing_at_source": self.missing,
            "left_out": self.left_out,
            "notes": self.notes,
            "differences": self.differences,
            "unlisted_products": self.unlisted_products,
            "pending": self.pending,
            "interrupted": self.is_interrupted,
        }


@dataclass(frozen=True)
class Session:
    """An import into one shop of a deployed stack.

    Attributes:
        stack: the stack.
        shop: the shop.
        folder: where reports are written.
    """

    stack: DeployedStack
    shop: Shop
    folder: Path

    @classmethod
    def open(cls, stack: DeployedStack, shop: str, folder: Path) -> Session:
        """A session for the shop of this id.

        Raises:
            FailureError: there is no such shop.
        """
        return cls(stack, shop_settings.find_shop(records.deployed(stack), shop), folder)

    def main_language(self, *, writes: bool) -> MainLanguage:
        """Decides on the shop's main language; `writes` says whether the setting may change."""
        deployed = records.deployed(self.stack)

        def change(language: str) -> None:
            shop_settings.change_shop(deployed, self.shop.id, {SETTING: language})

        return MainLanguage(self.shop, deployed.stores.galleries, change if writes else None)

    def ledger_file(self, prefix: str) -> Path:
        """The ledger of imports from a source, given by the prefix of its paths."""
        source = quote(prefix.removeprefix("@"), safe="", errors="surrogateescape")
        return ledger_folder() / self._ledger_name(source)

    def _ledger_name(self, source: str) -> str:
        """The name of a ledger; with `*` as the source, a pattern of those of the shop.

        Neither stacks nor shops have '_' or '.' in their names. The last part tells apart what has
        one name: the stacks of two accounts, and a local stack from one that was forgotten.
        """
        is_local = self.stack.endpoint is not None
        port = int(self.stack.base_url.rpartition(":")[2]) if is_local else None
        stack = ledger_stack(self.stack.name, port)
        return f"{stack}_{self.shop.id}_{source}_{self._mark}.sqlite"

    @cached_property
    def _mark(self) -> str:
        """What only this shop of this stack has, for all time; eight hexadecimal digits."""
        created = records.deployed(self.stack).shops.created_at(self.shop.id)
        return sha256(f"{self.stack.id} {created}".encode()).hexdigest()[:8]

    def last(self, source: str = "") -> NotedRun:
        """The last run of an import into the shop.

        Args:
            source: how the paths of the source's images begin, or a part of that such as
                `@openmage`; empty for any source.

        Raises:
            FailureError: there is none.
        """
        files = ledger_folder().glob(self._ledger_name("*"))
        return last_run(files, source, self.shop.id)[0]

    def run(
        self,
        source: Source,
        options: Options,
        stopping: Event,
        *,
        resumes: bool,
        platform: PlatformOptions | None = None,
    ) -> Result:
        """Import a source.

        Args:
            source: the source.
            options: how.
            stopping: set when the import is to end after the images that are under way.
            platform: the options that the source was opened with, if it is a platform.
            resumes: whether the list of an earlier run is completed and used.

        Raises:
            FailureError: the source, the stack, the ledger or a report cannot be used.
            UnfinishedError: the ledger or a report cannot be written any more; a run that resumes
                this one completes it.
        """
        reports.require_writable(self.folder)
        file = self.ledger_file(source.prefix)
        with self._alone(file), opened_ledger(file) as ledger, import_progress() as progress:
            require_same_names(ledger, platform)
            shelf = self._shelf(ledger, options)
            originals = originals_for(
                ledger, options.originals, resumes=resumes, updates=options.update
            )
            engine = Engine(
                ledger,
                shelf,
                self._fetcher(source.root, options, stopping, originals),
                records.deployed(self.stack).shops if options.register else None,
                options.at_once,
                stopping,
                seen=progress.seen,
                wants=options.wants,
            )
            facts = {**described(source), **facts_of(source.prefix, platform, options)}
            if resumes and ledger.run:
                ledger.note(**facts)
            else:
                ledger.begin_list(**facts)
            try:
                return self._import(source, options, engine, progress)
            except UnwritableError as failure:
                raise UnfinishedError(str(failure)) from None

    def _import(
        self, source: Source, options: Options, engine: Engine, progress: ImportProgress
    ) -> Result:
        """Complete the list of the ledger, import it, write the reports, and compare."""
        ledger, originals = engine.ledger, engine.fetcher.originals
        if not ledger.is_listed:
            self._list(engine, source, progress.listed)
        if originals is not None:
            originals.match(ledger)
        counts = ledger.counts()
        here = 0 if engine.shelf.changes else sum(counts.get(each, 0) for each in SETTLED)
        progress.begin(sum(counts.values()), here=here)
        try:
            engine.import_all()
        finally:
            media_url = self.stack.outputs["MediaUrl"]
            lines = reports.write_reports(ledger, self.folder, engine.shelf.catalogue, media_url)
        done = _result(source, ledger, engine, lines)
        if originals is not None:
            done.originals = reports.write_originals(originals.matches(ledger), self.folder)
        self._look_back(done, engine, options, progress)
        return done

    def _look_back(
        self, done: Result, engine: Engine, options: Options, progress: ImportProgress
    ) -> None:
        """Compare the shop with its source, and wait for renditions, as far as that is wanted."""
        ledger, shelf, stopping = engine.ledger, engine.shelf, engine.stopping
        if not stopping.is_set() and options.verifies:
            again = Rereading(ledger, shelf.catalogue, engine.fetcher, stopping)
            found = self._verify(shelf, again, options, progress)
            done.differences, done.absent = found.differences, found.absent
            done.pending = found.pending
        if not stopping.is_set() and options.waits:
            pause: Callable[[float], bool] = lambda seconds: not stopping.wait(seconds)  # noqa: E731
            done.pending = wait_for_renditions(ledger, shelf.catalogue, pause, progress.pending)
            done.has_waited = True
        done.is_interrupted = stopping.is_set()

    def _list(self, engine: Engine, source: Source, told: Callable[[Page], None]) -> None:
        """List a source. A platform that must not be asked again now ends the run."""
        try:
            engine.list_source(source, told)
        except PausedError:
            engine.stopping.set()

    def check(self, source: Source, options: Options) -> Forecast:
        """What an import would do. Nothing is stored, and the ledger is not touched."""
        with opened_ledger(None) as unused, import_progress() as progress:
            shelf = self._shelf(unused, options)
            originals = None if options.originals is None else Originals.read(options.originals)
            fetcher = self._fetcher(source.root, options, Event(), originals)
            return forecast(
                *(source, shelf, fetcher, options.at_once, options.wants, progress),
                registers=options.register,
                is_local=self.stack.endpoint is not None,
            )

    def verify(self, prefix: str, options: Options, stopping: Event) -> Verified:
        """Compare the shop with the ledger of a source, and write `differs.csv`.

        Args:
            prefix: how the paths of the source's images begin.
            options: how; only `at_once`, `considerate`, `rereads` and `originals` matter.
            stopping: set when the comparison is to end early.
        """
        with opened_ledger(self.ledger_file(prefix)) as ledger, import_progress() as progress:
            shelf = self._shelf(ledger, options)
            originals = originals_for(ledger, options.originals, resumes=True, updates=False)
            if originals is not None:
                originals.match(ledger)
            fetcher = self._fetcher(_root_of(ledger), options, stopping, originals)
            again = Rereading(ledger, shelf.catalogue, fetcher, stopping)
            return self._verify(shelf, again, options, progress)

    def source_of(self, prefix: str) -> Source:
        """The folder or CSV file of an import, from its ledger."""
        with opened_ledger(self.ledger_file(prefix)) as ledger:
            path, root = Path(ledger.fact("source")), _root_of(ledger)
            if ledger.fact("kind") == "csv":
                return CsvFile(path, root)
            return Folder(path, ledger.fact("pattern"))

    @contextmanager
    def _alone(self, ledger: Path) -> Iterator[None]:
        """Hold the ledger: two lists of one source must not mix. Other machines have their own."""
        file = ledger.with_suffix(".lock")
        with opened_for_owner(file) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FailureError(
                    f"Another import of this source into shop '{self.shop.id}' is running on this "
                    "machine; --status says how far it has come."
                ) from None
            yield

    def _verify(
        self, shelf: Shelf, again: Rereading, options: Options, progress: ImportProgress
    ) -> Verified:
        """Write `differs.csv`, and return what it holds."""
        pending = 0

        def here(image: Image | LibraryImage) -> None:
            nonlocal pending
            pending += image.renditions is not RenditionState.COMPLETE

        found = verify(again.ledger, shelf, here)
        if options.rereads:
            progress.begin(sum(again.ledger.counts().values()), "Comparing bytes")
            found = chain(found, again.differences(options.at_once, progress.seen))
        lines = reports.write_differences(found, self.folder)
        return Verified(lines.total(), lines[ABSENT], pending)

    def _shelf(self, ledger: Ledger, options: Options) -> Shelf:
        def adding(product: str) -> None:
            ledger.note_order(product, unordered=True)

        remote = HttpRemote(total_seconds=SECONDS)
        stores = records.deployed(self.stack).stores
        catalogue = Catalogue(self.shop, stores, remote, retry=BULK_RETRY)
        codes = {code: view for view, code in shop_settings.store_views(self.shop).items()}
        return Shelf(catalogue, codes, options.update, options.again, adding)

    def _fetcher(
        self, root: Path | None, options: Options, stopping: Event, originals: Originals | None
    ) -> Fetcher:
        wait: Callable[[float], bool] = lambda seconds: not stopping.wait(seconds)  # noqa: E731
        remote = HttpRemote(allow_loopback=self.stack.endpoint is not None, total_seconds=SECONDS)
        most = options.at_once
        slots = ConsiderateSlots(most, console.print) if options.considerate else Semaphore(most)
        return Fetcher(remote, root, slots, wait, originals)


def local_source(path: Path, root: Path | None, pattern: str) -> Source:
    """The source that a path names: a folder, a CSV file, or a folder with `images.csv`.

    Raises:
        UsageError: there is no such path, or the options do not fit it.
    """
    if pattern:
        pattern_of(pattern)
    inside = path / _IN_FOLDER
    if path.is_dir() and not inside.is_file():
        if root is not None:
            raise UsageError("--root is for CSV files.")
        return Folder(path.resolve(), pattern)
    file = inside if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"There is no '{path}'.")
    if pattern:
        raise UsageError("--pattern is for folders without images.csv.")
    return CsvFile(file.resolve(), (root or file.parent).resolve())


def product_names(file: Path | None) -> frozenset[str] | None:
    """The keys of the products that a file names, one on a line; None, for all, without a file.

    Raises:
        UsageError: it cannot be read, is not UTF-8, or names no product.
    """
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 (byte {error.start}).") from None
    names = frozenset(product_key(line.strip()) for line in lines if line.strip())
    if not names:
        raise UsageError(f"{file} names no product.")
    return names


def described(source: Source) -> dict[str, str]:
    """What a ledger notes of a source, so that `--resume` finds it again."""
    if isinstance(source, CsvFile):
        return {"kind": "csv", "source": str(source.file), "root": str(source.root or "")}
    if isinstance(source, Folder):
        return {"kind": "folder", "source": str(source.root), "pattern": source.pattern}
    return {"kind": "platform"}


def _root_of(ledger: Ledger) -> Path | None:
    """The folder of a source's files, from its ledger; None if it has URLs only."""
    noted = ledger.fact("root") if ledger.fact("kind") == "csv" else ledger.fact("source")
    return Path(noted) if noted else None


def _result(source: Source, ledger: Ledger, engine: Engine, lines: int) -> Result:
    """What a run did, if it wrote so many lines into rejected.csv."""
    states, kinds = ledger.counts(), left_out(source, ledger)
    if engine.refused_aliases:
        kinds["SKUs that could not be aliases"] = engine.refused_aliases
    undone = states.get(State.LISTED, 0) + states.get(State.FETCHED, 0)
    return Result(
        *(engine.outcomes, lines - undone, undone),
        *(kinds, list(source.notes)),
        missing=removed_at_source(source, ledger, engine.shelf.catalogue, engine.wants),
        reduced=engine.reduced,
        unlisted_products=ledger.unlisted_products,
        renamed=len(engine.shelf.numbered),
    )
