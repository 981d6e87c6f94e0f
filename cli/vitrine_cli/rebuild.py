"""Making the renditions of all images of a shop anew, as after a change of the table of sizes.

Ids and URLs stay. Images go by their ids, so "after which one" is all it takes to go on.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from vitrine.clock import now
from vitrine.domain.locations import parse_original_key
from vitrine.services.orphans import delete_if_orphaned
from vitrine.services.unpublishing import remove_unlisted

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

    from vitrine.domain.locations import OriginalAddress
    from vitrine.ports import Blobs, Galleries, Library
    from vitrine_cli.invoking import Failed, Invoke


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An image that has been dealt with, and why it could not be rebuilt if it could not."""

    image: int
    failed: Failed | None


@dataclass(slots=True)
class Rebuild:
    """One run over the images of a shop.

    Attributes:
        galleries: records of images.
        library: records of images that belong to no product.
        blobs: originals and public pictures.
        invoke: runs functions.
        function: the one that makes renditions.
        images: what is to be done: addresses of each image's originals, by its id.
        done: ids of images that have been dealt with.
    """

    galleries: Galleries
    library: Library
    blobs: Blobs
    invoke: Invoke
    function: str
    images: Mapping[int, Sequence[OriginalAddress]]
    done: set[int] = field(default_factory=set)

    @property
    def reached(self) -> int | None:
        """The last image up to which all have been dealt with; None before the first has."""
        last = None
        for image in self.images:
            if image not in self.done:
                break
            last = image
        return last

    def run(self, at_a_time: int) -> Generator[Rebuilt]:
        """Rebuild all images, and tell of each when it is done; failures stop no others.

        When this is interrupted or closed, those at work are waited for, and no others begin.

        Args:
            at_a_time: how many images at once.
        """
        pool = ThreadPoolExecutor(at_a_time)
        try:
            for each in as_completed([pool.submit(self._image, image) for image in self.images]):
                yield each.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _image(self, image: int) -> Rebuilt:
        failures = [self._original(address) for address in self.images[image]]
        self.done.add(image)
        return Rebuilt(image, next(filter(None, failures), None))

    def _original(self, address: OriginalAddress) -> Failed | None:
        failed = self.invoke(self.function, _created(address))
        if failed is None:
            remove_unlisted(self.blobs, address)
            return None
        fate = delete_if_orphaned(self.galleries, self.library, self.blobs, address, now())
        return None if fate.hopeless else failed


def images_of(
    blobs: Blobs, shop: str, after: int = 0, only: Collection[int] = ()
) -> dict[int, list[OriginalAddress]]:
    """Addresses of all originals of a shop by image, in the order of ids; newest bytes first.

    Args:
        blobs: originals.
        shop: id of the shop.
        after: images up to this one are left out.
        only: the images that are wanted; all when none is named.
    """
    found: dict[int, list[OriginalAddress]] = defaultdict(list)
    for key in blobs.shop_keys(shop):
        address = parse_original_key(key)
        if address and address.image > after and (not only or address.image in only):
            found[address.image].append(address)
    return {
        image: sorted(found[image], key=lambda each: each.revision, reverse=True)
        for image in sorted(found)
    }


def _created(address: OriginalAddress) -> Mapping[str, Any]:
    """The event of an original that was stored, as far as its function reads it."""
    key = quote_plus(address.original_key, safe="/")
    return {"Records": [{"eventSource": "vitrine:rebuild", "s3": {"object": {"key": key}}}]}
