"""Taking images down: record first, then bytes and public pictures, then the CDN's copies.

The request removes the record and notes the take-down in one transaction. The table's stream
reports the note, and `carry_out` does the rest, as often as it takes.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from vitrine.domain.errors import (
    ConflictError,
    ImageNotFoundError,
    PictureExistsError,
)
from vitrine.domain.gallery_change import GalleryChange
from vitrine.domain.idempotency import ObjectIdentity
from vitrine.domain.images import Image
from vitrine.domain.locations import (
    OriginalAddress,
    named_key,
    original_address,
    parse_original_key,
)
from vitrine.domain.names import Naming
from vitrine.domain.public_keys import NameReference, find_address
from vitrine.domain.publication import permanent_keys
from vitrine.domain.renditions import Alternative
from vitrine.domain.shops import ProductKey
from vitrine.domain.take_downs import (
    PublicTarget,
    TakeDown,
    places_of,
    places_of_key,
    renditions_prefix,
)
from vitrine.ports import Cdn, Stores, TakeDowns
from vitrine.records import dataclass
from vitrine.services.catalogue import Catalogue, retry_on_conflict
from vitrine.services.image_state import originals_of


@dataclass(frozen=True, slots=True)
class Started:
    """A take-down that a request asked for.

    Attributes:
        take_down: the take-down.
        replayed: whether an earlier request with the same idempotency key began it.
    """

    take_down: TakeDown
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class TakingDown:
    """Begins take-downs of one shop.

    Attributes:
        catalogue: the shop's.
        take_downs: the take-downs that were begun.
        identity: the id of the take-down to begin, and the fingerprint of its request.
        reason: an operator's note.
    """

    catalogue: Catalogue
    take_downs: TakeDowns
    identity: ObjectIdentity
    reason: str = ""

    def image(self, product: ProductKey, image: int) -> Started:
        """Take down an image of a product, or one that was retired (soft-deleted) from it.

        Raises:
            ImageNotFoundError: the product has no such image.
            IdempotencyKeyReusedError: another request used the idempotency key.
            ConflictError: other writers won every attempt.
        """
        attempts = 0

        def attempt() -> Started:
            nonlocal attempts
            attempts += 1
            # A conflict can mean that an earlier request has begun this take-down.
            if attempts > 1 and (earlier := self._earlier()):
                return earlier
            begun = self._begin(product, image) or self._begin_retired(product, image)
            if begun is None:
                if earlier := self._earlier():
                    return earlier
                raise ImageNotFoundError(image)
            return Started(begun)

        started = retry_on_conflict(attempt, self.catalogue.retry)
        blobs = self.catalogue.stores.blobs
        if not started.replayed:
            blobs.remove_originals([started.take_down.original_key])
        return started

    def url(self, target: PublicTarget) -> Started:
        """Have the CDN forget a picture whose image is deleted already.

        Raises:
            PictureExistsError: the image is not deleted, so that its pictures would come back.
            ImageNotFoundError: no image has had this file name.
            IdempotencyKeyReusedError: another request used the idempotency key.
        """
        shop, key, reference = self.catalogue.shop.id, target.key, target.reference
        version = ""
        if isinstance(reference, NameReference):
            naming = self.catalogue.stores.galleries.named(shop, reference.name)
            if naming is None or key != named_key(shop, reference.name):
                raise ImageNotFoundError(reference.name)
            image, version = naming.image, naming.version
        else:
            image = reference.image
        originals = originals_of(self.catalogue.stores.blobs, shop, image)
        if originals and (version or self._is_public(key, image, originals)):
            raise PictureExistsError(key)
        take_down = TakeDown(
            id=self.identity.id,
            shop=shop,
            image=image,
            places=places_of_key(shop, image, key, version),
            created_at=self.catalogue.clock(),
            url=target.url,
            fingerprint=self.identity.fingerprint,
            reason=self.reason,
        )
        try:
            self.take_downs.begin(take_down)
        except ConflictError:
            if earlier := self._earlier():
                return earlier
            raise
        return Started(take_down)

    def _is_public(self, key: str, image: int, originals: Collection[OriginalAddress]) -> bool:
        """Whether a full size or a rendition belongs to stored bytes, or outlives its own."""
        if find_address(key, originals, tuple(Alternative)):
            return True
        shop = self.catalogue.shop.id
        if key.startswith(renditions_prefix(shop, image)):
            return False
        return key in permanent_keys(shop, self.catalogue.stores.galleries.names_of(shop, image))

    def _begin(self, product: ProductKey, image: int) -> TakeDown | None:
        """Remove an image of a gallery; None if the gallery does not have it."""
        galleries, shop = self.catalogue.stores.galleries, self.catalogue.shop.id
        gallery, found = galleries.gallery_with_image(shop, product, image)
        if found is None or image not in gallery:
            return None
        begun = self._of(found)
        galleries.commit(
            GalleryChange(
                *(shop, product, gallery, gallery.remove(image)),
                removed=(found,),
                taken_down=begun,
                invalidates=True,
            )
        )
        return begun

    def _begin_retired(self, product: ProductKey, image: int) -> TakeDown | None:
        """Remove a retired image; None if the product had no such image."""
        galleries = self.catalogue.stores.galleries
        found = galleries.retired(self.catalogue.shop.id, image)
        if found is None or found.product != product:
            return None
        begun = self._of(found)
        galleries.take_down_retired(found, begun)
        return begun

    def _of(self, image: Image) -> TakeDown:
        address = original_address(image)
        names = {}
        if image.name:
            names[image.name.full] = Naming(image.id, image.product, address.version)
        return TakeDown(
            id=self.identity.id,
            shop=image.shop,
            image=image.id,
            places=places_of(image.shop, image.id, [address], names),
            created_at=self.catalogue.clock(),
            product=image.product,
            original_key=address.original_key,
            fingerprint=self.identity.fingerprint,
            reason=self.reason,
        )

    def _earlier(self) -> Started | None:
        """The take-down that an earlier request with the same idempotency key began."""
        found = self.take_downs.take_down(self.catalogue.shop.id, self.identity.id)
        if found is None:
            return None
        self.identity.check(found.fingerprint)
        return Started(found, replayed=True)


def carry_out(
    stores: Stores, take_downs: TakeDowns, cdn: Cdn, take_down: TakeDown, now: datetime
) -> TakeDown:
    """Delete all that is left of an image, then have the CDN forget it. Idempotent.

    The CDN is told last: before that, it could fetch a picture again.

    Args:
        stores: all adapters.
        take_downs: the take-downs that were begun.
        cdn: the CDN.
        take_down: what to take down.
        now: the current time, UTC.

    Returns:
        The take-down, done.

    Raises:
        ThrottledError: the CDN has too many invalidations in progress; retry.
    """
    shop, image, blobs = take_down.shop, take_down.image, stores.blobs
    places, keys = take_down.places, take_down.places.keys
    originals = originals_of(blobs, shop, image)
    if not (take_down.url and originals):  # else the image lives on with other bytes
        addresses = [*originals, *filter(None, [parse_original_key(take_down.original_key)])]
        places |= places_of(shop, image, addresses, stores.galleries.names_of(shop, image))
        if originals:
            blobs.remove_originals(sorted(each.original_key for each in originals))
        keys = places.keys | {*blobs.public_keys(renditions_prefix(shop, image))}
    blobs.remove_public(sorted(keys))
    done = replace(
        take_down,
        places=places,
        invalidation=cdn.invalidate(take_down.id, sorted(places.paths)),
        done_at=now,
    )
    take_downs.finish(done)
    return done
