"""Sources of a picture's bytes: the request itself, a URL, or the import folder."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from vitrine.domain.errors import ImportMissingError
from vitrine.domain.imports import import_key
from vitrine.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in.

    Attributes:
        data: its bytes.
        file_name: what the client calls it; may be empty.
    """

    data: bytes
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be had.

    Attributes:
        name: what the client calls it, as sent: a URL, a path, a file's name.
        load: gets it, given the most bytes that are wanted.
    """

    name: str
    load: Callable[[int], Upload]


def at_hand(data: bytes, file_name: str) -> Source:
    """A file that came with the request."""
    return Source(file_name, lambda _: Upload(data, file_name))


def from_url(catalogue: Catalogue, url: str) -> Source:
    """The picture behind a URL, called by the last segment of its path."""

    def download(max_bytes: int) -> Upload:
        data = catalogue.remote.fetch(url, max_bytes)
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        return Upload(data, re.sub(r"[/\\]", "-", name))  # they are part of the name here

    return Source(url, download)


def from_import(catalogue: Catalogue, path: str, tag: str | None = None) -> Source:
    """A file of the shop's import folder, which stays there; `tag` when only this version will do.

    `path` is relative to the shop's folder; none leads out of it.
    """

    def copy(max_bytes: int) -> Upload:
        key = import_key(catalogue.shop.id, path)
        if key is None:
            raise ImportMissingError(path)
        return Upload(catalogue.stores.blobs.imported(key, max_bytes, tag), path.rpartition("/")[2])

    return Source(path, copy)
