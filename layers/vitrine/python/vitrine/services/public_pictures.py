"""Encoding what is public of an image: its full size, by all its names, its renditions, and its
manifest.
"""

import json
from collections.abc import Collection, Container, Iterable, Iterator

from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import OriginalAddress, alternative_key
from vitrine.domain.manifests import MEDIA_TYPE, PublicFacts, manifest
from vitrine.domain.publication import full_size_keys
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS, Alternative
from vitrine.domain.storage import PublicPicture
from vitrine.pictures.inspection import sniff
from vitrine.pictures.resizing import Resized, resize
from vitrine.pictures.stripping import strip_metadata


def public_pictures(
    address: OriginalAddress,
    image: Image | LibraryImage,
    resized: Resized,
    alternatives: Collection[Alternative] = (),
    keys: Container[str] | None = None,
) -> Iterator[PublicPicture]:
    """The public pictures of an image, each encoded while the one before is being stored.

    Pictures that every client can show come first, their alternative formats last.

    Args:
        address: of the image's bytes.
        image: the image's record.
        resized: the bytes, as `resized_for` returned them.
        alternatives: formats in which renditions exist beside their own.
        keys: the wanted public keys; None for all.
    """
    kind = resized.original
    for key in full_size_keys(address, image):
        if keys is None or key in keys:
            yield PublicPicture(key, resized.published, kind.media_type)
    named = {each: address.rendition_key(each, resized.kind) for each in resized.sizes}
    for rendition, key in named.items():
        if keys is None or key in keys:
            yield PublicPicture(key, resized.encode(rendition), resized.kind.media_type)
    for rendition, beside in named.items():
        for alternative in alternatives:
            key = alternative_key(beside, alternative)
            if keys is None or key in keys:
                encoded = resized.encode(rendition, alternative)
                yield PublicPicture(key, encoded, resized.media_type(rendition, alternative))


def manifest_of(
    key: str,
    media_url: str,
    address: OriginalAddress,
    resized: Resized,
    alternatives: Collection[Alternative],
) -> PublicPicture:
    """The manifest of an image's bytes, to be stored under `key`.

    Args:
        key: its public key.
        media_url: the CDN's URL of public pictures, without a trailing slash.
        address: of the bytes.
        resized: the bytes, as `resized_for` returned them.
        alternatives: formats in which renditions exist beside their own.
    """
    header = resized.header
    facts = PublicFacts(
        original=resized.original,
        made=resized.kind,
        size=len(resized.published),
        displayed=header.displayed or (0, 0),
        moves=header.frames > 1,
        transparent=header.transparent,
        appearance=resized.appearance,
        alternatives=resized.beside(alternatives),
    )
    body = json.dumps(
        manifest(media_url, address, facts), ensure_ascii=False, separators=(",", ":")
    )
    return PublicPicture(key, body.encode(), MEDIA_TYPE)


def made_keys(
    address: OriginalAddress, resized: Resized, alternatives: Collection[Alternative]
) -> Iterator[str]:
    """The public keys of all renditions of an image's bytes, in all formats."""
    for rendition in resized.sizes:
        own = address.rendition_key(rendition, resized.kind)
        yield own
        yield from (alternative_key(own, each) for each in alternatives)


def resized_for(image: Image | LibraryImage, data: bytes) -> Resized:
    """The bytes of an image in all sizes of its renditions.

    Raises:
        PictureRefusedError: the bytes are no supported picture.
    """
    if isinstance(image, LibraryImage):
        return resize(data, SETS["library"], LIBRARY_FORMAT)
    return resize(data, SETS["gallery"])


def full_size_pictures(keys: Iterable[str], data: bytes) -> Iterator[PublicPicture]:
    """An image's bytes, without metadata, under each of these public keys.

    Raises:
        PictureRefusedError: the bytes are no supported picture.
    """
    kind = sniff(data)
    if kind is None:
        raise PictureRefusedError((Rule.FORMAT,))
    published = strip_metadata(data, kind)
    for key in keys:
        yield PublicPicture(key, published, kind.media_type)
