"""What a dialect asks of a picture before it becomes an image, and which of it is broken."""

from collections.abc import Iterator
from dataclasses import dataclass

from vitrine.domain.errors import Rule
from vitrine.domain.gallery import HARD_LIMIT
from vitrine.domain.pictures import Format, Inspection


@dataclass(frozen=True, slots=True)
class PictureRules:
    """A dialect's rules for the pictures it takes.

    Attributes:
        formats: formats it takes.
        max_bytes: the most bytes it takes.
        resolution: the one (width, height) in pixels it takes; None for any.
        animated: whether more than one frame is fine.
        max_images: how many images a product may have after another one was added.
        room_first: whether a full gallery refuses before the picture is even fetched.
    """

    formats: frozenset[Format]
    max_bytes: int
    resolution: tuple[int, int] | None = None
    animated: bool = True
    max_images: int = HARD_LIMIT
    room_first: bool = True

    def broken(self, inspection: Inspection, size: int, images: int) -> tuple[Rule, ...]:
        """Every rule that `size` bytes so inspected break in a gallery of `images`, in order."""
        return tuple(self._breaches(inspection, size, images))

    def _breaches(self, inspection: Inspection, size: int, images: int) -> Iterator[Rule]:
        taken = inspection.format in self.formats and inspection.whole
        # A picture too large to decode is refused as such only where no resolution is asked for:
        # there the resolution says it better (contract: evotor §4).
        too_large = inspection.oversized and self.resolution is None
        if not taken or too_large or (inspection.frames > 1 and not self.animated):
            yield Rule.FORMAT
        if size > self.max_bytes:
            yield Rule.WEIGHT
        seen = (inspection.width, inspection.height)
        if self.resolution and None not in seen and seen != self.resolution:
            yield Rule.RESOLUTION
        if images >= self.max_images:
            yield Rule.ROOM
