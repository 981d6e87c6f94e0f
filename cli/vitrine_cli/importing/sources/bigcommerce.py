"""BigCommerce as a source, through version 3 or 2 of its API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import Field, TypeAdapter

from vitrine.domain.gallery import THUMBNAIL
from vitrine.domain.imports import SOURCE_MARK
from vitrine_cli.importing.paging import numbered
from vitrine_cli.importing.platform_client import GoneError, PlatformClient
from vitrine_cli.importing.source import DELETED, Page, SourceImage, SourceProduct
from vitrine_cli.importing.wire_values import Flag, Id, OrEmpty, Place, Text, Wire

Entry = TypeVar("Entry")
Form = TypeVar("Form")
_Read = tuple[Sequence[Entry], bool]
"""The entries of a page, and whether others follow."""
SCOPE = "the scope Products, read-only"
_LIMIT = 250
_NUMBER = re.compile(r"__\d{5}(?=\.[^.]+$)")
_ORIGINALS = (
    "https://store-{store}.mybigcommerce.com/product_images",
    "https://cdn11.bigcommerce.com/s-{store}/product_images",
)
"""Where third parties found the files that were uploaded; the platform documents no place."""


class _Image(Wire):
    id: Id
    image_file: Text
    sort_order: Place = 0
    description: Text = ""
    is_thumbnail: Flag = False
    url_zoom: Text = ""
    zoom_url: Text = ""


class _Variant(Wire):
    image_url: Text = ""


class _ProductV2(Wire):
    id: Id  # its `images` is a link
    sku: Text = ""


class _Product(_ProductV2):
    images: Annotated[list[_Image], OrEmpty] = Field(default_factory=list)
    variants: Annotated[list[_Variant], OrEmpty] = Field(default_factory=list)
    videos: Annotated[list[Any], OrEmpty] = Field(default_factory=list)


class _Paging(Wire):
    total: Place = 0
    total_pages: Place = 0


class _Meta(Wire):
    pagination: _Paging = _Paging()


class _Listed(Wire, Generic[Entry]):
    data: list[Entry]
    meta: _Meta = _Meta()


class _Count(Wire):
    count: Place


_PRODUCTS_V3, _IMAGES_V3 = TypeAdapter(_Listed[_Product]), TypeAdapter(_Listed[_Image])
_PRODUCTS_V2, _IMAGES_V2 = TypeAdapter(list[_ProductV2]), TypeAdapter(list[_Image])
_COUNT = TypeAdapter(_Count)


def headers(token: str) -> dict[str, str]:
    """The headers of every request."""
    return {"X-Auth-Token": token, "Accept": "application/json"}


@dataclass
class BigCommerce:
    """`vitrine_cli.importing.source.Source` over the API of BigCommerce.

    Attributes:
        client: reads the API.
        store: the store's hash.
        version: `v3` or `v2`.
        media_base: where the originals are instead; empty for the platform's own places.
    """

    client: PlatformClient
    store: str
    version: str = "v3"
    media_base: str = ""
    root: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    _total: int | None = field(default=None, init=False)

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        return f"{SOURCE_MARK}bigcommerce/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        read: Callable[[int], _Read[_ProductV2]]
        read = self._read_v3 if self.version == "v3" else self._read_v2
        for listed, following in numbered(int(after or 1), read):
            products = tuple(map(self._product, listed))
            yield Page(products, next=str(following) if following else None, total=self._total)

    def _read_v3(self, number: int) -> _Read[_Product]:
        path = f"stores/{self.store}/v3/catalog/products"
        more = "images,variants,videos"
        found = self.client.read_first(_PRODUCTS_V3, path, include=more, limit=_LIMIT, page=number)
        if found is None:
            return [], False
        paging = found[0].meta.pagination
        self._total = paging.total
        return found[0].data, number < paging.total_pages

    def _read_v2(self, number: int) -> _Read[_ProductV2]:
        path = f"stores/{self.store}/v2/products"
        counted = self.client.read_first(_COUNT, f"{path}/count.json")
        self._total = counted[0].count if counted else None
        try:
            found = self.client.read(_PRODUCTS_V2, f"{path}.json", limit=_LIMIT, page=number)
        except GoneError:  # behind the last page, as 204
            found = None
        listed = found[0] if found else []
        return listed, len(listed) >= _LIMIT

    def _product(self, product: _ProductV2) -> SourceProduct:
        if not isinstance(product, _Product):
            return self._found(product, self._all_v2(product.id))
        whole = len(product.images) < _LIMIT
        images = product.images if whole else self._all_v3(product.id)
        self.left_out["variants' images"] += sum(bool(each.image_url) for each in product.variants)
        self.left_out["videos"] += len(product.videos)
        return self._found(product, images)

    def _all_v3(self, product: str) -> list[_Image]:
        path = f"stores/{self.store}/v3/catalog/products/{quote(product, safe='')}/images"

        def read(number: int) -> _Read[_Image]:
            found = self._read_images(_IMAGES_V3, path, number)
            pages = found.meta.pagination.total_pages if found else 0
            return found.data if found else [], number < pages

        return [each for listed, _ in numbered(1, read) for each in listed]

    def _all_v2(self, product: str) -> list[_Image]:
        path = f"stores/{self.store}/v2/products/{quote(product, safe='')}/images.json"

        def read(number: int) -> _Read[_Image]:
            found = self._read_images(_IMAGES_V2, path, number) or []
            return found, len(found) >= _LIMIT

        return [each for listed, _ in numbered(1, read) for each in listed]

    def _read_images(self, form: TypeAdapter[Form], path: str, number: int) -> Form | None:
        """A page of a product's images; None behind the last one, or if the product is gone."""
        try:
            found = self.client.read(form, path, limit=_LIMIT, page=number)
        except GoneError:
            self.left_out[DELETED] += number == 1
            return None
        return found[0] if found else None

    def _found(self, product: _ProductV2, images: list[_Image]) -> SourceProduct:
        ordered = sorted(images, key=lambda each: (each.sort_order, len(each.id), each.id))
        aliases = (product.sku,) if product.sku else ()
        return SourceProduct(product.id.casefold(), tuple(map(self._image, ordered)), aliases)

    def _image(self, image: _Image) -> SourceImage:
        file, zoom = image.image_file, image.url_zoom or image.zoom_url
        bases = (self.media_base,) if self.media_base else _ORIGINALS
        originals = [f"{base.format(store=self.store)}/{quote(file)}" for base in bases if file]
        return SourceImage(
            id=image.id,
            places=(*originals, *([zoom] if zoom else [])),
            reduced=bool(zoom),
            rank=image.sort_order,
            sort=image.sort_order,
            file_name=_NUMBER.sub("", file.rpartition("/")[2]),
            alt=image.description,
            roles=frozenset({THUMBNAIL} if image.is_thumbnail else ()),
        )
