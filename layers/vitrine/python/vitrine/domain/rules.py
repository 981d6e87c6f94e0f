"""The rules that a dialect sets for pictures, and which of them an upload breaks."""

from collections.abc import Iterator
from dataclasses import dataclass

from vitrine.domain.errors import Rule
from vitrine.domain.gallery import HARD_LIMIT
from vitrine.domain.pictures import Format, Inspection


@dataclass(frozen=True, slots=True)
class PictureRules:
    """A dialect's rules for the pictures it accepts.

    Attributes:
        formats: accepted formats.
        max_bytes: the largest accepted file, in bytes.
        resolution: the only accepted (width, height) in pixels; None for any.
        animated: whether a picture may have more than one frame.
        max_images: the most images that a product may have.
        room_first: whether a full gallery refuses an upload before the picture is fetched.
    """

    formats: frozenset[Format]
    max_bytes: int
    resolution: tuple[int, int] | None = None
    animated: bool = True
    max_images: int = HARD_LIMIT
    room_first: bool = True

    def broken(self, inspection: Inspection, size: int, images: int) -> tuple[Rule, ...]:
        """Every rule that a picture of `size` bytes breaks in a gallery of `images`, in order."""
        return tuple(self._breaches(inspection, size, images))

    def _breaches(self, inspection: Inspection, size: int, images: int) -> Iterator[Rule]:
        accepted = inspection.format in self.formats and inspection.whole
        if not accepted or (inspection.frames > 1 and not self.animated):
            yield Rule.FORMAT
        elif inspection.oversized and self.resolution is None:
            yield Rule.PIXELS  # a required resolution says it better (contract: evotor §4)
        if size > self.max_bytes:
            yield Rule.WEIGHT
        seen = (inspection.width, inspection.height)
        if self.resolution and None not in seen and seen != self.resolution:
            yield Rule.RESOLUTION
        if images >= self.max_images:
            yield Rule.ROOM
