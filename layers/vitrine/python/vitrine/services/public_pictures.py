"""Encoding the public pictures of an image: its full size, by all its names, and its renditions."""

from collections.abc import Collection, Container, Iterable, Iterator

from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import OriginalAddress, alternative_key
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
