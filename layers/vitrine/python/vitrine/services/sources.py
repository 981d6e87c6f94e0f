"""Where the bytes of a picture come from: the request itself, a URL, or the import folder."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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


Source = Callable[[int], Upload]
"""Gets a file, given the most bytes that are wanted.

Raises:
    PictureRefusedError: there are more (`Rule.WEIGHT`), where that shows before the end.
    DownloadError: a URL cannot be read.
    ImportMissingError: the import folder has no such file.
"""


def at_hand(data: bytes, file_name: str) -> Source:
    """A file that came with the request."""
    return lambda _: Upload(data, file_name)


def from_url(catalogue: Catalogue, url: str) -> Source:
    """The picture behind a URL, named by the last segment of its path."""
    return partial(_download, catalogue, url)


def _download(catalogue: Catalogue, url: str, max_bytes: int) -> Upload:
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return Upload(catalogue.remote.fetch(url, max_bytes), name)


def from_import(catalogue: Catalogue, path: str) -> Source:
    """A file of the shop's import folder, which stays there."""
    return partial(_copy, catalogue, path)


def _copy(catalogue: Catalogue, path: str, max_bytes: int) -> Upload:
    key = import_key(catalogue.shop.id, path)
    if key is None:
        raise ImportMissingError(path)
    return Upload(catalogue.blobs.imported(key, max_bytes), path.rpartition("/")[2])
