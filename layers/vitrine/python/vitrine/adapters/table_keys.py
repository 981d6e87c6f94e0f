"""Where in the table the records of images are, told both ways.

Without AWS's libraries: a function that is told of keys need not import them for this.
"""

from dataclasses import dataclass

_GALLERY, _RETIRED, _LIBRARY = "GALLERY#", "RETIRED#", "LIBRARY#"
IMAGE = "IMAGE#"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The key of an image's record.

    Attributes:
        shop: id of the shop.
        image: id of the image.
        product: key of the product in whose gallery the record is; empty for other records.
    """

    shop: str
    image: int
    product: str


def gallery(shop: str, product: str) -> str:
    """The partition of a gallery's head and its images."""
    return f"{_GALLERY}{shop}#{product}"


def retired(shop: str) -> str:
    """The partition of a shop's retired images."""
    return f"{_RETIRED}{shop}"


def library(shop: str) -> str:
    """The partition of a shop's images that belong to no product."""
    return f"{_LIBRARY}{shop}"


def sort_key(image: int) -> str:
    """The sort key of an image's record, whatever partition it is in."""
    return f"{IMAGE}{image:012d}"


def parse(pk: str, sk: str) -> RecordKey | None:
    """Whose record these keys name; None when they are no image's."""
    if not sk.startswith(IMAGE):
        return None
    image = int(sk.removeprefix(IMAGE))
    if pk.startswith(_GALLERY):
        shop, _, product = pk.removeprefix(_GALLERY).partition("#")  # no shop's id has one
        return RecordKey(shop, image, product)
    for kind in (_RETIRED, _LIBRARY):
        if pk.startswith(kind):
            return RecordKey(pk.removeprefix(kind), image, "")
    return None
