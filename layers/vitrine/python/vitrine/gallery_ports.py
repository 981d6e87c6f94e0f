"""The protocol between services and the records of products' images.

It belongs to `vitrine.ports`, which exports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from vitrine.domain.gallery import Gallery
    from vitrine.domain.gallery_change import GalleryChange
    from vitrine.domain.images import Appearance, Image
    from vitrine.domain.invalidations import Unpublished
    from vitrine.domain.listing import ProductPage
    from vitrine.domain.locations import OriginalAddress
    from vitrine.domain.names import Naming
    from vitrine.domain.take_downs import TakeDown
    from vitrine.domain.uploads import UploadBatch
    from vitrine.domain.usage import Usage


class Galleries(Protocol):
    """Galleries and the records of their images."""

    def next_image_id(self, shop: str) -> int:
        """A new image id: greater than all ids of the shop so far."""

    def reserve_image_ids(self, shop: str, count: int) -> int:
        """The lowest of `count` contiguous image ids, all greater than those of the shop so far."""

    def gallery(self, shop: str, product: str) -> Gallery:
        """The head of a product's gallery; an empty head when the product has no images."""

    def image(self, shop: str, product: str, image: int) -> Image | None:
        """The record of one image."""

    def gallery_with_image(
        self, shop: str, product: str, image: int
    ) -> tuple[Gallery, Image | None]:
        """The head of a gallery and the record of one image, read in one call."""

    def gallery_with_batch(
        self, shop: str, product: str, upload: str
    ) -> tuple[Gallery, UploadBatch | None]:
        """The head of a gallery and an upload batch of the shop, read in one call."""

    def gallery_with_images(self, shop: str, product: str) -> tuple[Gallery, Mapping[int, Image]]:
        """The head of a gallery and all its images by id, read in one call per megabyte."""

    def commit(self, change: GalleryChange) -> Gallery:
        """Write a change in one transaction (optimistic locking), and return the new head.

        Raises:
            ConflictError: another writer changed a record that `change` builds on, took its name,
                or settled its import; nothing has changed.
        """

    def retired(self, shop: str, image: int) -> Image | None:
        """The record of a retired (soft-deleted) image that was not purged."""

    def retired_before(self, shop: str, moment: datetime) -> Iterator[Image]:
        """Records of images that were retired before `moment` and not purged, in order of ids.

        Pages are read as the iterator advances; callers may forget the records they received.
        """

    def forget_retired(self, image: Image) -> None:
        """Delete the record of a retired image; a missing record is no error.

        Raises:
            ConflictError: another writer is changing the same record; retry.
        """

    def take_down_retired(self, image: Image, take_down: TakeDown) -> None:
        """Delete the record of a retired image, begin its take-down, and flag it.

        Raises:
            ConflictError: the record is gone, or the shop has a take-down with this id.
        """

    def next_default_name(self, shop: str) -> int:
        """A new number for a default file name of the shop: 1, 2, 3, …"""

    def skip_default_names(self, shop: str, number: int) -> None:
        """Continue the sequence of default file names after `number`, unless it is further."""

    def taken_names(self, shop: str, names: Sequence[str]) -> set[str]:
        """Those of at most 100 file names that the shop has ever taken.

        Raises:
            ConflictError: too many readers at once; retry.
        """

    def names_of(self, shop: str, image: int) -> Mapping[str, Naming]:
        """All file names that an image has had, each with the bytes that received it."""

    def names_and_flag(self, shop: str, image: int) -> tuple[Mapping[str, Naming], bool]:
        """All file names that an image has had, and whether it is flagged, read in one call.

        What a flagged image loses is to be invalidated in the CDN.
        """

    def flag(self, shop: str, image: int) -> None:
        """Flag an image; changes of galleries flag images themselves."""

    def note_unpublished(self, unpublished: Unpublished) -> None:
        """Note what a flagged image has lost, for the next invalidation; without a flag, nothing.

        Raises:
            ConflictError: another writer is changing the flag; retry.
        """

    def named(self, shop: str, name: str) -> Naming | None:
        """The image and bytes that received a file name; None for a name never taken."""

    def complete_renditions(
        self, address: OriginalAddress, product: str, appearance: Appearance, *, turned: bool
    ) -> None:
        """Record that all renditions of an image's bytes are stored, and the picture's appearance.

        Args:
            address: of the bytes.
            product: key of the image's product.
            appearance: the appearance of the picture.
            turned: whether it is displayed with width and height exchanged.

        Raises:
            RecordMissingError: the product has no image with these bytes, or not yet.
            ConflictError: another writer is changing the same record; retry.
        """

    def image_count(self, shop: str) -> int:
        """The number of images in all galleries of the shop."""

    def usage(self, shop: str) -> Usage:
        """What the shop stores, from its counters."""

    def products(
        self, shop: str, prefix: str = "", after: str = "", limit: int = 100
    ) -> ProductPage:
        """A page of products that have images, whose keys begin with `prefix`; a second late.

        It has at most `limit` products, 1 to 100, and starts behind the product `after`.
        """

    def heads_of(self, shop: str, products: Sequence[str]) -> Mapping[str, Gallery]:
        """The heads of the galleries of at most 100 products, by product; eventually consistent.

        Raises:
            ConflictError: too many readers at once; retry.
        """

    def covers(self, shop: str, images: Mapping[str, int]) -> Mapping[str, Image]:
        """One image of each of at most 100 products, by product; eventually consistent.

        `images` has the id of the image to read, by product.

        Raises:
            ConflictError: too many readers at once; retry.
        """
