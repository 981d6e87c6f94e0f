"""Better files than a platform has, from the folder of `--originals`, by the slugs of names."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vitrine.domain.locations import rendition_slug, slug
from vitrine.services.sources import Upload
from vitrine_cli.importing.ledger import DONE
from vitrine_cli.importing.local_files import read_file
from vitrine_cli.importing.storing import picture_problem
from vitrine_cli.importing.unfetched import UnfetchedError
from vitrine_cli.ui.failure import FailureError, UsageError

if TYPE_CHECKING:
    from vitrine_cli.importing.ledger import Entry, Ledger
    from vitrine_cli.importing.source import SourceImage

REPLACED = "replaced"
NO_FILE, NO_IMAGE = "no file", "no image"
SEVERAL_FILES, SEVERAL_IMAGES = "several files", "several images"
NOT_USED = "not used: the image is here already; --update replaces it"
NOT_IMPORTED = "not imported"
_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"})
_NAMELESS = "image"  # the slug of a name without any letter or digit of ASCII


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a name.

    Attributes:
        product: key of the product of the image; empty without an image.
        image: id of the image at the source; empty for none.
        name: the slug.
        files: the files of this name, as paths below the folder.
        result: whether the file replaces the platform's picture, or why not.
    """

    product: str
    image: str
    name: str
    files: tuple[str, ...]
    result: str


@dataclass
class Originals:
    """The pictures in a folder and its sub-folders.

    A file replaces the picture of an image if it is the only file of its name, and the image the
    only one: nothing tells which of several is meant.

    Attributes:
        folder: the folder.
    """

    folder: Path
    _files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _images: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Originals:
        """List a folder.

        Raises:
            UsageError: there is no such folder.
            FailureError: it cannot be read.
        """
        if not folder.is_dir():
            raise UsageError(f"--originals: there is no folder '{folder}'.")
        found = cls(folder.resolve())
        try:
            for file in sorted(folder.resolve().rglob("*")):
                if file.suffix.lower() in _EXTENSIONS and file.name[0] not in "._":
                    name = rendition_slug(file.name)
                    is_named = name != _NAMELESS or file.stem.lower() == _NAMELESS
                    path = str(file.relative_to(found.folder))
                    found._files[name if is_named else path].append(path)
        except OSError as error:
            raise FailureError(f"{error.filename} cannot be read: {error.strerror}.") from None
        return found

    @property
    def has_files(self) -> bool:
        """Whether there is any picture."""
        return bool(self._files)

    def match(self, ledger: Ledger) -> int:
        """Compare the names of the files with those of the present list.

        Returns:
            How many images a file replaces, if it is an accepted picture.
        """
        self._images = defaultdict(list)
        for entry in ledger.entries_of_list():
            self._images[slug(entry.listed.file_name)].append((entry.product, entry.listed.id))
        return sum(self._file_of(name) is not None for name in self._images)

    def upload_of(self, image: SourceImage) -> Upload | None:
        """The file that replaces the platform's picture; None if that is to be used."""
        name = slug(image.file_name)
        path = self._file_of(name)
        if path is None:
            return None
        try:
            upload = Upload(read_file(self.folder, path), Path(path).name)
        except UnfetchedError as error:
            self._refused[name] = str(error)
            return None
        if problem := picture_problem(upload):
            self._refused[name] = problem
            return None
        self._digests[path] = hashlib.sha256(upload.data).hexdigest()
        return upload

    def matches(self, ledger: Ledger) -> Iterator[Match]:
        """What became of each name: those of the images first, then files that fit no image."""
        named = set[str]()
        for entry in ledger.entries_of_list():
            name = slug(entry.listed.file_name)
            named.add(name)
            files = tuple(self._files.get(name, ()))
            yield Match(entry.product, entry.listed.id, name, files, self._result(name, entry))
        for name in sorted(self._files.keys() - named):
            yield Match("", "", name, tuple(self._files[name]), NO_IMAGE)

    def _file_of(self, name: str) -> str | None:
        files = self._files.get(name, ())
        return files[0] if len(files) == 1 == len(self._images[name]) else None

    def _result(self, name: str, entry: Entry) -> str:
        path = self._file_of(name)
        if path is None:
            files = len(self._files.get(name, ()))
            return NO_FILE if not files else SEVERAL_FILES if files > 1 else SEVERAL_IMAGES
        if name in self._refused:
            return self._refused[name]
        if entry.state not in DONE:
            return NOT_IMPORTED
        return REPLACED if entry.digest == self._digest(path) else NOT_USED

    def _digest(self, path: str) -> str:
        """The SHA-256 of a file; empty if it cannot be read any more."""
        if path in self._digests:
            return self._digests[path]
        try:
            return hashlib.sha256(read_file(self.folder, path)).hexdigest()
        except UnfetchedError:
            return ""


def originals_for(
    ledger: Ledger, given: Path | None, *, resumes: bool, updates: bool
) -> Originals | None:
    """The folder of better files for a run, which the ledger remembers for the next one.

    Args:
        ledger: the import.
        given: the folder that the operator names; None for none.
        resumes: whether the run continues an earlier one, or compares: it uses the same folder.
        updates: whether the run changes images that differ from their source.

    Raises:
        FailureError: the folder cannot be read.
        UsageError: there is no such folder, or the run would bring back smaller pictures.
    """
    noted = ledger.fact("originals")
    if given is None and noted and updates and not resumes:
        raise UsageError(
            f"An earlier run took better files from {noted}; --update would replace them by the "
            "platform's. Give --originals again, or an empty folder to have the platform's."
        )
    folder = given or (Path(noted) if noted and resumes else None)
    if folder is None:
        return None
    found = Originals.read(folder)
    ledger.note(originals=str(found.folder) if found.has_files else "")
    return found
