"""A gallery: the images of one product in order, with their roles (contract: bigcommerce §7).

The gallery's head holds nothing of an image but its id, so one small write changes the order of
a thousand images, and its version guards every change against concurrent writers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

HARD_LIMIT = 1000
"""The most images any product may have, through whatever dialect they come."""

THUMBNAIL = "thumbnail"


@dataclass(frozen=True, slots=True)
class Gallery:
    """The head of one product's gallery.

    Attributes:
        version: how often it has changed; 0 when the product never had an image.
        sorts: place of every image by id. Gallery order is (sort, id) ascending; places need be
            neither dense nor unique.
        roles: the image that holds each role. A role has at most one holder.
    """

    version: int = 0
    sorts: Mapping[int, int] = field(default_factory=dict)
    roles: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sorts)

    def __contains__(self, image: int) -> bool:
        return image in self.sorts

    @property
    def order(self) -> tuple[int, ...]:
        """Ids of the images, first to last."""
        return tuple(sorted(self.sorts, key=lambda image: (self.sorts[image], image)))

    def append(self, image: int) -> "Gallery":
        """The gallery with `image` behind all others; the first image becomes the thumbnail."""
        sort = max(self.sorts.values(), default=-1) + 1
        roles = self.roles if self.sorts else {**self.roles, THUMBNAIL: image}
        return replace(
            self, version=self.version + 1, sorts={**self.sorts, image: sort}, roles=roles
        )

    def remove(self, *images: int) -> "Gallery":
        """The gallery without `images`; the others keep their places.

        A removed thumbnail passes its role to the first image that remains; other roles of removed
        images become vacant.
        """
        gone = set(images)
        left = replace(
            self,
            version=self.version + 1,
            sorts={image: sort for image, sort in self.sorts.items() if image not in gone},
            roles={role: image for role, image in self.roles.items() if image not in gone},
        )
        if self.roles.get(THUMBNAIL) in gone and left.sorts:
            return replace(left, roles={**left.roles, THUMBNAIL: left.order[0]})
        return left
