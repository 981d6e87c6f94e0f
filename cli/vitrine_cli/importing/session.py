"""One `vitrine import`: its ledger, its source, its run, and the result for the operator."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from threading import Event, Semaphore
from typing import TYPE_CHECKING
from urllib.parse import quote

from vitrine.adapters.remote import HttpRemote
from vitrine.domain.images import RenditionState
from vitrine.domain.imports import SOURCE_MARK
from vitrine.services.catalogue import BULK_RETRY, Catalogue
from vitrine_cli.importing import reports
from vitrine_cli.importing.checking import forecast
from vitrine_cli.importing.download_slots import ConsiderateSlots
from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.fetching import SECONDS, Fetcher
from vitrine_cli.importing.forecast import Forecast
from vitrine_cli.importing.ledger import DONE, SETTLED, Ledger, opened_for_owner, opened_ledger
from vitrine_cli.importing.local_source import described, root_of
from vitrine_cli.importing.main_language import SETTING, MainLanguage
from vitrine_cli.importing.noted_runs import (
    NotedRun,
    facts_of,
    last_run,
    require_same_names,
)
from vitrine_cli.importing.originals import Originals, originals_for
from vitrine_cli.importing.pauses import pause_of
from vitrine_cli.importing.platform_client import PausedError
from vitrine_cli.importing.progress import ImportProgress, import_progress
from vitrine_cli.importing.rereading import Rereading
from vitrine_cli.importing.result import Result, result_of
from vitrine_cli.importing.settled_names import require_settled_names
from vitrine_cli.importing.sources.csv_file import CsvFile
from vitrine_cli.importing.sources.folder import Folder
from vitrine_cli.importing.status import ledger_folder, ledger_stack
from vitrine_cli.importing.storing import Shelf
from vitrine_cli.importing.verifying import ABSENT, Verified, verify
from vitrine_cli.importing.waiting import wait_for_renditions
from vitrine_cli.operations import records, shop_settings
from vitrine_cli.ui.failure import FailureError, UnfinishedError, UnwritableError
from vitrine_cli.ui.progress import console

if TYPE_CHECKING:
    from vitrine.domain.images import Image
    from vitrine.domain.library import LibraryImage
    from vitrine.domain.shops import Shop
    from vitrine_cli.importing.options import Options
    from vitrine_cli.importing.platforms import PlatformOptions
    from vitrine_cli.importing.source import Page, Source
    from vitrine_cli.operations.deployed_stack import DeployedStack


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
        source = quote(prefix.removeprefix(SOURCE_MARK), safe="", errors="surrogateescape")
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
        require_settled_names(source, ledger, engine.shelf)
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
        done = result_of(source, ledger, engine, lines)
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
            pause = pause_of(stopping)
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
            fetcher = self._fetcher(root_of(ledger), options, stopping, originals)
            again = Rereading(ledger, shelf.catalogue, fetcher, stopping)
            return self._verify(shelf, again, options, progress)

    def source_of(self, prefix: str) -> Source:
        """The folder or CSV file of an import, from its ledger."""
        with opened_ledger(self.ledger_file(prefix)) as ledger:
            path, root = Path(ledger.fact("source")), root_of(ledger)
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
        counts = again.ledger.counts()
        images = sum(counts.get(each, 0) for each in DONE)
        source = again.ledger.fact("source") or again.ledger.fact("prefix").removeprefix(
            SOURCE_MARK
        )
        undone = sum(counts.values()) - images
        return Verified(lines.total(), lines[ABSENT], pending, images, undone, source)

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
        remote = HttpRemote(allow_loopback=self.stack.endpoint is not None, total_seconds=SECONDS)
        most = options.at_once
        slots = ConsiderateSlots(most, console.print) if options.considerate else Semaphore(most)
        return Fetcher(remote, root, slots, pause_of(stopping), originals)
