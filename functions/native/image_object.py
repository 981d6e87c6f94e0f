"""The image object of Vitrine's own API (contract: vitrine §5.2)."""

from collections.abc import Mapping
from typing import TypedDict

from native.conditions import tag_of_image
from native.wire import main_language, time
from vitrine.domain.gallery import THUMBNAIL, GalleryEntry
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.responsive_images import PublicSize, responsive_image_of
from vitrine.edge.request import Call


class SizeBody(TypedDict):
    """One size of a picture."""

    name: str
    width: int | None
    height: int | None
    url: str
    formats: Mapping[str, str]


class ImageBody(TypedDict):
    """An image with all its sizes."""

    id: int
    product: str
    position: int
    thumbnail: bool
    roles: list[str]
    hidden: bool
    etag: str
    alt: str
    translations: Mapping[str, str]
    file_name: str
    format: str
    bytes: int
    width: int | None
    height: int | None
    moves: bool
    transparent: bool
    colour: str | None
    thumbhash: str | None
    state: str
    created_at: str
    updated_at: str
    url: str
    manifest: str
    sizes: list[SizeBody]
    srcset: str | None
    html: str


def present(entry: GalleryEntry, call: Call) -> ImageBody:
    """The image object of an image."""
    image, original = entry.image, entry.image.original
    roles, main = entry.gallery.roles_of(image.id), main_language(call)
    url = public_url(call.media_url, original_address(image).full_size_key(original.format))
    sizes = responsive_image_of(call.media_url, image, call.alternatives)
    colour = image.appearance.colour if image.appearance else None
    width, height = original.displayed or (None, None)
    return {
        "id": image.id,
        "product": image.product,
        "position": entry.position,
        "thumbnail": entry.is_thumbnail,
        "roles": sorted(roles, key=lambda role: (role != THUMBNAIL, role)),
        "hidden": image.excluded,
        "etag": tag_of_image(image),
        "alt": image.alt,
        "translations": {
            language: text
            for language, text in sorted(image.texts.translations.items())
            if language != main
        },
        "file_name": original.file_name,
        "format": original.format.media_type,
        "bytes": original.published_size,
        "width": width,
        "height": height,
        "moves": original.frames > 1,
        "transparent": original.transparent,
        "colour": colour,
        "thumbhash": image.appearance.thumbhash if image.appearance else None,
        "state": image.renditions.value,
        "created_at": time(image.created_at),
        "updated_at": time(image.updated_at),
        "url": url,
        "manifest": f"{url}.json",
        "sizes": [_size(each) for each in sizes.sizes],
        "srcset": sizes.srcset,
        "html": sizes.html(image.alt, colour),
    }


def _size(size: PublicSize) -> SizeBody:
    return {
        "name": size.name,
        "width": size.width,
        "height": size.height,
        "url": size.url,
        "formats": size.formats,
    }
