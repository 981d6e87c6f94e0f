"""Which pictures of an image are public: its full size, by all its names, and its renditions."""

from collections.abc import Collection, Container, Iterable, Iterator

from vitrine.domain import locations
from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.domain.images import Image
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.pictures import Format
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
    """The public pictures of an image, each encoded while the one before is on its way.

    What every reader can show comes first, alternative formats of it behind.

    Args:
        address: of the image's bytes.
        image: whose they are.
        resized: the bytes, as `resized_for` made them.
        alternatives: formats in which renditions are to exist beside their own.
        keys: of those that are wanted; None for all.
    """
    kind = resized.original
    for key in full_size_keys(address, image, kind):
        if keys is None or key in keys:
            yield PublicPicture(key, resized.published, kind.media_type)
    named = {each: address.rendition_key(each, resized.kind) for each in resized.sizes}
    for rendition, key in named.items():
        if keys is None or key in keys:
            yield PublicPicture(key, resized.encode(rendition), resized.kind.media_type)
    for rendition, beside in named.items():
        for alternative in alternatives:
            key = locations.alternative_key(beside, alternative)
            if keys is None or key in keys:
                encoded = resized.encode(rendition, alternative)
                yield PublicPicture(key, encoded, resized.media_type(rendition, alternative))


def resized_for(image: Image | LibraryImage, data: bytes) -> Resized:
    """The bytes of an image in all sizes that it is to have.

    Raises:
        PictureRefusedError: the bytes are no picture that we decode.
    """
    if isinstance(image, LibraryImage):
        return resize(data, SETS["library"], LIBRARY_FORMAT)
    return resize(data, SETS["gallery"])


def full_size_pictures(keys: Iterable[str], data: bytes) -> Iterator[PublicPicture]:
    """An image's bytes, without metadata, under each of these public keys.

    Raises:
        PictureRefusedError: they are no picture.
    """
    kind = sniff(data)
    if kind is None:
        raise PictureRefusedError((Rule.FORMAT,))
    published = strip_metadata(data, kind)
    for key in keys:
        yield PublicPicture(key, published, kind.media_type)


def full_size_keys(
    address: OriginalAddress, image: Image | LibraryImage, kind: Format
) -> list[str]:
    """Public keys of an image's full size: by its address and, if it has one, by its file name."""
    keys = [address.full_size_key(kind)]
    if isinstance(image, Image) and image.name:
        keys.append(locations.named_key(address.shop, image.name.full))
    return keys
