"""A folder with a sub-folder of pictures for each product."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from vitrine.domain.imports import FILES, SOURCE_MARK
from vitrine.domain.natural_order import natural_key
from vitrine.domain.shops import is_product_name, product_key
from vitrine_cli.importing.source import Page, SourceImage, SourceProduct, Unreadable
from vitrine_cli.ui.failure import FailureError, UsageError

_IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_PARTS = {"{product}": "(?P<product>.+?)", "{n}": r"(?P<n>\d+)", "{any}": ".*?"}
_TOO_DEEP = "it lies deeper than <product>/<file>"
_BAD_NAME = "its folder cannot name a product: 1 to 64 characters, no '/', no control characters"
_NOT_UTF8 = "its name, or that of its folder, is not UTF-8"
_SAME_FILE = "another file of the same product has its name; rename one of them"


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a product: its path below the root, its id, the key of its order, and the name."""

    path: str
    id: str
    order: tuple[object, ...]
    product: str


_Products = defaultdict[str, dict[str, _File]]
"""The files of each product by their ids, by the product's key."""


@dataclass
class Folder:
    """`vitrine_cli.importing.source.Source` over a folder.

    Attributes:
        root: the folder.
        pattern: the names of files directly in it, such as `{product}_{n}`; empty to reject them.
    """

    root: Path
    pattern: str = ""
    prefix: str = f"{SOURCE_MARK}{FILES}"
    left_out: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    def pages(self, after: str | None) -> Iterator[Page]:
        del after  # a folder is read at once
        self.left_out = Counter()
        products: _Products = defaultdict(dict)
        unreadable: list[Unreadable] = []
        for path in self._entries(self.root):
            if path.is_dir():
                self._read_product(path, products, unreadable)
            else:
                self._read_file(path, products, unreadable)
        found = tuple(
            SourceProduct(name, tuple(_images(files.values()))) for name, files in products.items()
        )
        yield Page(found, tuple(unreadable), total=len(found))

    def _deeper(self, folder: Path) -> Iterator[Path]:
        """All files below a folder that lies in a product's folder; links are not followed."""
        for parent, folders, names in os.walk(folder):
            folders.sort()
            yield from (Path(parent, name) for name in sorted(names) if not self._ignores(name))

    def _ignores(self, name: str) -> bool:
        """Whether a name is left out, and counted."""
        ignored = name.startswith((".", "_")) or name.lower() in _IGNORED
        self.left_out["hidden and system files"] += ignored
        return ignored

    def _entries(self, folder: Path) -> list[Path]:
        """What a folder holds and an import takes, by name."""
        try:
            entries = sorted(folder.iterdir(), key=lambda path: natural_key(path.name))
        except OSError as error:
            raise FailureError(f"{folder} cannot be read: {error.strerror}.") from None
        kept = []
        for path in entries:
            if self._ignores(path.name):
                continue
            if path.is_symlink() and not self._leads_inside(path):
                self.left_out["links that lead out of the folder or nowhere"] += 1
            elif path.is_dir() or path.is_file():
                kept.append(path)
            else:
                self.left_out["neither files nor folders"] += 1
        return kept

    def _leads_inside(self, link: Path) -> bool:
        """Whether a link leads to a file or a folder in the folder, and not in a circle."""
        try:
            return link.resolve(strict=True).is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # RuntimeError: a circle, before Python 3.13
            return False

    def _read_product(
        self, folder: Path, products: _Products, unreadable: list[Unreadable]
    ) -> None:
        name = _decoded(folder.name)
        for path in self._entries(folder):
            relative = _text(f"{folder.name}/{path.name}")
            if path.is_dir():
                below = (_text(str(each.relative_to(self.root))) for each in self._deeper(path))
                unreadable.extend(_unreadable(each, _TOO_DEEP, name or "") for each in below)
            elif name is None or relative != f"{folder.name}/{path.name}":
                unreadable.append(_unreadable(relative, _NOT_UTF8, name or ""))
            elif not is_product_name(name):
                unreadable.append(_unreadable(relative, _BAD_NAME, name))
            else:
                file = _File(relative, path.name, natural_key(path.name), name)
                _add(file, products, unreadable)

    def _read_file(self, path: Path, products: _Products, unreadable: list[Unreadable]) -> None:
        """Read a file that lies directly in the root."""
        name = _text(path.name)
        found = self._pattern.fullmatch(path.stem) if self._pattern else None
        if found is None:
            reason = "it is in no product's folder, and fits no --pattern"
            unreadable.append(_unreadable(name, reason, ""))
        elif name != path.name or (product := _decoded(found["product"])) is None:
            unreadable.append(_unreadable(name, _NOT_UTF8, ""))
        elif not is_product_name(product):
            unreadable.append(_unreadable(name, _BAD_NAME, product))
        else:
            number = int(found["n"]) if "n" in found.groupdict() else 0
            file = _File(name, name, (number, natural_key(name)), product)
            _add(file, products, unreadable)

    @property
    def _pattern(self) -> re.Pattern[str] | None:
        return pattern_of(self.pattern) if self.pattern else None


def pattern_of(text: str) -> re.Pattern[str]:
    """The expression of a pattern such as `{product}_{n}`, for names without extension.

    Raises:
        UsageError: it has unknown parts, a part twice, or no `{product}`.
    """
    pieces = re.split(r"(\{[^}]*\})", text)
    parts = pieces[1::2]
    if unknown := [each for each in parts if each not in _PARTS]:
        raise UsageError(f"A pattern has the parts {', '.join(_PARTS)}, not {unknown[0]}.")
    if parts.count("{product}") != 1 or parts.count("{n}") > 1:
        raise UsageError("A pattern has {product} once, and {n} at most once.")
    return re.compile("".join(_PARTS.get(each, re.escape(each)) for each in pieces), re.DOTALL)


def _add(file: _File, products: _Products, unreadable: list[Unreadable]) -> None:
    """Add a file to its product, or reject it if the product has one of the same id."""
    if products[product_key(file.product)].setdefault(file.id, file) is not file:
        unreadable.append(_unreadable(file.path, _SAME_FILE, file.product))


def _images(files: Iterable[_File]) -> Iterator[SourceImage]:
    for rank, file in enumerate(sorted(files, key=lambda each: (_rooted(each), each.order)), 1):
        name = file.path.rpartition("/")[2]
        cells = {"product": file.product, "file": file.path, "url": "", "position": str(rank)}
        yield SourceImage(file.id, (file.path,), rank, file_name=name, cells=cells)


def _rooted(file: _File) -> bool:
    """Whether a file lies directly in the root; such files follow those of the product's folder."""
    return "/" not in file.path


def _unreadable(path: str, reason: str, product: str) -> Unreadable:
    return Unreadable(path, reason, {"product": product, "file": path})


def _decoded(name: str) -> str | None:
    """The product that a folder or a file names; None if it is not UTF-8."""
    try:
        product = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return None
    return product if _text(product) == product else None


def _text(name: str) -> str:
    """A file name of which each byte that is not UTF-8 is replaced."""
    return name.encode(errors="surrogateescape").decode(errors="replace")
