"""The order of images that `vitrine import` copies from another platform.

Images of a product are imported one after another in the order of the source, so each is right
when it arrives. One that was late, because it failed or was rejected before, is moved to its place
afterwards. Only images of the source move relative to each other; all others keep their positions.
"""

from collections.abc import Mapping, Sequence

from vitrine.domain.gallery import HIGHEST_SORT, THUMBNAIL, Gallery
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """The place of an image at its source.

    Attributes:
        sort: the requested sort; None for the one after the last image.
        roles: all roles that the source gives to the image; None if the source has no roles: then
            the first image becomes the thumbnail.
        view_roles: by store view, all roles of the image there, where the source overrides them.
    """

    sort: int | None = None
    roles: frozenset[str] | None = None
    view_roles: Mapping[str, frozenset[str]] | None = None

    def put_in(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with a new or existing image in this place. No other image moves."""
        sort = self.sort
        if sort is None:
            sort = gallery.sorts[image] if image in gallery else gallery.next_sort
        placed = gallery.put(image, min(sort, HIGHEST_SORT))
        if self.roles is not None:
            placed = placed.assign(image, self.roles)
        elif not gallery.sorts:
            placed = placed.with_default_thumbnail(image)
        for view, roles in (self.view_roles or {}).items():
            placed = placed.assign(image, roles, view)
        return placed


def in_source_order(gallery: Gallery, places: Mapping[int, SourcePlace]) -> Gallery:
    """The gallery in which the images of a source have the source's order among themselves.

    They exchange the positions that they have. Each gets the sort that the source requests, or
    else the one at its new position, unless the order needs a greater one. If the thumbnail is one
    of them and no client or source has asked for it, the first of them becomes the thumbnail.

    Args:
        gallery: the present gallery.
        places: the places of the source's images by id, in the order of the source. Images that
            the gallery does not have are ignored.
    """
    wanted = [image for image in places if image in gallery]
    held = [image for image in gallery.order if image in places]
    arranged = gallery
    if wanted != held:
        moved = dict(zip(held, wanted, strict=True))
        order = [moved.get(image, image) for image in gallery.order]
        arranged = gallery.with_sorts(_ascending(gallery, order, places))
    holder = gallery.roles.get(THUMBNAIL)
    named = any(places[image].roles is not None for image in wanted)
    if named or not gallery.thumbnail_by_default or holder not in wanted[1:]:
        return arranged
    return arranged.with_default_thumbnail(wanted[0])


def _ascending(
    gallery: Gallery, order: Sequence[int], places: Mapping[int, SourcePlace]
) -> dict[int, int]:
    """Sorts that produce an order and differ little from those requested, or else present."""
    at_position = [gallery.sorts[image] for image in gallery.order]
    sorts: dict[int, int] = {}
    last_sort, last_image = -HIGHEST_SORT, 0
    for image, present in zip(order, at_position, strict=True):
        requested = places[image].sort if image in places else None
        sort = present if requested is None else requested
        lowest = last_sort if image > last_image else last_sort + 1
        last_sort, last_image = max(sort, lowest), image
        sorts[image] = last_sort
    if last_sort > HIGHEST_SORT:
        return {image: rank for rank, image in enumerate(order)}
    return sorts
