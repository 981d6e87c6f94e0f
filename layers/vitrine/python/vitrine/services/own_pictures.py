"""Resolve URLs of the deployment's own pictures to images and originals.

Clients send back URLs that they have read. Downloading such a URL would replace an original by one
of its own renditions.
"""

from vitrine.domain.images import Image
from vitrine.domain.locations import OriginalAddress
from vitrine.domain.public_keys import (
    ImageReference,
    LibraryReference,
    NameReference,
    find_address,
    parse_public_key,
)
from vitrine.domain.public_urls import is_current_key, parse_public_url
from vitrine.domain.renditions import Alternative
from vitrine.services.catalogue import Catalogue
from vitrine.services.image_state import originals_of


def shows_image(catalogue: Catalogue, url: str, image: Image) -> bool:
    """Whether a URL names a picture of an image, of its present bytes or of earlier ones.

    At an unknown host only a URL that contains the digest of the present bytes is recognized: the
    same ids can belong to other pictures in another deployment.
    """
    found = parse_public_url(url)
    if found is None:
        return False
    if found.host in catalogue.media_hosts:
        return _image_of(catalogue, found.key) == image.id
    return found.has_digest and is_current_key(found.key, image)


def find_original(catalogue: Catalogue, url: str) -> OriginalAddress | None:
    """The stored original of the shop's image that a URL shows; None if there is none."""
    found = parse_public_url(url)
    known = found is not None and found.host in catalogue.media_hosts
    if found is None or not (known or found.has_digest):
        return None
    image = _image_of(catalogue, found.key)
    if image is None:
        return None
    originals = originals_of(catalogue.stores.blobs, catalogue.shop.id, image)
    exact = find_address(found.key, originals, tuple(Alternative))
    if exact or not known:
        return exact
    return max(originals, key=lambda address: address.revision, default=None)


def _image_of(catalogue: Catalogue, key: str) -> int | None:
    """The id of the shop's image that a public key names; None for another shop's."""
    shop = catalogue.shop.id
    match parse_public_key(key):
        case ImageReference(owner, image) if owner == shop:
            return image
        case NameReference(owner, name) if owner == shop:
            named = catalogue.stores.galleries.named(shop, name)
            return named.image if named else None
        case LibraryReference(account, image):
            found = catalogue.stores.library.image(shop, image)
            return image if found and found.account == account else None
        case _:
            return None
