"""BigCommerce as a source, through version 3 or 2 of its API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vitrine.domain.gallery import THUMBNAIL
from vitrine_cli.importing.platform_client import PlatformClient
from vitrine_cli.importing.source import Page, SourceImage, SourceProduct

SCOPE = "the scope Products, read-only"
_LIMIT = 250
_NUMBER = re.compile(r"__\d{5}(?=\.[^.]+$)")
_ORIGINALS = (
    "https://store-{store}.mybigcommerce.com/product_images",
    "https://cdn11.bigcommerce.com/s-{store}/product_images",
)
"""Where third parties found the files that were uploaded; no documentation of the platform does."""


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

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        return f"@bigcommerce/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        read = self._page_v3 if self.version == "v3" else self._page_v2
        number: int | None = int(after or 1)
        while number is not None:
            page = read(number)
            yield page
            number = int(page.next) if page.next else None

    def _page_v3(self, number: int) -> Page:
        path = f"stores/{self.store}/v3/catalog/products"
        found = self.client.json(path, include="images,variants", limit=_LIMIT, page=number)
        if found is None:
            return Page(())
        paging = found.get("meta", {}).get("pagination", {})
        products = tuple(map(self._product_v3, found["data"]))
        more = number < int(paging.get("total_pages") or 0)
        return Page(products, next=str(number + 1) if more else None, total=paging.get("total"))

    def _product_v3(self, product: Mapping[str, Any]) -> SourceProduct:
        images = list(product.get("images") or [])
        if len(images) >= _LIMIT:
            images = self._all_v3(f"stores/{self.store}/v3/catalog/products/{product['id']}/images")
        variants = product.get("variants") or []
        self.left_out["variants' images"] += sum(bool(each.get("image_url")) for each in variants)
        self.left_out["videos"] += len(product.get("videos") or [])
        return self._product(product, images)

    def _all_v3(self, path: str) -> list[Mapping[str, Any]]:
        images: list[Mapping[str, Any]] = []
        number, pages = 1, 1
        while number <= pages:
            found = self.client.json(path, limit=_LIMIT, page=number) or {}
            images += found.get("data", [])
            pages = int(found.get("meta", {}).get("pagination", {}).get("total_pages") or 0)
            number += 1
        return images

    def _page_v2(self, number: int) -> Page:
        total = None
        if number == 1:
            counted = self.client.json(f"stores/{self.store}/v2/products/count.json")
            total = counted.get("count") if isinstance(counted, dict) else None
        found = self.client.json(f"stores/{self.store}/v2/products.json", limit=_LIMIT, page=number)
        products = tuple(self._product(each, self._all_v2(each["id"])) for each in found or [])
        more = len(products) == _LIMIT
        return Page(products, next=str(number + 1) if more else None, total=total)

    def _all_v2(self, product: int) -> list[Mapping[str, Any]]:
        images: list[Mapping[str, Any]] = []
        number = 1
        while True:
            path = f"stores/{self.store}/v2/products/{product}/images.json"
            found = self.client.json(path, limit=_LIMIT, page=number) or []
            images += found
            if len(found) < _LIMIT:
                return images
            number += 1

    def _product(
        self, product: Mapping[str, Any], images: list[Mapping[str, Any]]
    ) -> SourceProduct:
        ordered = sorted(images, key=lambda each: (each.get("sort_order") or 0, each["id"]))
        aliases = (product["sku"],) if product.get("sku") else ()
        return SourceProduct(str(product["id"]), tuple(map(self._image, ordered)), aliases)

    def _image(self, image: Mapping[str, Any]) -> SourceImage:
        sort, file = image.get("sort_order") or 0, image["image_file"]
        zoom = image.get("url_zoom") or image.get("zoom_url")
        bases = (self.media_base,) if self.media_base else _ORIGINALS
        originals = [f"{base.format(store=self.store)}/{quote(file)}" for base in bases]
        return SourceImage(
            id=str(image["id"]),
            places=(*originals, *([zoom] if zoom else [])),
            rank=sort,
            sort=sort,
            file_name=_NUMBER.sub("", file.rpartition("/")[2]),
            alt=image.get("description") or "",
            roles=frozenset({THUMBNAIL} if image.get("is_thumbnail") else ()),
        )
