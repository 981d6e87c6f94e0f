"""File names of full-size pictures, unique in their shop (contract: openmage §4.4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileName:
    """A file name of its own, unique in the shop and for ever.

    Attributes:
        base: what was asked for, made safe, without number and extension; None for a default name.
        number: tells it from others of the same base; 0 for the first.
        extension: without the dot.
    """

    base: str | None
    number: int
    extension: str

    @property
    def stem(self) -> str:
        """The name without extension; default ones are `image`, `image_2`, `image_3`."""
        if self.base is None:
            return "image" if self.number <= 1 else f"image_{self.number}"
        return self.base if self.number == 0 else f"{self.base}_{self.number}"

    @property
    def full(self) -> str:
        """The name, such as `new_image_1.gif`."""
        return f"{self.stem}.{self.extension}"


@dataclass(frozen=True, slots=True)
class Naming:
    """What a file name was given to, for good.

    Attributes:
        image: the image's id.
        product: key of the product whose image it was.
        version: the image's bytes then, as `OriginalAddress.version`.
        legacy_key: public key of the full-size picture by which the image was shown until then,
            having no name; empty when it had one, or was new. It outlives its bytes as names do
            (contract: openmage §4.5).
    """

    image: int
    product: str
    version: str
    legacy_key: str = ""
