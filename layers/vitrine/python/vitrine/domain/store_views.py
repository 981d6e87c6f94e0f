"""Store views: each field of an image has the view's value, or else the global value (fallback).

(contract: openmage §7)
"""

from collections.abc import Iterable
from dataclasses import replace

from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, ViewFacts
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """An image with its effective values in one store view, or globally.

    Attributes:
        image: the record.
        label: alternative text.
        sort: the sort in this view's order.
        excluded: whether the gallery hides it from visitors.
        roles: the roles that it holds.
    """

    image: Image
    label: str
    sort: int
    excluded: bool
    roles: frozenset[str]


def entry_in_view(gallery: Gallery, image: Image, view: str | None = None) -> ViewEntry | None:
    """An image's values in a store view, or globally; None if it was removed from the view."""
    here = facts_of(image, view)
    if here.removed:
        return None
    return ViewEntry(
        image,
        image.alt if here.label is None else here.label,
        gallery.sorts[image.id] if here.sort is None else here.sort,
        image.excluded if here.excluded is None else here.excluded,
        gallery.roles_of(image.id, view),
    )


def entries_in_view(
    gallery: Gallery, images: Iterable[Image], view: str | None = None
) -> list[ViewEntry]:
    """All images of a store view in its order: by sort, then by id."""
    found = [seen for image in images if (seen := entry_in_view(gallery, image, view))]
    return sorted(found, key=lambda seen: (seen.sort, seen.image.id))


def facts_of(image: Image, view: str | None) -> ViewFacts:
    """The values that a store view overrides; none for the global view."""
    return image.views.get(view, ViewFacts()) if view else ViewFacts()


def with_facts(image: Image, view: str, facts: ViewFacts) -> Image:
    """The image with other overrides in a store view."""
    views = {**image.views, view: facts}
    if facts == ViewFacts():
        del views[view]
    return replace(image, views=views)
