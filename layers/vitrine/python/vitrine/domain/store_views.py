"""How an image looks in one store view: field by field what the view says, else what is global.

(contract: openmage §7)
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vitrine.domain.gallery import Gallery
from vitrine.domain.images import Image, ViewFacts


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """An image as one store view, or the shop as a whole, sees it.

    Attributes:
        image: its record.
        label: alternative text.
        sort: place in this view's order.
        excluded: whether it is hidden from those who look at the gallery.
        roles: the roles it holds.
    """

    image: Image
    label: str
    sort: int
    excluded: bool
    roles: frozenset[str]


def entry_in_view(gallery: Gallery, image: Image, view: str | None = None) -> ViewEntry | None:
    """An image as a store view sees it, or globally; None where it was removed from the view."""
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
    """All images that a store view shows, in its order: by sort, then by id."""
    found = [seen for image in images if (seen := entry_in_view(gallery, image, view))]
    return sorted(found, key=lambda seen: (seen.sort, seen.image.id))


def facts_of(image: Image, view: str | None) -> ViewFacts:
    """What a store view says of an image; nothing for the shop as a whole."""
    return image.views.get(view, ViewFacts()) if view else ViewFacts()


def with_facts(image: Image, view: str, facts: ViewFacts) -> Image:
    """The image of which a store view says something else."""
    views = {**image.views, view: facts}
    if facts == ViewFacts():
        del views[view]
    return replace(image, views=views)
