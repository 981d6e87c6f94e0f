"""A CSV file with one image in each line, as `docs/moving-in.md` describes it."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.imports import SOURCE_MARK
from vitrine.domain.library import Purpose
from vitrine.domain.shops import is_product_name, product_key
from vitrine_cli.importing.csv_columns import (
    CellError,
    image_of,
    is_known,
    is_literal,
    is_set,
)
from vitrine_cli.importing.source import LAST, LIBRARY, Page, SourceImage, SourceProduct, Unreadable
from vitrine_cli.ui.failure import FailureError

LONGEST_CELL = 2**20  # characters
RETIRED = "deleted images"
"""The name, for people, of lines that `vitrine export --retired` writes."""
RAW, SURPLUS = "line", "surplus"
"""Columns of a rejected line: its text if it is not valid CSV, and cells behind the last column."""


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
    prefix: str = "@folder"
    notes: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def pages(self, after: str | None) -> Iterator[Page]:
        del after  # a file is read at once
        products: defaultdict[str, list[SourceImage]] = defaultdict(list)
        unreadable = []
        self.notes, self.left_out = [], Counter()
        for line, cells in self._lines():
            try:
                if is_set(cells, "retired"):
                    self.left_out[RETIRED] += 1
                    continue
                name, image = self._image(cells, line)
            except CellError as error:
                unreadable.append(Unreadable(f"line {line}", str(error), cells))
                continue
            if any(each.id == image.id for each in products[name]):
                reason = "an earlier line names the same picture of the product"
                unreadable.append(Unreadable(f"line {line}", reason, cells))
                continue
            products[name].append(image)
        found = tuple(
            SourceProduct(name, self._one_thumbnail(name, images))
            for name, images in products.items()
            if images
        )
        yield Page(found, tuple(unreadable), total=len(found))

    def _image(self, cells: Mapping[str, str], line: int) -> tuple[str, SourceImage]:
        if RAW in cells:
            raise CellError("it is not valid CSV")
        if extra := cells.get(SURPLUS):
            raise CellError(f"the line has more cells than the header: '{extra}'")
        name, purpose = cells.get("product", ""), cells.get("purpose", "")
        if purpose and name:
            raise CellError("a line has a product or a purpose")
        if purpose not in ("", *Purpose):
            raise CellError(f"purpose is one of {', '.join(Purpose)}, not '{purpose}'")
        if not (purpose or is_product_name(name)):
            raise CellError(
                f"{name!r} cannot name a product: 1 to 64 characters, no '/', no control characters"
            )
        image = image_of(cells, line)
        rank = image.rank if image.rank < LAST else LAST + line
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

    def _lines(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The number of each line, where it begins, and its cells by column.

        Raises:
            FailureError: the file is not UTF-8, or its header is not valid.
        """
        try:
            text = self.file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FailureError(f"{self.file} is not UTF-8 (byte {error.start}).") from None
        except OSError as error:
            raise FailureError(f"{self.file} cannot be read: {error.strerror}.") from None
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        records = _records(text, delimiter)
        _, header = next(records, (1, []))
        if isinstance(header, str):
            raise FailureError(f"The header of {self.file} is not valid CSV.")
        titles = [each.strip() for each in header]
        self._check_header(titles)
        for line, record in records:
            if isinstance(record, str):
                yield line, {RAW: record}
                continue
            if any(each.strip() for each in record):
                surplus = " ".join(filter(None, map(str.strip, record[len(titles) :])))
                named = dict(zip(titles, record, strict=False))
                if not is_literal(named):
                    named = {name: cell.strip() for name, cell in named.items()}
                yield line, {**named, **({SURPLUS: surplus} if surplus else {})}

    def _check_header(self, titles: list[str]) -> None:
        if "product" not in titles or not {"file", "url"} & set(titles):
            raise FailureError(
                f"The header of {self.file} needs the columns 'product', and 'file' or 'url'."
            )
        twice = [name for name, count in Counter(titles).items() if count > 1 and name]
        if twice:
            raise FailureError(f"The header of {self.file} has the column '{twice[0]}' twice.")
        unknown = [name for name in titles if name and not is_known(name)]
        if unknown:
            self.notes.append(f"columns without a meaning: {', '.join(unknown)}")


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
