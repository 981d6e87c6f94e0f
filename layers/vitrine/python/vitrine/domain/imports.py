"""Files dropped into the import folder: what each is to become, and what became of it."""

import re
from dataclasses import dataclass
from datetime import datetime

from vitrine.domain.shops import is_product_name

FOLDER = "import/"
_ARRIVAL = re.compile(
    r"import/(?P<shop>[^/]+)/(?P<path>products/(?P<product>[^/]+)/(?P<rest>.+))", re.DOTALL
)
_DEPTH = 2  # products/<product>/<file>
_SEQUENCER_DIGITS = 32
_KEY_BYTES = 1024  # the most that S3 takes
_UNSAFE = re.compile("[\\\\\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One version of a file that was dropped where it becomes an image by itself.

    Attributes:
        shop: the shop its folder names.
        path: the file's path in the shop's import folder.
        product: the product its folder names, as the shop calls it.
        file_name: the last segment of its path.
        tag: the object's ETag.
        sequencer: grows with each version of the file, compared as text.
    """

    shop: str
    path: str
    product: str
    file_name: str
    tag: str
    sequencer: str

    @property
    def key(self) -> str:
        """Where the file lies."""
        return f"{FOLDER}{self.shop}/{self.path}"

    @property
    def fault(self) -> str:
        """Why where it lies makes no image of it, for a person; empty when it does."""
        if self.path.count("/") > _DEPTH:
            return "it lies deeper than products/<product>/<file>"
        if not is_product_name(self.product):
            return "its folder cannot name a product: 1 to 64 characters, no control characters"
        if import_key(self.shop, self.path) is None:
            return "its path holds what no path can, such as '..' or a control character"
        return ""


@dataclass(frozen=True, slots=True)
class Import:
    """What became of one version of a file.

    Attributes:
        arrival: the file.
        settled_at: when it was decided, UTC, milliseconds.
        image: id of the image it became; None when it was rejected.
        reason: why it was rejected, for a person; empty when it was not.
    """

    arrival: Arrival
    settled_at: datetime
    image: int | None = None
    reason: str = ""

    def settles(self, arrival: Arrival) -> bool:
        """Whether it decided this version of its file, or a later one."""
        return self.arrival.sequencer >= arrival.sequencer


def parse_arrival(key: str, tag: str, sequencer: str) -> Arrival | None:
    """The arrival of an object, or None when it lies where nothing happens by itself.

    Args:
        key: of the object.
        tag: its ETag.
        sequencer: hexadecimal digits that grow with each event of a key, of any length.
    """
    found = _ARRIVAL.fullmatch(key)
    if found is None or key.endswith("/"):
        return None
    # Amazon's rule for sequencers of different lengths: fill the shorter up with zeros behind.
    ordered = sequencer.upper().ljust(_SEQUENCER_DIGITS, "0")
    file_name = found["rest"].rpartition("/")[2]
    return Arrival(found["shop"], found["path"], found["product"], file_name, tag, ordered)


def import_key(shop: str, path: str) -> str | None:
    """Key of the file at `path` in a shop's import folder; None for a path that leads elsewhere."""
    if {"", ".", ".."} & set(path.split("/")) or _UNSAFE.search(path):
        return None
    key = f"{FOLDER}{shop}/{path}"
    return key if len(key.encode()) <= _KEY_BYTES else None
