"""Parse public keys: from a key to its image, and to the original that it is derived from.

This is the inverse of `vitrine.domain.locations`. A key that parses is then compared with all keys
that the image's address has, so clients can request existing sizes only.
"""

import re
from collections.abc import Collection, Iterable

from vitrine.domain.library import Purpose
from vitrine.domain.locations import LibraryAddress, OriginalAddress, alternative_key
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS, Alternative, rendition_format
from vitrine.records import dataclass

LONGEST = 1024
"""The maximum length of a key in bytes (S3's limit)."""

_SHOP = r"media/(?P<shop>[a-z0-9][a-z0-9-]{0,31})"
_RENDITION = re.compile(rf"{_SHOP}/(?P<image>[0-9a-f]{{10}})[0-9a-f]{{22}}/[^/]+")
_FULL_SIZE = re.compile(
    rf"{_SHOP}/product_images/[a-z]/[0-9]{{3}}/[a-z0-9-]+__(?P<image>[0-9]{{3,13}})[0-9]{{2}}\.[a-z]+"
)
_SIZED = re.compile(
    rf"(?P<stem>{_SHOP}/[0-9a-f]{{32}}/[^/]+-[0-9a-f]{{32}})(?P<size>-[0-9]+-[0-9]+)"
    r"\.(?P<own>[a-z]+)(?:\.(?P<other>[a-z]+))?"
)
_NAMED = re.compile(rf"{_SHOP}/catalog/product/[^/]+/[^/]+/(?P<name>[^/]+)")
_LIBRARY = re.compile(
    rf"media/uploads/(?P<account>[a-z0-9][a-z0-9-]{{0,31}})/(?:{'|'.join(Purpose)})/"
    r"(?P<image>[1-9][0-9]{0,12})-[0-9a-f]{20}/[^/]+"
)
_LIBRARY_SIZED = re.compile(
    r"(?P<stem>media/uploads/.+/)(?P<size>[a-z_]+)\.(?P<own>png)(?:\.(?P<other>[a-z]+))?"
)


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A key that contains shop and id of its image."""

    shop: str
    image: int


@dataclass(frozen=True, slots=True)
class NameReference:
    """A key that contains shop and file name of its image (openmage §4.4)."""

    shop: str
    name: str


@dataclass(frozen=True, slots=True)
class LibraryReference:
    """A key that contains account and id of its library image (inventorum §5)."""

    account: str
    image: int


def parse_public_key(key: str) -> ImageReference | NameReference | LibraryReference | None:
    """The parts of a public key that identify its image, or None if `key` is not a public key."""
    if not key.isascii() or len(key) > LONGEST:
        return None
    if found := _LIBRARY.fullmatch(key):
        return LibraryReference(found["account"], int(found["image"]))
    if found := _NAMED.fullmatch(key):
        return NameReference(found["shop"], found["name"])
    if found := _RENDITION.fullmatch(key):
        return ImageReference(found["shop"], int(found["image"], 16))
    if found := _FULL_SIZE.fullmatch(key):
        return ImageReference(found["shop"], int(found["image"]))
    return None


def sibling_key(key: str, alternatives: Collection[Alternative]) -> str | None:
    """The key of another rendition of the same bytes, whose existence shows that `key` has one.

    Args:
        key: a public key.
        alternatives: the enabled alternative formats of renditions.

    Returns:
        For an alternative format, the rendition itself; else the largest rendition, or the second
        largest for the largest. None for a key that is no rendition of these sizes and formats.
    """
    for pattern, sizes in ((_SIZED, SETS["gallery"]), (_LIBRARY_SIZED, SETS["library"])):
        if found := pattern.fullmatch(key):
            names = [each.name for each in sizes]
            stem, size, own, other = found.group("stem", "size", "own", "other")
            if size not in names:
                return None
            if other is not None:
                enabled = {each.extension for each in alternatives}
                return f"{stem}{size}.{own}" if other in enabled else None
            return f"{stem}{names[1] if size == names[0] else names[0]}.{own}"
    return None


def find_address(
    key: str,
    addresses: Iterable[OriginalAddress],
    alternatives: Collection[Alternative],
    kinds: Collection[Format] = tuple(Format),
) -> OriginalAddress | None:
    """The address whose public pictures include `key`; None if there is none.

    Args:
        key: a public key, of a full size or a rendition.
        addresses: the candidates.
        alternatives: the enabled alternative formats of renditions.
        kinds: the formats that the original may have.
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
    """The keys of all renditions that an original of this format can have, transparent or not."""
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
