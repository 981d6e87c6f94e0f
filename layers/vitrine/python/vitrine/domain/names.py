"""File names of full-size pictures, unique and permanent in their shop (contract: openmage §4.4).

A name is never reused, so a URL that contains one never changes its meaning.
"""

from vitrine.records import dataclass


@dataclass(frozen=True, slots=True)
class FileName:
    """A file name, unique among all names that the shop has ever used.

    Attributes:
        base: the requested name, made safe, without number and extension; None for a default name.
        number: distinguishes names of the same base; 0 for the first.
        extension: the file name extension, without the dot.
    """

    base: str | None
    number: int
    extension: str

    @property
    def stem(self) -> str:
        """The name without extension. Default names are `image`, `image_2`, `image_3`, …"""
        if self.base is None:
            return "image" if self.number <= 1 else f"image_{self.number}"
        return self.base if self.number == 0 else f"{self.base}_{self.number}"

    @property
    def unnumbered(self) -> str:
        """The whole name that a numbered name was derived from; empty for others.

        Default names have a sequence of their own.
        """
        return f"{self.base}.{self.extension}" if self.base is not None and self.number else ""

    @property
    def full(self) -> str:
        """The whole name, such as `new_image_1.gif`."""
        return f"{self.stem}.{self.extension}"


@dataclass(frozen=True, slots=True)
class Naming:
    """The permanent assignment of a file name to an image and to its bytes at that time.

    Attributes:
        image: id of the image.
        product: key of the image's product.
        version: the image's bytes at that time, as `OriginalAddress.version`.
        legacy_key: the public key of the full-size picture before the image received its first
            name; empty if the image was new or had a name. Like a name, the key stays public after
            its bytes are replaced (contract: openmage §4.5).
        last_number: the last number that was given to a name of the same base and extension, of a
            name without number; 0 for none, or not recorded.
    """

    image: int
    product: str
    version: str
    legacy_key: str = ""
    last_number: int = 0
