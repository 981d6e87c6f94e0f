"""A gallery: the images of one product in order, with their roles (contract: bigcommerce §7).

The head of a gallery holds only the ids of its images, so one small write changes the order of a
thousand images. Its version is the basis of optimistic locking: a write fails if another writer
has changed the head since it was read.

Dialects show one order in two ways. BigCommerce shows the *sort* of an image, a number with gaps
and ties. Tiendanube shows its *position*, the rank from 1 without gaps. OpenMage shows the sort,
which each store view can override.

| Verb | Effect | Called by | Other images |
|---|---|---|---|
| `append` | add at the end | create without a place | stay |
| `insert_before` | add directly before an image | dropped files | move up by 1 if no sort is free |
| `insert` | add at a position | Tiendanube create | get dense sorts; stay if added at the end |
| `move` | move to a position | Tiendanube update | get dense sorts |
| `place` | add, move to a sort | BigCommerce create, update | move up by 1 if the sort is taken |
| `put` | add, move to a sort | OpenMage create, update | stay; ties are allowed |
| `with_sorts` | set sorts | `vitrine import` | stay |
| `assign` | set an image's roles | OpenMage create, update, delete in a view | lose these roles |
| `arrange` | order all images | Vitrine's own API | get dense sorts |
| `remove` | delete | all dialects except OpenMage | stay; the first one becomes the thumbnail |
| `retire` | soft-delete | OpenMage delete | stay; no role is passed on |
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property

from vitrine.domain.errors import WrongOrderError
from vitrine.domain.images import Image
from vitrine.records import dataclass

HARD_LIMIT = 1000
"""The maximum number of images of a product, in every dialect."""

THUMBNAIL = "thumbnail"
HIGHEST_SORT = 2**31 - 1
"""The greatest sort: clients of the platforms store it in 32 bits (contract: bigcommerce §7)."""


@dataclass(frozen=True)
class Gallery:
    """The head of one product's gallery. It is immutable: each verb returns a new head.

    The module's docstring lists the verbs. Storing a head increases its version.

    Attributes:
        version: how often the head has been stored; 0 if the product never had an image.
        sorts: the sort of each image by id. The gallery is in ascending order of (sort, id); sorts
            are neither dense nor unique.
        roles: the image that holds each role. A role has at most one holder.
        view_roles: by store view, the image that holds each role there, or None if the role is
            vacant there. For a role that a store view does not list, the global holder applies.
        thumbnail_by_default: whether the thumbnail holds its role only because no client has
            asked for another one.
        arranged_up_to: the highest id of the images whose whole order a client has requested; 0
            for none. Dropped files are not placed relative to these images.
    """

    version: int = 0
    sorts: Mapping[int, int] = field(default_factory=dict)
    roles: Mapping[str, int] = field(default_factory=dict)
    view_roles: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    thumbnail_by_default: bool = False
    arranged_up_to: int = 0

    def __len__(self) -> int:
        return len(self.sorts)

    def __contains__(self, image: int) -> bool:
        return image in self.sorts

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Ids of the images in gallery order."""
        return tuple(sorted(self.sorts, key=lambda image: (self.sorts[image], image)))

    @cached_property
    def positions(self) -> Mapping[int, int]:
        """The position of each image by id: 1 to n, dense."""
        return {image: position for position, image in enumerate(self.order, 1)}

    def append(self, image: int) -> "Gallery":
        """The gallery with `image` at the end; an only image becomes the thumbnail."""
        return self._with_new_image(image, {**self.sorts, image: self.next_sort})

    @property
    def next_sort(self) -> int:
        """The sort of an image at the end, at most `HIGHEST_SORT`."""
        return min(max(self.sorts.values(), default=-1) + 1, HIGHEST_SORT)

    def put(self, image: int, sort: int) -> "Gallery":
        """The gallery with a new or existing image at a sort (contract: openmage §3).

        No other image moves, and no role changes.
        """
        return replace(self, sorts={**self.sorts, image: sort})

    def with_sorts(self, sorts: Mapping[int, int]) -> "Gallery":
        """The gallery with other sorts of some of its images; no role changes."""
        return replace(self, sorts={**self.sorts, **sorts})

    def insert(self, image: int, position: int) -> "Gallery":
        """The gallery with a new image at a position.

        All sorts become 0 to n. At the end of the gallery, no other sort changes.

        Args:
            image: id of the new image.
            position: the requested rank, clamped to 1..n+1.
        """
        if position > len(self):
            return self.append(image)
        return self._with_new_image(image, _ranked(self.order, image, position))

    def insert_before(self, image: int, successor: int) -> "Gallery":
        """The gallery with a new image directly before one of its images.

        The new image shares its predecessor's sort where ids order the two and the successor. If
        no sort fits, the successor and all images behind it move up by one, so their gaps stay.
        """
        rank = self.positions[successor] - 1
        before = self.order[rank - 1] if rank else None
        sort = self._sort_between(image, before, successor)
        if sort is not None:
            return self._with_new_image(image, {**self.sorts, image: sort})
        if max(self.sorts.values()) == HIGHEST_SORT:
            return self._with_new_image(image, _ranked(self.order, image, rank + 1))
        moved = {each: self.sorts[each] + 1 for each in self.order[rank:]}
        sort = self.sorts[successor] if before is None else self.sorts[before] + (image < before)
        return self._with_new_image(image, {**self.sorts, **moved, image: sort})

    def place(self, image: int, sort: int) -> "Gallery":
        """The gallery with a new or existing image at a sort.

        If another image has this sort, the sorts of that image and of all images above it increase
        by one. Otherwise, no other image moves.
        """
        if self.sorts.get(image) == sort:
            return self
        others = {each: at for each, at in self.sorts.items() if each != image}
        if sort in others.values():
            others = {
                each: min(at + 1, HIGHEST_SORT) if at >= sort else at for each, at in others.items()
            }
        return self._with_new_image(image, {**others, image: sort})

    def move(self, image: int, position: int) -> "Gallery":
        """The gallery with one of its images at another position, clamped to 1..n.

        All sorts become 0 to n-1. If the image already has the position, nothing changes.
        """
        wanted = min(max(position, 1), len(self))
        if self.positions[image] == wanted:
            return self
        others = tuple(each for each in self.order if each != image)
        return replace(self, sorts=_ranked(others, image, wanted))

    def arrange(self, order: Sequence[int]) -> "Gallery":
        """The gallery in another order of all its images (contract: vitrine §5.3).

        All sorts become 0 to n-1. If the order is the present one, nothing changes.

        Args:
            order: ids of all images, each once.

        Raises:
            WrongOrderError: it is not.
        """
        if tuple(order) == self.order:
            return self
        named, unknown = set[int](), []
        for image in order:
            if image in named or image not in self:
                unknown.append(image)
            named.add(image)
        missing = tuple(image for image in self.order if image not in named)
        if missing or unknown:
            raise WrongOrderError(missing, tuple(unknown))
        sorts = {image: sort for sort, image in enumerate(order)}
        return replace(self, sorts=sorts, arranged_up_to=max(order))

    def remove(self, *images: int) -> "Gallery":
        """The gallery without `images`; the other images keep their sorts.

        If the thumbnail is removed, the first remaining image becomes the thumbnail. Other roles of
        removed images become vacant.
        """
        gone = set(images)
        left = self.retire(*images)
        if self.roles.get(THUMBNAIL) in gone and left.sorts:
            return left.with_default_thumbnail(left.order[0])
        return left

    def retire(self, *images: int) -> "Gallery":
        """The gallery without soft-deleted `images`; the other images keep their sorts.

        The roles of `images` become vacant, in store views too: there, the global holder does not
        apply (contract: openmage §7).
        """
        gone = set(images)
        stays = self.roles.get(THUMBNAIL) not in gone
        return replace(
            self,
            thumbnail_by_default=self.thumbnail_by_default and stays,
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

        The previous holders lose these roles there. In a store view, roles that the image loses
        become vacant, so that the global holder does not apply.
        """
        lost = self.roles_of(image, view) - set(roles)
        if view is None:
            kept = {role: holder for role, holder in self.roles.items() if role not in lost}
            by_default = self.thumbnail_by_default and THUMBNAIL not in {*lost, *roles}
            assigned = {**kept, **dict.fromkeys(roles, image)}
            return replace(self, roles=assigned, thumbnail_by_default=by_default)
        here = {
            **self.view_roles.get(view, {}),
            **dict.fromkeys(lost, None),
            **dict.fromkeys(roles, image),
        }
        return replace(self, view_roles={**self.view_roles, view: here})

    def with_thumbnail(self, image: int) -> "Gallery":
        """The gallery with `image` as its only thumbnail, as a client has requested."""
        return replace(self, roles={**self.roles, THUMBNAIL: image}, thumbnail_by_default=False)

    def with_default_thumbnail(self, image: int) -> "Gallery":
        """The gallery with `image` as its only thumbnail until a client requests another one."""
        return replace(self, roles={**self.roles, THUMBNAIL: image}, thumbnail_by_default=True)

    def without_thumbnail(self, image: int) -> "Gallery":
        """The gallery in which `image` is not the thumbnail; another thumbnail stays."""
        if self.roles.get(THUMBNAIL) != image:
            return self
        return replace(
            self,
            roles={role: holder for role, holder in self.roles.items() if role != THUMBNAIL},
            thumbnail_by_default=False,
        )

    def _with_new_image(self, image: int, sorts: Mapping[int, int]) -> "Gallery":
        gallery = replace(self, sorts=sorts)
        return gallery if self.sorts else gallery.with_default_thumbnail(image)

    def _sort_between(self, image: int, before: int | None, after: int) -> int | None:
        """A sort with which `image` stands between two images, or before the first, if any."""
        last = self.sorts[after], after
        if before is None:
            return last[0] - 1 if last[0] > 0 else None
        first = self.sorts[before], before
        choices = (first[0], first[0] + 1, last[0])
        return next((sort for sort in choices if first < (sort, image) < last), None)


def _ranked(others: tuple[int, ...], image: int, position: int) -> dict[int, int]:
    """The sorts 0 to n of `others`, in their order, with `image` inserted at a position."""
    at = max(position, 1) - 1
    return {each: sort for sort, each in enumerate((*others[:at], image, *others[at:]))}


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """An image together with its gallery, which defines its sort, position and role."""

    gallery: Gallery
    image: Image

    @property
    def sort(self) -> int:
        """The image's sort, as BigCommerce shows it."""
        return self.gallery.sorts[self.image.id]

    @property
    def position(self) -> int:
        """The image's rank, 1 to n, as Tiendanube shows it."""
        return self.gallery.positions[self.image.id]

    @property
    def is_thumbnail(self) -> bool:
        """Whether the image holds the role of the thumbnail."""
        return self.gallery.roles.get(THUMBNAIL) == self.image.id


def entries_of(gallery: Gallery, images: Mapping[int, Image]) -> list[GalleryEntry]:
    """The images of a gallery in order; one whose record is missing is left out."""
    return [GalleryEntry(gallery, images[image]) for image in gallery.order if image in images]
