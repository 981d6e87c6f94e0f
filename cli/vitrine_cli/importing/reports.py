"""The files that an import writes: `rejected.csv`, `ids.csv` and `differs.csv`."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitrine.domain.locations import original_address, public_url
from vitrine_cli.importing.csv_columns import cells_of, columns_of, filled
from vitrine_cli.importing.ledger import DONE
from vitrine_cli.importing.source import LIBRARY, SourceProduct
from vitrine_cli.ui.failure import UnwritableError

if TYPE_CHECKING:
    from pathlib import Path

    from vitrine.domain.images import Image
    from vitrine.domain.library import LibraryImage
    from vitrine.services.catalogue import Catalogue
    from vitrine_cli.importing.ledger import Entry, Ledger
    from vitrine_cli.importing.originals import Match
    from vitrine_cli.importing.verifying import Difference

UNDONE = "the import ended before it"
REJECTED, IDS, DIFFERS = "rejected.csv", "ids.csv", "differs.csv"
ORIGINALS = "originals.csv"
_IDS_COLUMNS = ("source_product", "source_image", "product", "image", "url")
_DIFFERS_COLUMNS = ("product", "image", "what", "source", "here")
_ORIGINALS_COLUMNS = ("product", "image", "name", "file", "result")


@dataclass(frozen=True, slots=True)
class _Report:
    """A CSV file that is written beside its place first, so that a full disk leaves no half one.

    Attributes:
        file: its place.
        columns: the columns of its header.
        rows: its lines.
    """

    file: Path
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]

    @property
    def part(self) -> Path:
        """Where it is written first."""
        return self.file.with_name(f".{self.file.name}.part")

    def write_part(self) -> None:
        """Write it beside its place."""
        with self.part.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, self.columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self.rows)


def require_writable(folder: Path) -> None:
    """Check that the reports can be written, before anything is imported.

    Raises:
        UnwritableError: they cannot.
    """
    for name in (REJECTED, IDS):
        report = _report(folder, name, (), ())
        with _named(report):
            report.part.touch()
            report.part.unlink()
            if report.file.exists():
                report.file.open("a").close()


def write_reports(ledger: Ledger, folder: Path, catalogue: Catalogue, media_url: str) -> int:
    """Write `rejected.csv` and `ids.csv` of one state of the ledger: no image is in both.

    After a second interrupt, workers are still storing images. A list that names nothing leaves
    both files as they are, and one that names no image of the shop leaves `ids.csv`: they can be
    those of another import, which nothing could write again.

    Returns:
        The number of lines of `rejected.csv` without the header.
    """
    with ledger.held():
        rejected, written = _rejected(ledger), []
        if rejected or ledger.counts():
            written.append(_report(folder, REJECTED, columns_of(rejected), rejected))
        if ledger.lists_stored_images:
            ids = _ids(ledger, catalogue, media_url)
            written.append(_report(folder, IDS, _IDS_COLUMNS, ids))
        _write(*written)
    return len(rejected)


def _rejected(ledger: Ledger) -> list[Mapping[str, str]]:
    """What is not in the shop, as lines that can be corrected and imported."""
    rows = [{**each.cells, "reason": each.reason} for each in ledger.unreadable()]
    described = []
    for entry in ledger.entries_of_list():
        if entry.state in DONE:
            continue
        added = {"source_id": entry.path, "reason": entry.reason or UNDONE}
        if entry.listed.cells:
            rows.append({**entry.listed.cells, **added})
        else:
            cells = cells_of(SourceProduct(entry.product, ()), entry.listed, entry.path)
            described.append({**cells, **added})
    return [*rows, *filled(described)]


def _ids(ledger: Ledger, catalogue: Catalogue, media_url: str) -> list[Mapping[str, str]]:
    """The ids and URLs of all images that the ledger knows, those of earlier lists too."""
    rows: list[Mapping[str, str]] = []
    for product in ledger.products(all_lists=True):
        entries = [each for each in ledger.entries(product.name) if each.image is not None]
        if not entries:
            continue
        key, images = images_of(catalogue, product.name, entries)
        for entry in entries:
            image = None if entry.image is None else images.get(entry.image)
            if image is not None:
                picture = original_address(image).full_size_key(image.original.format)
                rows.append(_id_row(entry, key, public_url(media_url, picture)))
    return rows


def images_of(
    catalogue: Catalogue, name: str, entries: Iterable[Entry]
) -> tuple[str, Mapping[int, Image | LibraryImage]]:
    """The key of a product of the source here, and its images by id."""
    shop = catalogue.shop.id
    if name == LIBRARY:
        ids = (each.image for each in entries if each.image is not None)
        found = (catalogue.stores.library.image(shop, each) for each in ids)
        return LIBRARY, {each.id: each for each in found if each is not None}
    key = catalogue.product(name)
    return key, catalogue.stores.galleries.gallery_with_images(shop, key)[1]


def write_differences(differences: Iterable[Difference], folder: Path) -> Counter[str]:
    """Write what the verification found; a file without lines if all is equal.

    Returns:
        The number of lines by what differs.
    """
    rows = [
        {
            "product": each.product,
            "image": each.image,
            "what": each.what,
            "source": each.source,
            "here": each.here,
        }
        for each in differences
    ]
    _write(_report(folder, DIFFERS, _DIFFERS_COLUMNS, rows))
    return Counter(row["what"] for row in rows)


def write_originals(matches: Iterable[Match], folder: Path) -> dict[str, int]:
    """Write which file of `--originals` replaced which picture.

    Returns:
        How many images and files have each result.
    """
    rows = [
        {
            "product": each.product,
            "image": each.image,
            "name": each.name,
            "file": "|".join(each.files),
            "result": each.result,
        }
        for each in matches
    ]
    _write(_report(folder, ORIGINALS, _ORIGINALS_COLUMNS, rows))
    return dict(Counter(row["result"] for row in rows))


def _id_row(entry: Entry, product: str, url: str) -> dict[str, str]:
    return {
        "source_product": entry.product,
        "source_image": entry.listed.id,
        "product": product,
        "image": str(entry.image),
        "url": url,
    }


def _report(
    folder: Path, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> _Report:
    return _Report((folder / name).resolve(), columns, rows)


def _write(*reports: _Report) -> None:
    """Write all reports, or leave all as they are.

    Raises:
        UnwritableError: one of them cannot be written.
    """
    try:
        for report in reports:
            with _named(report):
                report.write_part()
        for report in reports:
            with _named(report):
                report.part.replace(report.file)
    finally:
        for report in reports:
            report.part.unlink(missing_ok=True)


@contextmanager
def _named(report: _Report) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwritableError(f"{report.file} cannot be written: {error.strerror}.") from None
