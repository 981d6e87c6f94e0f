"""The folder or CSV file that an import reads, named by a path or noted in a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitrine_cli.importing.sources.csv_file import CsvFile
from vitrine_cli.importing.sources.folder import Folder, pattern_of
from vitrine_cli.ui.failure import UsageError

if TYPE_CHECKING:
    from vitrine_cli.importing.ledger import Ledger
    from vitrine_cli.importing.source import Source

_IN_FOLDER = "images.csv"


def local_source(path: Path, root: Path | None, pattern: str) -> Source:
    """The source that a path names: a folder, a CSV file, or a folder with `images.csv`.

    Raises:
        UsageError: there is no such path, or the options do not fit it.
        FailureError: the CSV file is not UTF-8, or its header is not valid.
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
        raise UsageError(f"There is no file or folder '{path}'.")
    if pattern:
        raise UsageError("--pattern is for folders without images.csv.")
    found = CsvFile(file.resolve(), (root or file.parent).resolve())
    found.require_header()  # before a wrong file takes the place of the last import's list
    return found


def described(source: Source) -> dict[str, str]:
    """What a ledger notes of a source, so that `--resume` finds it again."""
    if isinstance(source, CsvFile):
        return {"kind": "csv", "source": str(source.file), "root": str(source.root or "")}
    if isinstance(source, Folder):
        return {"kind": "folder", "source": str(source.root), "pattern": source.pattern}
    return {"kind": "platform"}


def root_of(ledger: Ledger) -> Path | None:
    """The folder of a source's files, from its ledger; None if it has URLs only."""
    noted = ledger.fact("root") if ledger.fact("kind") == "csv" else ledger.fact("source")
    return Path(noted) if noted else None
