"""What an import reads from a source: products with their images, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from vitrine.domain.imports import SOURCE_MARK

if TYPE_CHECKING:
    from pathlib import Path

LAST = 2**40
"""The place of an image that follows all images with a place."""

LIBRARY = ""
"""The name of the product that stands for the library, whose images have a purpose instead."""
DELETED = "products deleted while the list was read"
"""The name, for people, of what a platform listed and does not have any more."""


@dataclass(frozen=True, slots=True)
class ViewValues:
    """What a store view of a source overrides. None: the image's global value applies.

    Attributes:
        label: alternative text.
        sort: the sort in the view's order.
        excluded: whether the view hides the image.
        roles: all roles of the image in the view.
        removed: whether the image was removed from the view.
    """

    label: str | None = None
    sort: int | None = None
    excluded: bool | None = None
    roles: frozenset[str] | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class SourceImage:
    """One image of a source.

    Attributes:
        id: its id at the source, unique in its product.
        places: where its bytes are, best first: URLs, or one path below the source's folder.
        rank: its rank among the product's images: the sort if there is one. Equal ranks are in the
            order of the list.
        sort: the requested sort; None for the one after the last image.
        file_name: the name of the file.
        alt: the text in the shop's main language.
        translations: the texts in other languages.
        roles: all its roles; None if the source has no roles.
        excluded: whether visitors do not see it.
        views: what store views override, by the view's code.
        name: the requested permanent file name (OpenMage); empty for none.
        sha256: the expected SHA-256 of the bytes, hexadecimal; empty for any.
        reduced: whether the last of its places has a smaller picture than was uploaded.
        purpose: the purpose of an image of the library; empty for an image of a product.
        line: the line that describes it; 0 without lines.
        cells: the line as the operator has written it, by column; empty without lines.
    """

    id: str
    places: tuple[str, ...]
    rank: int = LAST
    sort: int | None = None
    file_name: str = ""
    alt: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)
    roles: frozenset[str] | None = None
    excluded: bool = False
    views: Mapping[str, ViewValues] = field(default_factory=dict)
    name: str = ""
    sha256: str = ""
    reduced: bool = False
    purpose: str = ""
    line: int = 0
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class SourceProduct:
    """A product of a source and its images.

    Attributes:
        name: the source's name of the product; `LIBRARY` for the library.
        images: its images in any order.
        aliases: other names, for shops that register their products.
    """

    name: str
    images: tuple[SourceImage, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry of a source that describes no image.

    Attributes:
        place: the line or path.
        reason: why, as a message for the operator.
        cells: the entry as cells of `images.csv`, by column.
    """

    place: str
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a source's list.

    Attributes:
        products: products with their images. A product can continue on another page.
        unreadable: entries that describe no image.
        next: from where the list continues; None at its end.
        total: how many products the source has, if it says so.
    """

    products: tuple[SourceProduct, ...]
    unreadable: tuple[Unreadable, ...] = ()
    next: str | None = None
    total: int | None = None


class Source(Protocol):
    """A source of images."""

    @property
    def prefix(self) -> str:
        """How the paths of its images begin: `@<source>/<store>`, or `@folder`."""

    @property
    def root(self) -> Path | None:
        """The folder that places are relative to; None if they are URLs."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many things of each kind are not imported, by their name for people."""

    @property
    def notes(self) -> Sequence[str]:
        """What the operator should know about the source as a whole."""

    def pages(self, after: str | None) -> Iterator[Page]:
        """The pages of the list that follow the position `after`; None for all.

        Raises:
            FailureError: the source cannot be read.
        """


def identity(prefix: str, product: str, image: str) -> str:
    """The path that an image of a source is settled under, once and for ever.

    Args:
        prefix: how the paths of its source begin.
        product: the key of its product.
        image: its id; one that begins with `SOURCE_MARK` is such a path already.
    """
    return image if image.startswith(SOURCE_MARK) else f"{prefix}/{product}/{image}"
