"""Removing images: records first, originals second.

The deletion of an original causes an event that unpublishes its pictures. Retiring an image is a
soft delete: its record moves out of the gallery and its bytes stay until a purge.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from vitrine.domain.errors import ConflictError, ImageNotFoundError
from vitrine.domain.gallery import Gallery, GalleryEntry
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.images import Image
from vitrine.domain.locations import original_address
from vitrine.domain.shops import ProductKey
from vitrine.domain.store_views import facts_of, with_facts
from vitrine.services.catalogue import Catalogue, retry_on_conflict

_BATCH, _FLAGGED_BATCH = 50, 49
"""Images per transaction, without flags and with one for each image. A transaction takes at most
100 items; head and count are two of them."""


def _accept(_entry: GalleryEntry) -> None:
    """Accept every state of an image."""


def remove_image(
    catalogue: Catalogue,
    product: ProductKey,
    image: int,
    require: Callable[[GalleryEntry], None] = _accept,
) -> None:
    """Remove one image of a product.

    Args:
        catalogue: the shop's.
        product: the product.
        image: the image's id.
        require: refuses an image, as read by each attempt, that must not be removed.

    Raises:
        ImageNotFoundError: the product has no such image.
    """

    def change() -> Image:
        gallery, found = catalogue.stores.galleries.gallery_with_image(
            catalogue.shop.id, product, image
        )
        if found is None or image not in gallery:
            raise ImageNotFoundError(image)
        require(GalleryEntry(gallery, found))
        catalogue.stores.galleries.commit(
            GalleryChange(
                *(catalogue.shop.id, product, gallery, gallery.remove(image)),
                removed=(found,),
                invalidates=catalogue.shop.invalidates_cdn,
            )
        )
        return found

    removed = retry_on_conflict(change, catalogue.retry)
    catalogue.stores.blobs.remove_originals([original_address(removed).original_key])


def retire_image(
    catalogue: Catalogue, product: ProductKey, image: int, view: str | None = None
) -> None:
    """Soft-delete an image from its product's gallery, or from one store view; its bytes stay.

    A retired image keeps its record until a purge deletes both (contract: openmage §7).

    Raises:
        ImageNotFoundError: the product, or the store view, has no such image.
    """

    def change() -> None:
        gallery, found = catalogue.stores.galleries.gallery_with_image(
            catalogue.shop.id, product, image
        )
        if found is None or image not in gallery or facts_of(found, view).removed:
            raise ImageNotFoundError(image)
        shop = catalogue.shop.id
        if view is None:
            after = gallery.retire(image)
            gone = replace(found, updated_at=catalogue.clock())
            catalogue.stores.galleries.commit(
                GalleryChange(shop, product, gallery, after, retired=(gone,))
            )
            return
        facts = replace(facts_of(found, view), removed=True)
        hidden = replace(with_facts(found, view, facts), version=found.version + 1)
        catalogue.stores.galleries.commit(
            GalleryChange(
                shop,
                product,
                gallery,
                gallery.assign(image, (), view),
                changed=((found, hidden),),
            )
        )

    retry_on_conflict(change, catalogue.retry)


def remove_images(
    catalogue: Catalogue,
    product: ProductKey,
    choose: Callable[[Gallery], Collection[int]] = lambda gallery: gallery.order,
) -> None:
    """Remove all present images of a product, or those that `choose` selects.

    One transaction removes up to 50 images. An interrupted removal can be repeated. Images that
    other requests add meanwhile stay.
    """
    read = catalogue.stores.galleries.gallery_with_images
    seen = [read(catalogue.shop.id, product)]
    chosen = frozenset(choose(seen[0][0]))
    most = _FLAGGED_BATCH if catalogue.shop.invalidates_cdn else _BATCH

    def remove_next() -> int:
        gallery, images = seen.pop() if seen else read(catalogue.shop.id, product)
        batch = [image for image in gallery.order if image in chosen][:most]
        if not batch:
            return 0
        if not images.keys() >= set(batch):  # another request was committing during the read
            raise ConflictError
        removed = tuple(images[image] for image in batch)
        left = catalogue.stores.galleries.commit(
            GalleryChange(
                *(catalogue.shop.id, product, gallery, gallery.remove(*batch)),
                removed=removed,
                invalidates=catalogue.shop.invalidates_cdn,
            )
        )
        seen.append((left, images))
        catalogue.stores.blobs.remove_originals(
            [original_address(image).original_key for image in removed]
        )
        return len(batch)

    while retry_on_conflict(remove_next, catalogue.retry):
        pass
