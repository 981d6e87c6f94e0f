"""Files that arrive in storage by themselves, and their outcomes.

A file arrives in a product's import folder, or through a form of an upload batch
(`vitrine.domain.uploads`). `vitrine import` settles each image of another platform the same way,
under a path that begins with `SOURCE_MARK`, which no file in storage has.

S3 delivers events at least once and in any order. Settling each version once, by its sequencer,
makes imports idempotent.
"""

import re
from datetime import datetime

from vitrine.domain.rejections import ReasonCode
from vitrine.domain.shops import is_product_name
from vitrine.records import dataclass

FOLDER = "import/"
UPLOADS = "uploads/"
SOURCE_MARK = "@"
"""How the path of an image from another platform begins: `@<source>/<store>/<product>/<image>`."""
FILES = "folder"
"""The source whose images are files of a folder or a CSV file."""
_ARRIVAL = re.compile(
    r"import/(?P<shop>[^/]+)/(?P<path>products/(?P<product>[^/]+)/(?P<rest>.+))", re.DOTALL
)
_DEPTH = 2  # products/<product>/<file>
_SEQUENCER_DIGITS = 32
_KEY_BYTES = 1024  # S3's limit
_UNSAFE = re.compile("[\\\\\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a file in an upload batch.

    Attributes:
        upload: id of the batch.
        number: the file's number, from 1.
    """

    upload: str
    number: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One version of a file that automatically becomes an image.

    Attributes:
        shop: id of the shop that its folder names.
        path: the file's path in the shop's folder of imports or uploads.
        product: the shop's name of the product, from the folder; of an uploaded file the key of
            the batch's product.
        file_name: the last segment of the path.
        tag: the object's ETag.
        sequencer: S3's sequencer, normalized: it increases with each version of the file when
            compared as text.
        slot: its place in an upload batch; None for a file of the import folder.
    """

    shop: str
    path: str
    product: str
    file_name: str
    tag: str
    sequencer: str
    slot: Slot | None = None

    @property
    def key(self) -> str:
        """The key of the object."""
        return f"{UPLOADS if self.slot else FOLDER}{self.shop}/{self.path}"

    @property
    def of_source(self) -> bool:
        """Whether it is an image of another platform, not a file in storage."""
        return self.path.startswith(SOURCE_MARK)

    @property
    def fault(self) -> str:
        """Why its path is not valid, as a message for the operator; empty if the path is valid."""
        if self.path.count("/") > _DEPTH:
            return "it lies deeper than products/<product>/<file>"
        if not is_product_name(self.product):
            return "its folder cannot name a product: 1 to 64 characters, no control characters"
        if import_key(self.shop, self.path) is None:
            return "its path holds what no path can, such as '..' or a control character"
        return ""


@dataclass(frozen=True, slots=True)
class Import:
    """The outcome of one version of a file.

    Attributes:
        arrival: the version of the file.
        settled_at: when the outcome was recorded, UTC, milliseconds.
        image: id of the new image; None if the file was rejected.
        reason: why it was rejected, as a message for the operator; empty if it was not.
        code: why it was rejected, for programs; None if it was not, or was rejected by a version
            of Vitrine before 0.2.
    """

    arrival: Arrival
    settled_at: datetime
    image: int | None = None
    reason: str = ""
    code: ReasonCode | None = None

    def settles(self, arrival: Arrival) -> bool:
        """Whether it is the outcome of this version of the file, or of a later one.

        A place of an upload batch that has its image takes no other version.
        """
        done = arrival.slot is not None and self.image is not None
        return done or self.arrival.sequencer >= arrival.sequencer


def parse_arrival(key: str, tag: str, sequencer: str) -> Arrival | None:
    """The arrival of an object, or None if the object is not in a product's import folder.

    Args:
        key: the object's key.
        tag: its ETag.
        sequencer: hexadecimal digits of any length, which increase with each event of the key.
    """
    found = _ARRIVAL.fullmatch(key)
    if found is None or key.endswith("/"):
        return None
    name = found["rest"].rpartition("/")[2]
    return Arrival(found["shop"], found["path"], found["product"], name, tag, ordered(sequencer))


def ordered(sequencer: str) -> str:
    """S3's sequencer so that later ones are greater as text.

    Source: S3's documentation of event messages, which pads the shorter one with zeros.
    """
    return sequencer.upper().ljust(_SEQUENCER_DIGITS, "0")


def source_arrival(shop: str, path: str, product: str, digest: str, version: int) -> Arrival:
    """The arrival of an image from another platform.

    Args:
        shop: id of the shop.
        path: the image's identity, which begins with `SOURCE_MARK`.
        product: key of the product.
        digest: SHA-256 of the bytes, hexadecimal.
        version: increases with each version of the image that is imported, from 1.
    """
    name = path.rpartition("/")[2]
    return Arrival(shop, path, product, name, digest, f"{version:0{_SEQUENCER_DIGITS}X}")


def source_name(path: str) -> str:
    """The source of an image from another platform, given by its path: `<source>/<store>`.

    Folders and CSV files of all machines are one source, without a store.
    """
    source, store, *_ = path.removeprefix(SOURCE_MARK).split("/")
    return source if source == FILES else f"{source}/{store}"


def import_key(shop: str, path: str) -> str | None:
    """The key of the file at `path` in a shop's import folder; None if the path is not valid.

    A path with `.` or `..` segments is not valid (path traversal).
    """
    if {"", ".", ".."} & set(path.split("/")) or _UNSAFE.search(path):
        return None
    key = f"{FOLDER}{shop}/{path}"
    return key if len(key.encode()) <= _KEY_BYTES else None
