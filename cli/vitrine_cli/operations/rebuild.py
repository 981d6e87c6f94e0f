"""Rebuilding the renditions of all images of a shop, for example after a change of their sizes.

Ids and URLs do not change. Images are processed in the order of their ids, so that an interrupted
run can continue after a given id.
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
from vitrine.services.unpublishing import unpublish_unlisted_sizes

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

    from vitrine.domain.locations import OriginalAddress
    from vitrine.ports import Blobs, Stores
    from vitrine_cli.operations.lambda_invoker import Failed, Invoke


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The result of one image.

    Attributes:
        image: its id.
        failed: why it could not be rebuilt; None if it was rebuilt.
    """

    image: int
    failed: Failed | None


@dataclass(slots=True)
class Rebuild:
    """One run over the images of a shop.

    Attributes:
        stores: the stack's records and objects.
        invoke: invokes functions.
        function: name of the function that generates renditions.
        images: addresses of each image's originals, by image id, in the order of ids.
        done: ids of images that have been processed.
    """

    stores: Stores
    invoke: Invoke
    function: str
    images: Mapping[int, Sequence[OriginalAddress]]
    done: set[int] = field(default_factory=set)

    @property
    def reached(self) -> int | None:
        """The last id up to which every image has been processed; None if the first has not."""
        last = None
        for image in self.images:
            if image not in self.done:
                break
            last = image
        return last

    def run(self, at_a_time: int) -> Generator[Rebuilt]:
        """Rebuild all images and yield the result of each. A failure does not stop the others.

        If the generator is closed or interrupted, it waits for the images in progress and starts
        no others.

        Args:
            at_a_time: the most images at the same time.
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
            unpublish_unlisted_sizes(self.stores.blobs, address)
            return None
        fate = delete_if_orphaned(self.stores, address, now())
        return None if fate.hopeless else failed


def images_of(
    blobs: Blobs, shop: str, after: int = 0, only: Collection[int] = ()
) -> dict[int, list[OriginalAddress]]:
    """Addresses of the originals of a shop's images, newest first, by image id in ascending order.

    Args:
        blobs: originals.
        shop: the shop's id.
        after: skip images up to and including this id.
        only: include only these ids; empty for all.
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
    """An S3 event for a stored original, with the fields that the function reads."""
    key = quote_plus(address.original_key, safe="/")
    return {"Records": [{"eventSource": "vitrine:rebuild", "s3": {"object": {"key": key}}}]}
