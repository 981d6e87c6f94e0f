"""A CSV file with one image in each line, as `docs/moving-in.md` describes it."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.imports import FILES, SOURCE_MARK
from vitrine.domain.library import Purpose
from vitrine.domain.shops import is_product_name, product_key
from vitrine_cli.importing.csv_columns import (
    RAW,
    SURPLUS,
    CellError,
    image_of,
    is_known,
    is_literal,
    is_set,
)
from vitrine_cli.importing.source import (
    LAST,
    LIBRARY,
    Page,
    SourceImage,
    SourceProduct,
    Unreadable,
    identity,
)
from vitrine_cli.ui.failure import FailureError

LONGEST_CELL = 2**20  # characters
RETIRED = "deleted images"
"""The name, for people, of lines that `vitrine export --retired` writes."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file that is not empty.

    Attributes:
        number: where it begins.
        cells: its cells by column.
        problem: why it describes no image, regardless of its cells; empty if it may describe one.
    """

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass
class CsvFile:
    """`vitrine_cli.importing.source.Source` over a CSV file.

    Attributes:
        file: the file.
        root: the folder that paths in it are relative to.
        notes: what the operator should know about the whole file.
    """

    file: Path
    root: Path | None
    prefix: str = f"{SOURCE_MARK}{FILES}"
    notes: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def require_header(self) -> None:
        """Refuse a file of which no line could be imported.

        Raises:
            FailureError: the file is not UTF-8, or its header is not valid.
        """
        next(replace(self, notes=[])._lines(), None)

    def pages(self, after: str | None) -> Iterator[Page]:
        del after  # a file is read at once
        products: defaultdict[str, list[SourceImage]] = defaultdict(list)
        unreadable, paths = [], set[str]()
        self.notes, self.left_out = [], Counter()
        for line in self._lines():
            place = f"line {line.number}"
            try:
                if is_set(line.cells, "retired"):
                    self.left_out[RETIRED] += 1
                    continue
                name, image = self._image(line)
            except CellError as error:
                unreadable.append(Unreadable(place, str(error), line.cells))
                continue
            path = identity(self.prefix, name, image.id)
            if path in paths:
                reason = "an earlier line names the same picture of the product"
                unreadable.append(Unreadable(place, reason, line.cells))
                continue
            paths.add(path)
            products[name].append(image)
        found = tuple(
            SourceProduct(name, self._one_thumbnail(name, images))
            for name, images in products.items()
            if images
        )
        yield Page(found, tuple(unreadable), total=len(found))

    def _image(self, line: _Line) -> tuple[str, SourceImage]:
        cells = line.cells
        if line.problem:
            raise CellError(line.problem)
        name, purpose = cells.get("product", ""), cells.get("purpose", "")
        if purpose and name:
            raise CellError("a line has a product or a purpose")
        if purpose not in ("", *Purpose):
            raise CellError(f"purpose is one of {', '.join(Purpose)}, not '{purpose}'")
        if not (purpose or is_product_name(name)):
            raise CellError(
                f"{name!r} cannot name a product: 1 to 64 characters, no '/', no control characters"
            )
        image = image_of(cells, line.number)
        rank = image.rank
        if rank == LAST and not cells.get("source_id"):
            rank += line.number  # a line that a report repeats keeps its earlier place
        if purpose:
            own = image.id if image.id.startswith(SOURCE_MARK) else f"{purpose}/{image.id}"
            return LIBRARY, replace(image, rank=rank, id=own)
        key = product_key(name)
        return key, replace(image, rank=rank, id=_without_folder(image.id, key))

    def _one_thumbnail(self, name: str, images: list[SourceImage]) -> tuple[SourceImage, ...]:
        """The images of which at most one is the thumbnail: the first that asks for it."""
        asking = [each for each in images if THUMBNAIL in (each.roles or ())]
        for each in asking[1:]:
            self.notes.append(f"line {each.line}: product {name} has a thumbnail already")
        surplus = {each.id for each in asking[1:]}
        return tuple(
            replace(each, roles=(each.roles or frozenset()) - {THUMBNAIL})
            if each.id in surplus
            else each
            for each in images
        )

    def _lines(self) -> Iterator[_Line]:
        """All lines but the header and empty ones.

        Raises:
            FailureError: the file is not UTF-8, or its header is not valid.
        """
        try:
            text = self.file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FailureError(
                f"{self.file} is no CSV file in UTF-8 (byte {error.start}); give a folder of "
                "pictures, or a CSV file."
            ) from None
        except OSError as error:
            raise FailureError(f"{self.file} cannot be read: {error.strerror}.") from None
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        records = _records(text, delimiter)
        _, header = next(records, (1, []))
        if isinstance(header, str):
            raise FailureError(f"The header of {self.file} is not valid CSV.")
        # Blanks tell columns without a name apart, so that no cell of a rejected line is lost.
        titles = [each.strip() or " " * number for number, each in enumerate(header)]
        self._check_header(titles)
        for line, record in records:
            if isinstance(record, str):
                empty = dict.fromkeys(titles, "")
                yield _Line(line, {**empty, RAW: record}, "it is not valid CSV")
            elif any(each.strip() for each in record):
                yield _line(line, titles, record)

    def _check_header(self, titles: list[str]) -> None:
        if "product" not in titles or not {"file", "url"} & set(titles):
            raise FailureError(
                f"The header of {self.file} needs the columns 'product', and 'file' or 'url'."
            )
        twice = [name for name, count in Counter(titles).items() if count > 1 and name.strip()]
        if twice:
            raise FailureError(f"The header of {self.file} has the column '{twice[0]}' twice.")
        unknown = [name for name in titles if name.strip() and not is_known(name)]
        if unknown:
            self.notes.append(f"columns without a meaning: {', '.join(unknown)}")


def _line(number: int, titles: Sequence[str], record: Sequence[str]) -> _Line:
    """A line that is valid CSV."""
    cells = dict(itertools.zip_longest(titles, record[: len(titles)], fillvalue=""))
    if not is_literal(cells):
        cells = {name: cell.strip() for name, cell in cells.items()}
    surplus = " ".join(filter(None, map(str.strip, record[len(titles) :])))
    if not surplus:
        return _Line(number, cells)
    problem = f"the line has more cells than the header: '{surplus}'"
    return _Line(number, {**cells, SURPLUS: surplus}, problem)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with the number of its first line; a line that is not valid CSV as text.

    A quote that is never closed spoils only the line in which it is opened.
    """
    lines = io.StringIO(text, newline="").readlines()
    read = 0

    def following() -> Iterator[str]:
        nonlocal read
        while read < len(lines):
            read += 1
            yield lines[read - 1]

    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(following(), delimiter=delimiter, strict=True)
    while read < len(lines):
        first = read
        try:
            record: list[str] | str = next(reader)
        except csv.Error:
            record, read = lines[first].rstrip("\r\n"), first + 1
            reader = csv.reader(following(), delimiter=delimiter, strict=True)
        yield first + 1, record


def _without_folder(path: str, product: str) -> str:
    """The id of a file, which is the same in the folder of its product and in a CSV file."""
    if path.startswith(SOURCE_MARK):
        return path
    folder, slash, rest = path.partition("/")
    return rest if slash and product_key(unquote(folder)) == product else path
