"""Adding an image: bytes first, record second, so that no record ever lacks its bytes."""

import hashlib
from dataclasses import dataclass

from vitrine.domain.errors import ConflictError, PictureRefusedError
from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, Original
from vitrine.domain.locations import address
from vitrine.domain.pictures import Inspection
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.pictures.inspection import inspect
from vitrine.pictures.publication import publish
from vitrine.ports import GalleryChange
from vitrine.services.catalogue import Catalogue, until_committed


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in.

    Attributes:
        data: its bytes.
        file_name: what the client calls it; may be empty.
    """

    data: bytes
    file_name: str = ""


def add_image(
    catalogue: Catalogue, product: ProductKey, upload: Upload, rules: PictureRules
) -> Image:
    """Make `upload` the last image of a product.

    When this returns, record and original are both stored; when it refuses or loses, neither is.
    A failure of storage itself may leave the original behind, never a record without it.

    Raises:
        PictureRefusedError: the picture breaks rules; all of them are named.
        ConflictError: other writers won every time.
    """
    inspection = inspect(upload.data, decoded=rules.formats)
    gallery = catalogue.galleries.gallery(catalogue.shop.id, product)
    _check(rules, inspection, upload, gallery)
    image = _image(catalogue, product, upload, inspection)
    original_key = address(image).original_key
    catalogue.blobs.put_original(
        original_key, upload.data, image.original.format.media_type, product=product
    )
    seen: list[Gallery] = [gallery]

    def change() -> None:
        before = seen.pop() if seen else catalogue.galleries.gallery(catalogue.shop.id, product)
        _check(rules, inspection, upload, before)
        after = before.append(image.id)
        catalogue.galleries.commit(
            GalleryChange(catalogue.shop.id, product, before, after, added=(image,))
        )

    try:
        until_committed(change)
    except (PictureRefusedError, ConflictError):
        # Only where we know that no record was written: after an unclear failure the bytes stay.
        catalogue.blobs.remove_originals([original_key])
        raise
    return image


def _check(rules: PictureRules, inspection: Inspection, upload: Upload, gallery: Gallery) -> None:
    broken = rules.broken(inspection, len(upload.data), len(gallery))
    if broken:
        raise PictureRefusedError(broken)


def _image(
    catalogue: Catalogue, product: ProductKey, upload: Upload, inspection: Inspection
) -> Image:
    kind, width, height = inspection.format, inspection.width, inspection.height
    if kind is None or width is None or height is None:
        raise AssertionError("rules that take a picture without format or size")
    now = catalogue.clock()
    original = Original(
        digest=hashlib.sha256(upload.data).hexdigest(),
        format=kind,
        size=len(upload.data),
        published_size=len(publish(upload.data, kind)),
        width=width,
        height=height,
        file_name=upload.file_name,
        frames=inspection.frames,
        transparent=inspection.transparent,
    )
    return Image(
        id=catalogue.galleries.next_image_id(catalogue.shop.id),
        shop=catalogue.shop.id,
        product=product,
        original=original,
        created_at=now,
        updated_at=now,
    )
