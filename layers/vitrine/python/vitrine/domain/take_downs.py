"""Take-downs: removing a picture from everywhere that the deployment reaches, the CDN included.

A delete leaves copies in the CDN for up to a year, because no public URL changes its meaning
(docs/architecture.md D6). A take-down invalidates them, too. Only browsers keep theirs.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from vitrine.domain.locations import (
    PUBLIC,
    OriginalAddress,
    cdn_path,
    full_size_folder,
    full_sizes_prefix,
    named_key,
)
from vitrine.domain.manifests import manifest_key, picture_of
from vitrine.domain.names import Naming
from vitrine.domain.public_keys import ImageReference, NameReference, parse_public_key
from vitrine.domain.publication import permanent_keys
from vitrine.records import dataclass


class TakeDownState(StrEnum):
    """How far a take-down is."""

    WORKING = "working"
    """The record is gone. Public pictures and the CDN's copies may remain."""
    DONE = "done"
    """Public pictures are deleted, and the CDN was told to forget its copies."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a picture is public.

    Attributes:
        keys: public keys of full sizes and of named pictures, and of their manifests. The image's
            renditions are not among them: `renditions_prefix` finds them.
        paths: what the CDN must forget: URL paths, each with `*` at its end.
    """

    keys: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()

    def __or__(self, other: "Places") -> "Places":
        """The places of both."""
        return Places(self.keys | other.keys, self.paths | other.paths)


@dataclass(frozen=True, slots=True)
class TakeDown:
    """A take-down of one image.

    Attributes:
        id: its id, unique in the shop.
        shop: id of the shop.
        image: id of the image.
        product: key of the product whose gallery contained it; empty if it was deleted before.
        original_key: key of its original; empty if it was deleted before.
        url: the URL by which a deleted image was named; empty for one that existed.
        places: what is known of the image's public places when the take-down begins.
        fingerprint: SHA-256 of the request that created it.
        reason: an operator's note; may be empty.
        created_at: when it began, UTC, milliseconds.
        done_at: when the CDN was told, UTC, milliseconds; None before.
        invalidation: id of the CDN's invalidation; empty before.
    """

    id: str
    shop: str
    image: int
    places: Places
    created_at: datetime
    product: str = ""
    original_key: str = ""
    url: str = ""
    fingerprint: str = ""
    reason: str = ""
    done_at: datetime | None = None
    invalidation: str = ""

    @property
    def state(self) -> TakeDownState:
        """How far it is."""
        return TakeDownState.WORKING if self.done_at is None else TakeDownState.DONE


def renditions_prefix(shop: str, image: int) -> str:
    """The common prefix of the public keys of all renditions of an image, of any bytes."""
    return f"{PUBLIC}{shop}/{image:010x}"


def places_of(
    shop: str,
    image: int,
    addresses: Iterable[OriginalAddress],
    names: Mapping[str, Naming],
) -> Places:
    """Where an image is public.

    Args:
        shop: id of the shop.
        image: id of the image.
        addresses: addresses of its bytes, as far as they are known.
        names: all file names that it has had, as far as they are known.
    """
    known = [*addresses]
    full_sizes = {key for address in known for key in address.full_size_keys}
    permanent = permanent_keys(shop, names)
    named = {named_key(shop, name) for name in names}
    stems = {key.rpartition(".")[0] + "." for key in full_sizes | (permanent - named)}
    # Full sizes of bytes that were replaced: their folder follows from a digest that is gone.
    earlier = {full_sizes_prefix(shop)} if any(each.revision for each in known) else set()
    return Places(
        keys=_with_manifests(full_sizes | permanent),
        paths=_paths({renditions_prefix(shop, image), *stems, *named, *earlier}),
    )


def places_of_key(shop: str, image: int, key: str, version: str = "") -> Places:
    """Where a deleted image was public, as far as one of its public keys tells.

    Args:
        shop: id of the shop.
        image: id of the image.
        key: a public key of the image.
        version: the version of its bytes (`OriginalAddress.version`) if the key does not tell.
    """
    start = renditions_prefix(shop, image)
    if key.startswith(start):
        own, digest = set[str](), key.split("/")[2][12:]
    else:
        own, digest = {key}, version.partition("-")[2]
    # Without the file name, the full size is known to be in one of 26,000 folders.
    folders = {full_size_folder(shop, digest)} if digest else set()
    stems = own if version else {each.rpartition(".")[0] + "." for each in own}
    return Places(_with_manifests(own), _paths({start, *folders, *stems}))


@dataclass(frozen=True, slots=True)
class PublicTarget:
    """The picture at a URL.

    Attributes:
        url: the URL, as a client sent it.
        key: the public key of the picture.
        reference: the image that the key names.
    """

    url: str
    key: str
    reference: ImageReference | NameReference


def parse_target(shop: str, url: str) -> PublicTarget | None:
    """The picture at a URL, or the picture whose manifest the URL names.

    Host, query and what precedes the key do not matter: a deployment serves its pictures under
    several base URLs.

    Args:
        shop: id of the shop.
        url: any text.

    Returns:
        None if the URL does not lie in the public folder of the shop's images.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    _, found, rest = unquote(parts.path).rpartition(f"/{PUBLIC}")
    key = PUBLIC + rest
    key = picture_of(key) or key
    reference = parse_public_key(key) if found and parts.scheme in ("http", "https") else None
    if not isinstance(reference, ImageReference | NameReference) or reference.shop != shop:
        return None
    return PublicTarget(url, key, reference)


def _with_manifests(keys: Collection[str]) -> frozenset[str]:
    return frozenset({*keys, *map(manifest_key, keys)})


def _paths(starts: Collection[str]) -> frozenset[str]:
    return frozenset(map(cdn_path, starts))
