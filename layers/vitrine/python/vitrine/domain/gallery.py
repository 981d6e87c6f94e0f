"""A gallery: the images of one product in order, with their roles (contract: bigcommerce §7).

The gallery's head holds nothing of an image but its id, so one small write changes the order of
a thousand images, and its version guards every change against concurrent writers.

Dialects see one order in two ways. BigCommerce names an image's *sort*, a number that may have gaps
and neighbours of the same value; Tiendanube names its *position*, the rank from 1 without gaps.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from vitrine.domain.images import Image

HARD_LIMIT = 1000
"""The most images any product may have, through whatever dialect they come."""

THUMBNAIL = "thumbnail"
HIGHEST_SORT = 2**31 - 1
"""No sort passes it: the platforms' clients keep it in 32 bits (contract: bigcommerce §7)."""


@dataclass(frozen=True)
class Gallery:
    """The head of one product's gallery. Changing it makes another one; storing numbers it.

    Attributes:
        version: how often it has been stored; 0 when the product never had an image.
        sorts: place of every image by id. Gallery order is (sort, id) ascending; places need be
            neither dense nor unique.
        roles: the image that holds each role. A role has at most one holder.
        view_roles: by store view, the image that holds each role there, or None where expressly
            nobody does; of a role that is not named there the global holder counts.
    """

    version: int = 0
    sorts: Mapping[int, int] = field(default_factory=dict)
    roles: Mapping[str, int] = field(default_factory=dict)
    view_roles: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sorts)

    def __contains__(self, image: int) -> bool:
        return image in self.sorts

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Ids of the images, first to last."""
        return tuple(sorted(self.sorts, key=lambda image: (self.sorts[image], image)))

    @cached_property
    def positions(self) -> Mapping[int, int]:
        """Rank of every image by id: 1 to n, dense."""
        return {image: position for position, image in enumerate(self.order, 1)}

    def append(self, image: int) -> "Gallery":
        """The gallery with `image` behind all others; the first image becomes the thumbnail."""
        return self._welcome(image, {**self.sorts, image: self.next_sort})

    @property
    def next_sort(self) -> int:
        """The sort behind all others."""
        return min(max(self.sorts.values(), default=-1) + 1, HIGHEST_SORT)

    def put(self, image: int, sort: int) -> "Gallery":
        """The gallery with an image, new or not, at a sort; nobody else moves, and nobody gets a
        role by it (contract: openmage §3).
        """
        return replace(self, sorts={**self.sorts, image: sort})

    def insert(self, image: int, position: int) -> "Gallery":
        """The gallery with a new image at a position; behind the last nobody else's sort changes.

        Args:
            image: id of the new image.
            position: wanted rank, brought into 1..n+1.
        """
        if position > len(self):
            return self.append(image)
        return self._welcome(image, _ranked(self.order, image, position))

    def place(self, image: int, sort: int) -> "Gallery":
        """The gallery with an image, new or not, at a sort.

        When another image has exactly this sort, it moves up by one, and so does every other image
        above it; otherwise nobody else moves.
        """
        if self.sorts.get(image) == sort:
            return self
        others = {each: at for each, at in self.sorts.items() if each != image}
        if sort in others.values():
            others = {
                each: min(at + 1, HIGHEST_SORT) if at >= sort else at for each, at in others.items()
            }
        return self._welcome(image, {**others, image: sort})

    def move(self, image: int, position: int) -> "Gallery":
        """The gallery with one of its images at another position, brought into 1..n.

        All sorts become 0 to n-1 then; at the position it has, nothing changes.
        """
        wanted = min(max(position, 1), len(self))
        if self.positions[image] == wanted:
            return self
        others = tuple(each for each in self.order if each != image)
        return replace(self, sorts=_ranked(others, image, wanted))

    def remove(self, *images: int) -> "Gallery":
        """The gallery without `images`; the others keep their places.

        A removed thumbnail passes its role to the first image that remains; other roles of removed
        images become vacant.
        """
        gone = set(images)
        left = self.retire(*images)
        if self.roles.get(THUMBNAIL) in gone and left.sorts:
            return left.with_thumbnail(left.order[0])
        return left

    def retire(self, *images: int) -> "Gallery":
        """The gallery without `images`; the others keep their places, and nobody inherits a role.

        In store views their roles are then expressly nobody's (contract: openmage §7).
        """
        gone = set(images)
        return replace(
            self,
            sorts={image: sort for image, sort in self.sorts.items() if image not in gone},
            roles={role: image for role, image in self.roles.items() if image not in gone},
            view_roles={
                view: {role: None if image in gone else image for role, image in roles.items()}
                for view, roles in self.view_roles.items()
            },
        )

    def holder(self, role: str, view: str | None = None) -> int | None:
        """The image that holds a role, in a store view or globally."""
        here = self.view_roles.get(view, {}) if view else {}
        return here[role] if role in here else self.roles.get(role)

    def roles_of(self, image: int, view: str | None = None) -> frozenset[str]:
        """The roles that an image holds, in a store view or globally."""
        here = self.view_roles.get(view, {}) if view else {}
        return frozenset(role for role in {*self.roles, *here} if self.holder(role, view) == image)

    def assign(self, image: int, roles: Collection[str], view: str | None = None) -> "Gallery":
        """The gallery in which an image holds exactly these roles, in a store view or globally.

        They leave whoever held them there; in a store view, what the image no longer holds is
        expressly nobody's, so that it does not fall back.
        """
        lost = self.roles_of(image, view) - set(roles)
        if view is None:
            kept = {role: holder for role, holder in self.roles.items() if role not in lost}
            return replace(self, roles={**kept, **dict.fromkeys(roles, image)})
        here = {
            **self.view_roles.get(view, {}),
            **dict.fromkeys(lost, None),
            **dict.fromkeys(roles, image),
        }
        return replace(self, view_roles={**self.view_roles, view: here})

    def with_thumbnail(self, image: int) -> "Gallery":
        """The gallery with `image` as its thumbnail and no other."""
        return replace(self, roles={**self.roles, THUMBNAIL: image})

    def without_thumbnail(self, image: int) -> "Gallery":
        """The gallery in which `image` is not the thumbnail; another's role is untouched."""
        if self.roles.get(THUMBNAIL) != image:
            return self
        return replace(
            self, roles={role: holder for role, holder in self.roles.items() if role != THUMBNAIL}
        )

    def _welcome(self, image: int, sorts: Mapping[int, int]) -> "Gallery":
        entry = replace(self, sorts=sorts)
        return entry if self.sorts else entry.with_thumbnail(image)


def _ranked(others: tuple[int, ...], image: int, position: int) -> dict[int, int]:
    """Sorts 0 to n of `others` in their order with `image` at a position among them."""
    at = max(position, 1) - 1
    return {each: sort for sort, each in enumerate((*others[:at], image, *others[at:]))}


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """An image where it stands in its gallery."""

    gallery: Gallery
    image: Image

    @property
    def sort(self) -> int:
        """Its sort, as BigCommerce shows it."""
        return self.gallery.sorts[self.image.id]

    @property
    def position(self) -> int:
        """Its rank, 1 to n, as Tiendanube shows it."""
        return self.gallery.positions[self.image.id]

    @property
    def is_thumbnail(self) -> bool:
        """Whether it holds the role of the thumbnail."""
        return self.gallery.roles.get(THUMBNAIL) == self.image.id
