"""From a public key back to the image whose picture it names, and to the bytes it was made of.

The way there is `vitrine.domain.locations`. What a key's form cannot tell for certain is settled
by comparing it, whole, with the keys that an address has: nobody chooses a size of his own.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from vitrine.domain.library import Purpose
from vitrine.domain.locations import LibraryAddress, OriginalAddress, alternative_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS, Alternative, rendition_format

LONGEST = 1024
"""Bytes of a key in S3."""

_SHOP = r"media/(?P<shop>[a-z0-9][a-z0-9-]{0,31})"
_RENDITION = re.compile(rf"{_SHOP}/(?P<image>[0-9a-f]{{10}})[0-9a-f]{{22}}/[^/]+")
_FULL_SIZE = re.compile(
    rf"{_SHOP}/product_images/[a-z]/[0-9]{{3}}/[a-z0-9-]+__(?P<image>[0-9]{{3,13}})[0-9]{{2}}\.[a-z]+"
)
_NAMED = re.compile(rf"{_SHOP}/catalog/product/[^/]+/[^/]+/(?P<name>[^/]+)")
_LIBRARY = re.compile(
    rf"media/uploads/(?P<account>[a-z0-9][a-z0-9-]{{0,31}})/(?:{'|'.join(Purpose)})/"
    r"(?P<image>[1-9][0-9]{0,12})-[0-9a-f]{20}/[^/]+"
)


@dataclass(frozen=True, slots=True)
class OfImage:
    """A key that tells shop and id of its image."""

    shop: str
    image: int


@dataclass(frozen=True, slots=True)
class OfName:
    """A key that tells shop and file name of its image (openmage §4.4)."""

    shop: str
    name: str


@dataclass(frozen=True, slots=True)
class OfLibrary:
    """A key that tells id and account of its image of a library (inventorum §5)."""

    account: str
    image: int


def parse_public_key(key: str) -> OfImage | OfName | OfLibrary | None:
    """What a public key tells of its image, or None when `key` has none of their forms."""
    if not key.isascii() or len(key) > LONGEST:
        return None
    if found := _LIBRARY.fullmatch(key):
        return OfLibrary(found["account"], int(found["image"]))
    if found := _NAMED.fullmatch(key):
        return OfName(found["shop"], found["name"])
    if found := _RENDITION.fullmatch(key):
        return OfImage(found["shop"], int(found["image"], 16))
    if found := _FULL_SIZE.fullmatch(key):
        return OfImage(found["shop"], int(found["image"]))
    return None


def find_address(
    key: str,
    addresses: Iterable[OriginalAddress],
    alternatives: Collection[Alternative],
    kinds: Collection[Format] = tuple(Format),
) -> OriginalAddress | None:
    """The one of several addresses whose bytes, in one of the formats, have a picture of this key.

    Args:
        key: a public key, of a full size or a rendition.
        addresses: where to look.
        alternatives: formats in which renditions exist beside their own.
        kinds: formats that the bytes may have.
    """
    for address in addresses:
        for kind in kinds:
            if key == address.full_size_key(kind) or key in _renditions(
                address, kind, alternatives
            ):
                return address
    return None


def _renditions(
    address: OriginalAddress, kind: Format, alternatives: Collection[Alternative]
) -> Iterable[str]:
    """Keys of all renditions that bytes of this format can have, see-through or not."""
    of_library = isinstance(address, LibraryAddress)
    kinds = (
        {LIBRARY_FORMAT}
        if of_library
        else {rendition_format(kind, transparent=each) for each in (True, False)}
    )
    for rendition in SETS["library" if of_library else "gallery"]:
        for made in kinds:
            own = address.rendition_key(rendition, made)
            yield own
            yield from (alternative_key(own, each) for each in alternatives)
