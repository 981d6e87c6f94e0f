"""Validation of pictures: the rules of a dialect, and the check of an upload against them."""

from collections.abc import Iterator

from vitrine.domain.errors import Rule
from vitrine.domain.gallery import HARD_LIMIT
from vitrine.domain.pictures import Format, Inspection
from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class PictureRules:
    """A dialect's rules for the pictures it accepts.

    Attributes:
        formats: accepted formats.
        max_bytes: the maximum file size in bytes.
        resolution: the only accepted (width, height) in pixels; None for any.
        animated: whether a picture may have more than one frame.
        max_images: the maximum number of images of a product.
        room_first: whether an upload to a full gallery is refused before the picture is fetched.
    """

    formats: frozenset[Format]
    max_bytes: int
    resolution: tuple[int, int] | None = None
    animated: bool = True
    max_images: int = HARD_LIMIT
    room_first: bool = True

    def broken(self, inspection: Inspection, size: int, images: int) -> tuple[Rule, ...]:
        """The rules that a picture breaks, in the order of `Rule`.

        Args:
            inspection: the result of the picture's inspection.
            size: the size of the file in bytes.
            images: the number of images that the gallery already has.
        """
        return tuple(self._breaches(inspection, size, images))

    def _breaches(self, inspection: Inspection, size: int, images: int) -> Iterator[Rule]:
        accepted = inspection.format in self.formats and inspection.whole
        if not accepted or (inspection.frames > 1 and not self.animated):
            yield Rule.FORMAT
        elif inspection.oversized and self.resolution is None:
            yield Rule.PIXELS  # a required resolution's error is clearer (contract: evotor §4)
        if size > self.max_bytes:
            yield Rule.WEIGHT
        seen = (inspection.width, inspection.height)
        if self.resolution and None not in seen and seen != self.resolution:
            yield Rule.RESOLUTION
        if images >= self.max_images:
            yield Rule.ROOM


FILE_RULES = PictureRules(formats=frozenset(Format), max_bytes=20 * 1024 * 1024)
"""The rules for files that clients send to storage, not through an API, which would limit them."""
