"""Sources of a picture's bytes: the request itself, a URL, or the import folder."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from vitrine.domain.errors import ImportMissingError, PictureRefusedError, Rule
from vitrine.domain.imports import import_key
from vitrine.domain.locations import OriginalAddress
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue
from vitrine.services.own_pictures import find_original


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file.

    Attributes:
        data: its bytes.
        file_name: the name that the client gave it; may be empty.
    """

    data: bytes
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be loaded.

    Attributes:
        name: the name that the client sent: a URL, a path, or a file name.
        load: reads the file, given the largest accepted size in bytes.
    """

    name: str
    load: Callable[[int], Upload]


def at_hand(data: bytes, file_name: str) -> Source:
    """A file that the request contains."""
    return Source(file_name, lambda _: Upload(data, file_name))


def from_url(catalogue: Catalogue, url: str) -> Source:
    """The picture at a URL. Its file name is the last segment of the path.

    A URL of one of the shop's own pictures stands for the picture's original.
    """

    def download(max_bytes: int) -> Upload:
        if own := find_original(catalogue, url):
            return _original(catalogue, own, max_bytes)
        data = catalogue.remote.fetch(url, max_bytes)
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        return Upload(data, re.sub(r"[/\\]", "-", name))  # slashes that were percent-encoded

    return Source(url, download)


def from_import(catalogue: Catalogue, path: str, tag: str | None = None) -> Source:
    """A file of the shop's import folder. It is copied and stays there.

    Args:
        catalogue: the shop's.
        path: relative to the shop's folder. A path that leads out of the folder names no file.
        tag: the object's ETag, to read only this version; None for the present one.
    """

    def copy(max_bytes: int) -> Upload:
        key = import_key(catalogue.shop.id, path)
        if key is None:
            raise ImportMissingError(path)
        return Upload(catalogue.stores.blobs.imported(key, max_bytes, tag), path.rpartition("/")[2])

    return Source(path, copy)


def from_upload(catalogue: Catalogue, key: str, tag: str, file_name: str) -> Source:
    """A file that was sent with a form of an upload batch.

    Args:
        catalogue: the shop's.
        key: the object's key.
        tag: the object's ETag, to read only this version.
        file_name: the client's name of the file.
    """

    def read(max_bytes: int) -> Upload:
        return Upload(catalogue.stores.blobs.imported(key, max_bytes, tag), file_name)

    return Source(file_name, read)


def _original(catalogue: Catalogue, address: OriginalAddress, max_bytes: int) -> Upload:
    data = catalogue.stores.blobs.original(address.original_key).data
    if len(data) > max_bytes:
        raise PictureRefusedError((Rule.WEIGHT,))
    return Upload(data, address.file_name)
