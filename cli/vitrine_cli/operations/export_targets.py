"""Where an export goes: a folder, which can be completed later, or one tar file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from vitrine.clock import now
from vitrine_cli.ui.failure import FailureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = 1
"""The version of the layout, in `vitrine.json`."""
DESCRIPTION = "vitrine.json"
_FOLDERS = ("files", "library")


class Target(Protocol):
    """The destination of an export."""

    def holds(self, path: str, digest: str, /) -> bool:
        """Whether a file with this SHA-256 is there already."""

    def write(self, path: str, data: IO[bytes]) -> None:
        """Store a file, whole or not at all. Several threads may write at once.

        Args:
            path: where, below the target.
            data: the contents, at their beginning; the stream can seek.
        """

    def others(self, paths: set[str], /) -> list[str]:
        """Files from earlier exports beside those at `paths`."""


@contextmanager
def open_target(path: Path, description: Mapping[str, Any]) -> Iterator[Target]:
    """Open a folder, or a tar file if the name ends with `.tar`.

    Args:
        path: the folder or the file.
        description: shop and selection; an earlier export in the folder must have the same.

    Raises:
        FailureError: the file exists, or the folder has other contents.
    """
    try:
        if path.suffix == ".tar":
            with _tar(path) as target:
                yield target
        else:
            yield _folder(path, description)
    except OSError as error:
        raise FailureError(f"{error.filename or path}: {error.strerror}.") from None


class _Folder(Target):
    def __init__(self, root: Path) -> None:
        self._root = root

    def holds(self, path: str, digest: str, /) -> bool:
        try:
            with (self._root / path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            return False

    def write(self, path: str, data: IO[bytes]) -> None:
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        try:
            with part.open("wb") as out:
                shutil.copyfileobj(data, out)
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def others(self, paths: set[str], /) -> list[str]:
        stored = (
            file.relative_to(self._root).as_posix()
            for folder in _FOLDERS
            for file in (self._root / folder).rglob("*")
            if file.is_file()
        )
        return sorted(path for path in stored if path not in paths)


class _Tar(Target):
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._made_at = int(now().timestamp())
        self._one_at_a_time = threading.Lock()

    def holds(self, _path: str, _digest: str, /) -> bool:
        return False

    def write(self, path: str, data: IO[bytes]) -> None:
        member = tarfile.TarInfo(path)
        member.size, member.mode, member.mtime = data.seek(0, os.SEEK_END), 0o644, self._made_at
        data.seek(0)
        with self._one_at_a_time:
            self._tar.addfile(member, data)

    def others(self, _paths: set[str], /) -> list[str]:
        return []


def _folder(root: Path, description: Mapping[str, Any]) -> _Folder:
    present = root / DESCRIPTION
    if not root.exists() or not any(root.iterdir()):
        root.mkdir(parents=True, exist_ok=True)
        present.write_text(json.dumps({**description, "complete": False}, ensure_ascii=False))
    elif not _is_same(present, description):
        raise FailureError(
            f"{root} is not empty, and no export of this shop and selection: choose another folder."
        )
    return _Folder(root)


def _is_same(present: Path, description: Mapping[str, Any]) -> bool:
    try:
        found = json.loads(present.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    names = ("format", "shop", "selection")
    return isinstance(found, dict) and all(found.get(n) == description[n] for n in names)


@contextmanager
def _tar(path: Path) -> Iterator[_Tar]:
    if path.exists():
        raise FailureError(f"{path} exists already.")
    part = path.with_name(f"{path.name}.part")
    try:
        with tarfile.open(part, "w|", format=tarfile.PAX_FORMAT) as tar:
            yield _Tar(tar)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
