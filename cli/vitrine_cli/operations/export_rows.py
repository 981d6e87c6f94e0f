"""Where an export stores each original, and what its tables say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from vitrine.adapters.table import MOST_WRITES
from vitrine.domain.gallery import THUMBNAIL, GalleryEntry
from vitrine.domain.images import Image, ViewFacts
from vitrine.domain.imports import SOURCE_MARK
from vitrine.domain.library import LibraryImage
from vitrine.domain.locations import original_address, public_url
from vitrine_cli.operations.view_columns import view_cells, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from vitrine.domain.gallery import Gallery
    from vitrine.domain.shops import ProductKey

_BEGINNING = ("product", "purpose", "file", "position", "sort", "alt")
_MIDDLE = ("thumbnail", "roles", "excluded")
_END = ("name", "file_name", "sha256", "source_id", "id", "created_at", "url")
_ALIASES = MOST_WRITES - 1
"""The most aliases on a line: `vitrine product import` registers a line in one transaction."""
_SEGMENT = 200
"""The longest folder or file name, bytes of UTF-8; file systems take 255."""
_UNSAFE = re.compile(r'^[. ]|[. ]$|[\x00-\x1f\x7f%"*/:<>?\\|]')


@dataclass(frozen=True, slots=True)
class Exported:
    """An image to export.

    Attributes:
        image: its record.
        gallery: the gallery that it stands in; None for retired and library images.
    """

    image: Image | LibraryImage
    gallery: Gallery | None = None

    @property
    def path(self) -> str:
        """The path of its original below the target: `files/7/0001-42-mug.png`."""
        image = self.image
        position = self.gallery.positions[image.id] if self.gallery else 0
        name = f"{position:04}-{image.id}-{original_address(image).file_name}"
        if isinstance(image, LibraryImage):
            return f"library/{image.purpose}/{path_segment(name)}"
        return f"files/{path_segment(image.product)}/{path_segment(name)}"


def path_segment(text: str) -> str:
    """A text as the name of a folder or a file, on Linux, macOS and Windows.

    Characters that one of them does not permit are percent-encoded. A name that is too long is
    shortened and gets a digest, so that different texts keep different names.
    """
    name = _UNSAFE.sub(_encoded, text)
    if len(name.encode()) <= _SEGMENT:
        return name
    extension = re.search(r"\.[A-Za-z0-9]{1,16}$", name)
    end = f"-{sha256(text.encode()).hexdigest()[:16]}{extension[0] if extension else ''}"
    return name.encode()[: _SEGMENT - len(end)].decode(errors="ignore") + end


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def image_row(exported: Exported, media_url: str, views: Mapping[str, str]) -> dict[str, str]:
    """The cells of an image in `images.csv`, by column.

    Args:
        exported: the image.
        media_url: base URL of public pictures.
        views: codes of the shop's store views, by id.
    """
    image, original = exported.image, exported.image.original
    cells = {
        "file": exported.path,
        "file_name": original.file_name,
        "sha256": original.digest,
        "source_id": export_identity(image),
        "id": str(image.id),
        "created_at": image.created_at.isoformat(timespec="milliseconds"),
        "url": public_url(media_url, original_address(image).full_size_key(original.format)),
    }
    if isinstance(image, LibraryImage):
        return {**cells, "purpose": image.purpose.value}
    cells |= {
        "product": image.product,
        "alt": image.alt,
        **{f"alt.{language}": text for language, text in image.texts.translations.items()},
        "excluded": yes_or_no(image.excluded),
        "name": image.name.full if image.name else "",
    }
    if exported.gallery is None:
        return {**cells, "retired": "yes"}
    entry = GalleryEntry(exported.gallery, image)
    roles = exported.gallery.roles_of(image.id)
    cells |= {
        "position": str(entry.position),
        "sort": str(entry.sort),
        "thumbnail": yes_or_no(THUMBNAIL in roles),
        "roles": "|".join(sorted(roles)),
    }
    for view in sorted({*image.views, *exported.gallery.view_roles}):
        cells |= _view_cells(entry, view, views.get(view, view))
    return cells


def export_identity(image: Image | LibraryImage) -> str:
    """The path that an import settles the image under.

    It stays when the image is moved or its bytes are replaced, so a later export is not imported
    beside an earlier one. The moment tells images of two stacks apart whose shops have one id.
    """
    moment = image.created_at.strftime("%Y%m%dT%H%M%S%f")[:-3]
    group = f"library/{image.purpose}" if isinstance(image, LibraryImage) else image.product
    return f"{SOURCE_MARK}vitrine/{image.shop}/{group}/{image.id}-{moment}"


def columns(used: Iterable[str]) -> list[str]:
    """The columns of `images.csv` in order, given those that have cells."""
    more = sorted(set(used) - {*_BEGINNING, *_MIDDLE, *_END})
    texts = [each for each in more if each.startswith("alt.")]
    views = [each for each in more if each.startswith("view.")]
    retired = [each for each in more if each == "retired"]
    return [*_BEGINNING, *texts, *_MIDDLE, *views, *_END, *retired]


def product_rows(products: Mapping[ProductKey, Iterable[ProductKey]]) -> Iterator[list[str]]:
    """The lines of `products.csv`: a product and its aliases, as `vitrine product import` reads.

    A product of very many aliases takes several lines.
    """
    yield ["product", "alias"]
    for product, aliases in products.items():
        names = list(aliases)
        for start in range(0, max(len(names), 1), _ALIASES):
            yield [product, *names[start : start + _ALIASES]]


def _view_cells(entry: GalleryEntry, view: str, code: str) -> dict[str, str]:
    """What one store view overrides."""
    gallery, image = entry.gallery, entry.image
    here = gallery.roles_of(image.id, view)
    roles = here if here != gallery.roles_of(image.id) else None
    return view_cells(code, image.views.get(view, ViewFacts()), roles)
