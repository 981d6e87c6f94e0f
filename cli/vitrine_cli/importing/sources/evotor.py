"""Evotor as a source: at most one picture for each product of a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from vitrine_cli.importing.platform_client import PlatformClient
from vitrine_cli.importing.source import Page, SourceImage, SourceProduct

SCOPE = "the rights product:read and product.image:read"


def headers(token: str) -> dict[str, str]:
    """The headers of every request."""
    return {"X-Authorization": token, "Accept": "application/vnd.evotor.v2+json"}


@dataclass
class Evotor:
    """`vitrine_cli.importing.source.Source` over Evotor's Cloud API.

    Attributes:
        client: reads the API.
        store: the store's id.
    """

    client: PlatformClient
    store: str
    root: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        return f"@evotor/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        cursor = after
        while True:
            given = {"cursor": cursor} if cursor else {}
            found = self.client.json(f"stores/{self.store}/products", **given) or {}
            cursor = (found.get("paging") or {}).get("next_cursor")
            products = tuple(self._product(each) for each in found.get("items", []))
            yield Page(products, next=cursor)
            if not cursor:
                return

    def _product(self, product: Mapping[str, Any]) -> SourceProduct:
        path = f"stores/{self.store}/products/{product['id']}/images"
        images = (self.client.json(path) or {}).get("items", [])
        found = tuple(
            SourceImage(
                id=str(each["id"]),
                places=(each["url"],),
                rank=sort,
                sort=sort,
                file_name=unquote(urlsplit(each["url"]).path.rpartition("/")[2]),
            )
            for sort, each in enumerate(images)
        )
        aliases = (str(product["code"]),) if product.get("code") else ()
        return SourceProduct(str(product["id"]).casefold(), found, aliases)
