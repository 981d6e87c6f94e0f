"""Partition keys and sort keys of image records and of what belongs to images, built and parsed.

The module imports no AWS library, so functions that only parse keys start faster.
"""

from vitrine.records import dataclass

TAKE_DOWN = "TAKEDOWN#"
"""The beginning of the sort keys of take-downs, which the filter of the table's stream names."""
_GALLERY, _RETIRED, _LIBRARY = "GALLERY#", "RETIRED#", "LIBRARY#"
_SHOP, _NAMES = "SHOP#", "NAMES#"
IMAGE = "IMAGE#"
FLAG = "INVALIDATE"
"""The sort key of an image's flag: what the image loses is invalidated in the CDN."""
HEAD = "HEAD"
"""The sort key of a gallery's head."""


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The key of an image's record.

    Attributes:
        shop: id of the shop.
        image: id of the image.
        product: key of the product whose gallery contains the record; empty for other records.
    """

    shop: str
    image: int
    product: str


def gallery(shop: str, product: str) -> str:
    """The partition key of a gallery's head and image records."""
    return f"{_GALLERY}{shop}#{product}"


def parse_gallery(pk: str) -> tuple[str, str] | None:
    """The shop and the product of a gallery's partition; None for another partition."""
    if not pk.startswith(_GALLERY):
        return None
    shop, _, product = pk.removeprefix(_GALLERY).partition("#")  # shop ids contain no "#"
    return shop, product


def retired(shop: str) -> str:
    """The partition key of a shop's retired (soft-deleted) images."""
    return f"{_RETIRED}{shop}"


def library(shop: str) -> str:
    """The partition key of a shop's library images."""
    return f"{_LIBRARY}{shop}"


def take_down_key(shop: str, take_down: str) -> tuple[str, str]:
    """The partition key and the sort key of a take-down."""
    return f"{_SHOP}{shop}", f"{TAKE_DOWN}{take_down}"


def parse_take_down(pk: str, sk: str) -> tuple[str, str] | None:
    """The shop and the id of a take-down, by its key; None for another item."""
    if not (pk.startswith(_SHOP) and sk.startswith(TAKE_DOWN)):
        return None
    return pk.removeprefix(_SHOP), sk.removeprefix(TAKE_DOWN)


def names(shop: str, image: int) -> str:
    """The partition key of the file names that an image has had, and of its flag."""
    return f"{_NAMES}{shop}#{image}"


def parse_flag(pk: str, sk: str) -> tuple[str, int] | None:
    """The shop and the id of the image whose flag has this key; None for another item."""
    if not (pk.startswith(_NAMES) and sk == FLAG):
        return None
    shop, _, image = pk.removeprefix(_NAMES).partition("#")
    return shop, int(image)


def sort_key(image: int) -> str:
    """The sort key of an image's record, the same in every partition."""
    return f"{IMAGE}{image:012d}"


def parse(pk: str, sk: str) -> RecordKey | None:
    """The key of an image's record, parsed; None if the item is not an image's record."""
    if not sk.startswith(IMAGE):
        return None
    image = int(sk.removeprefix(IMAGE))
    if found := parse_gallery(pk):
        shop, product = found
        return RecordKey(shop, image, product)
    for kind in (_RETIRED, _LIBRARY):
        if pk.startswith(kind):
            return RecordKey(pk.removeprefix(kind), image, "")
    return None
