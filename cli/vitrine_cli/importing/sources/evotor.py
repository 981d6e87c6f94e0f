"""Evotor as a source: at most one picture for each product of a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

from pydantic import TypeAdapter

from vitrine.domain.imports import SOURCE_MARK
from vitrine_cli.importing.paging import Seen
from vitrine_cli.importing.platform_client import GoneError, PlatformClient
from vitrine_cli.importing.source import DELETED, Page, SourceImage, SourceProduct
from vitrine_cli.importing.wire_values import Id, OrEmpty, Text, Url, Wire

SCOPE = "the rights product:read and product.image:read"


class _Image(Wire):
    id: Id
    url: Url


class _Images(Wire):
    items: Annotated[list[_Image], OrEmpty]


class _Product(Wire):
    id: Id
    code: Text = ""


class _Paging(Wire):
    next_cursor: Text = ""


class _Products(Wire):
    items: Annotated[list[_Product], OrEmpty]
    paging: _Paging | None = None


_PRODUCTS, _IMAGES = TypeAdapter(_Products), TypeAdapter(_Images)


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
        return f"{SOURCE_MARK}evotor/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        cursor, cursors, seen = after or "", set[str](), Seen()
        while True:
            given = {"cursor": cursor} if cursor else {}
            found = self.client.read_first(_PRODUCTS, f"stores/{self.store}/products", **given)
            page = found[0] if found else _Products(items=[])
            cursor = page.paging.next_cursor if page.paging else ""
            more = cursor not in ("", *cursors)
            cursors.add(cursor)
            new = seen.new(page.items)
            if more:
                seen.require_progress(self.client.host)
            yield Page(tuple(map(self._product, new)), next=cursor if more else None)
            if not more:
                return

    def _product(self, product: _Product) -> SourceProduct:
        path = f"stores/{self.store}/products/{quote(product.id, safe='')}/images"
        try:
            listed = self.client.read(_IMAGES, path)
        except GoneError:
            self.left_out[DELETED] += 1
            listed = None
        found = tuple(
            SourceImage(
                id=each.id,
                places=(each.url,),
                rank=sort,
                sort=sort,
                file_name=unquote(urlsplit(each.url).path.rpartition("/")[2]),
            )
            for sort, each in enumerate(listed[0].items if listed else ())
        )
        aliases = (product.code,) if product.code else ()
        return SourceProduct(product.id.casefold(), found, aliases)
