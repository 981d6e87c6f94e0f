"""Fetching the bytes of an image: from a file, or from a public URL with retries."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from vitrine.domain.errors import DownloadError, PictureRefusedError
from vitrine.ports import Remote
from vitrine.services.importing import RULES
from vitrine.services.sources import Upload
from vitrine_cli.importing.local_files import read_file
from vitrine_cli.importing.source import SourceImage
from vitrine_cli.importing.storing import picture_problem
from vitrine_cli.importing.unfetched import TOO_LARGE, UnfetchedError

if TYPE_CHECKING:
    from vitrine_cli.importing.originals import Originals

SECONDS = 60.0
"""The maximum duration of one download."""
_WAITS = (1.0, 4.0)  # seconds before the second and the third try
_SPREAD = 0.25


class _EndingError(UnfetchedError):
    """The import is to end before the next try."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of an image.

    Attributes:
        upload: the bytes and the name of the file.
        is_reduced: whether they are smaller than the uploaded file, which is not available.
    """

    upload: Upload
    is_reduced: bool = False


@dataclass(slots=True)
class _Hosts:
    """What a run has learnt of the hosts of places that may be wrong guesses. Threads can share it.

    Attributes:
        serving: hosts that have served a picture.
        silent: hosts that did not answer, or failed, in every try, and never served a picture.
    """

    serving: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def note(self, place: str, *, serves: bool) -> None:
        """Note whether the host of a place has served a picture, or failed in every try."""
        host = urlsplit(place).netloc
        if serves:
            self.serving.add(host)
            self.silent.discard(host)
        elif host not in self.serving:
            self.silent.add(host)

    def is_silent(self, place: str) -> bool:
        """Whether asking the host of a place again has no use."""
        return urlsplit(place).netloc in self.silent


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches images.

    Attributes:
        remote: downloads by URL, from public addresses only.
        root: the folder of files; None if there is none.
        slots: bounds the downloads at the same time.
        wait: waits for a number of seconds; False if the import is to end.
        originals: better files than the source has; None for none.
    """

    remote: Remote
    root: Path | None
    slots: AbstractContextManager[object]
    wait: Callable[[float], bool]
    originals: Originals | None = None
    _hosts: _Hosts = field(default_factory=_Hosts)

    def fetch(self, image: SourceImage) -> Fetched:
        """The bytes of an image: a better file, or else of the first of its places that has them.

        All places but the last may be wrong guesses. One that fails in any way, or answers with
        something that is not accepted as a picture, leads to the next; one whose host has not
        answered at all costs its tries once in a run.

        Raises:
            UnfetchedError: no place has them. The reason is that of the last place.
        """
        if self.originals is not None and (better := self.originals.upload_of(image)):
            return Fetched(better)
        if not image.places:
            raise UnfetchedError("the source names no file", is_final=True)
        *guesses, last = image.places
        for place in guesses:
            if (found := self._guessed(place, image)) is not None:
                return Fetched(found)
        return Fetched(self._fetch(last, image), image.reduced)

    def _guessed(self, place: str, image: SourceImage) -> Upload | None:
        """The picture at a place that may be a wrong guess; None if it has none."""
        if self._hosts.is_silent(place):
            return None
        try:
            found = self._fetch(place, image)
        except _EndingError:
            raise
        except UnfetchedError as error:
            if not error.is_final:
                self._hosts.note(place, serves=False)
            return None
        if picture_problem(found):  # a page for people, for example
            return None
        self._hosts.note(place, serves=True)
        return found

    def _fetch(self, place: str, image: SourceImage) -> Upload:
        if "://" in place:
            name = image.file_name or unquote(urlsplit(place).path.rpartition("/")[2])
            return Upload(self._download(place), name.replace("/", "-").replace("\\", "-"))
        if self.root is None:
            raise UnfetchedError("a file needs --root", is_final=True)
        return Upload(read_file(self.root, place), image.file_name)

    def _download(self, url: str) -> bytes:
        for pause in _WAITS:
            try:
                return self._download_once(url)
            except UnfetchedError as error:
                spread = 1 + random.uniform(-_SPREAD, _SPREAD)  # noqa: S311 - no secret
                if error.is_final:
                    raise
                if not self.wait(pause * spread):
                    raise _EndingError(str(error), is_final=False) from None
        return self._download_once(url)

    def _download_once(self, url: str) -> bytes:
        try:
            with self.slots:
                return self.remote.fetch(url, RULES.max_bytes)
        except PictureRefusedError:
            raise UnfetchedError(TOO_LARGE, is_final=True) from None
        except DownloadError as error:
            if error.status is None:
                raise UnfetchedError("it cannot be downloaded", is_final=False) from None
            final = error.status < 500 and error.status not in (408, 425, 429)
            raise UnfetchedError(f"answered {error.status}", is_final=final) from None
