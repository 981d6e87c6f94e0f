"""What an import would do: `vitrine import --dry-run`. It writes nothing, and keeps no ledger."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from vitrine_cli.importing.engine import Engine
from vitrine_cli.importing.forecast import Forecast
from vitrine_cli.importing.ledger import opened_ledger
from vitrine_cli.importing.left_out import left_out
from vitrine_cli.importing.sample import Sample, Step
from vitrine_cli.importing.settled_names import require_settled_names
from vitrine_cli.importing.storing import problem_of, product_problem
from vitrine_cli.importing.unfetched import UnfetchedError
from vitrine_cli.operations.price_list import price_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitrine_cli.importing.fetching import Fetcher
    from vitrine_cli.importing.ledger import Entry, Ledger
    from vitrine_cli.importing.progress import ImportProgress
    from vitrine_cli.importing.source import Source
    from vitrine_cli.importing.storing import Shelf

_EVENTS = ("pipeline.import_file", "pipeline.generate_renditions")
"""What an image costs by the price list. An import makes the requests of ImportFile, in less."""
_GIGABYTE = 10**9


def _check_all(
    ledger: Ledger,
    shelf: Shelf,
    fetcher: Fetcher,
    sample: Sample,
    found: Forecast,
    progress: ImportProgress,
    *,
    registers: bool,
) -> None:
    """Count what is listed in a ledger, and what would be rejected."""
    unreadable = ledger.unreadable()
    found.images += len(unreadable)
    for line in unreadable:
        found.reject(line.reason)
    progress.begin(found.images + sum(ledger.counts().values()), "Checking")
    for product in ledger.products():
        found.products += 1
        problem = "" if registers else product_problem(shelf, product.name)
        for entry in ledger.entries(product.name):
            found.images += 1
            if reason := problem or shelf.problem_before(entry):
                found.reject(reason)
            else:
                _check(entry, shelf, fetcher, sample, found)
            found.bytes = sample.read
            progress.checked(found)


def forecast(
    source: Source,
    shelf: Shelf,
    fetcher: Fetcher,
    at_once: int,
    wants: Callable[[str], bool],
    progress: ImportProgress,
    *,
    registers: bool,
    is_local: bool,
) -> Forecast:
    """What an import would do.

    Files are read and inspected; of URLs, one of each host is fetched.

    Args:
        source: the source.
        shelf: the shop.
        fetcher: gets the bytes of images.
        at_once: downloads at the same time.
        wants: whether a product, given by its name, is to be imported.
        progress: shows how far the check has come.
        registers: whether the import registers unknown products.
        is_local: whether the stack is on this machine.

    Raises:
        FailureError: the source cannot be read.
        UsageError: the shop has its images under other names of their products.
    """
    found, sample = Forecast(is_local=is_local), Sample()
    with opened_ledger(None) as ledger:
        ledger.begin_list()
        began = time.monotonic()
        Engine(ledger, shelf, fetcher, wants=wants).list_source(source, progress.listed)
        require_settled_names(source, ledger, shelf)
        listing = time.monotonic() - began
        found.left_out, found.notes = left_out(source, ledger), list(source.notes)
        found.unlisted_products = ledger.unlisted_products
        if fetcher.originals is not None:
            found.originals = fetcher.originals.match(ledger)
        _check_all(ledger, shelf, fetcher, sample, found, progress, registers=registers)
    found.new_bytes = sample.new_read + round(sample.mean_size * found.unread)
    if is_local:
        least, most = sample.local_seconds(found.new, os.cpu_count() or 1)
    else:
        least, most = sample.seconds(found.new, at_once)
    found.seconds = listing + least, listing + most
    _add_price(found)
    return found


def _add_price(found: Forecast) -> None:
    prices = price_list()
    found.usd = found.new * sum(map(prices.of, _EVENTS)) / 1e6
    found.usd_a_month = found.new_bytes / _GIGABYTE * prices.storage


def _check(entry: Entry, shelf: Shelf, fetcher: Fetcher, sample: Sample, found: Forecast) -> None:
    """Count what would become of an image."""
    size, places = None, entry.listed.places
    if places and sample.asks_for(places[0]):
        try:
            with sample.timed(Step.FETCH):
                upload = fetcher.fetch(entry.listed).upload
        except UnfetchedError as error:
            found.reject(str(error))
            return
        sample.pictures += 1
        size = len(upload.data)
        sample.read += size
        with sample.timed(Step.CHECK):
            problem = problem_of(entry, upload)
        if problem:
            found.reject(problem)
            return
        sample.render(upload.data)
    with sample.timed(Step.READ_TABLE):
        settled = shelf.settled(entry)
    if settled is not None:
        found.present += 1
        return
    found.new += 1
    sample.new_read += size or 0
    found.unread += size is None
