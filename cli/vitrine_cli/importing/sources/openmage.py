"""OpenMage (Magento 1) as a source: products, images, and what store views override."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

import httpx
from oauthlib.oauth1 import Client
from pydantic import Field, TypeAdapter

from vitrine.domain.imports import SOURCE_MARK
from vitrine_cli.importing.platform_client import GoneError, PlatformClient
from vitrine_cli.importing.source import DELETED, Page, SourceImage, SourceProduct, ViewValues
from vitrine_cli.importing.wire_values import Flag, Id, OrEmpty, Place, Text, Url, Wire

SCOPE = "an API role that may retrieve Products and Product images"
HEADERS = {"Accept": "application/json"}
_LIMIT = 100


class _Image(Wire):
    id: Id
    url: Url
    position: Place = 0
    label: Text = ""
    exclude: Flag = False
    types: Annotated[list[Id], OrEmpty] = Field(default_factory=list)


class _Product(Wire):
    entity_id: Id
    sku: Text = ""


_PRODUCTS: TypeAdapter[dict[str, _Product] | list[_Product]] = TypeAdapter(
    dict[str, _Product] | list[_Product]
)
_IMAGES = TypeAdapter(Annotated[list[_Image], OrEmpty])


class SignedRequests(httpx.Auth):
    """Signs each GET request with OAuth 1.0a and HMAC-SHA1.

    Args:
        consumer: the key and the secret of the consumer.
        token: the token and its secret, of an administrator.
    """

    def __init__(self, consumer: tuple[str, str], token: tuple[str, str]) -> None:
        self._client = Client(
            *consumer, resource_owner_key=token[0], resource_owner_secret=token[1]
        )

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the signature to a request."""
        _, headers, _ = self._client.sign(str(request.url), http_method="GET")
        request.headers["Authorization"] = headers["Authorization"]
        yield request


@dataclass
class OpenMage:
    """`vitrine_cli.importing.source.Source` over the REST API of OpenMage.

    Attributes:
        client: reads the API.
        store: the name of the source, by which its images are known.
        views: codes of store views here, by the view's id at the source.
        by_sku: whether products are called by their SKU instead of their id.
    """

    client: PlatformClient
    store: str
    views: Mapping[str, str] = field(default_factory=dict)
    by_sku: bool = False
    root: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        return f"{SOURCE_MARK}openmage/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        number, seen = 1, set[str]()
        if after:
            start, _, firsts = after.partition(":")
            number, seen = int(start), set(firsts.split(","))
        while True:
            path = "api/rest/products"
            found = self.client.read_first(
                _PRODUCTS, path, limit=_LIMIT, page=number, order="entity_id", dir="asc"
            )
            listed = found[0] if found else []
            products = list(listed.values()) if isinstance(listed, dict) else listed
            first = products[0].entity_id if products else ""
            # Behind its last page the platform answers with the last page again.
            if not products or first in seen:
                yield Page(())
                return
            seen.add(first)
            number += 1
            more = f"{number}:{','.join(seen)}" if len(products) >= _LIMIT else None
            yield Page(tuple(map(self._product, products)), next=more)
            if more is None:
                return

    def _product(self, product: _Product) -> SourceProduct:
        number, sku = product.entity_id, product.sku
        path = f"api/rest/products/{quote(number, safe='')}/images"
        try:
            images = self._images(path)
            views = {
                code: {each.id: each for each in self._images(f"{path}/store/{view}")}
                for view, code in (self.views.items() if images else ())
            }
        except GoneError:
            self.left_out[DELETED] += 1
            images, views = [], {}
        ordered = sorted(images, key=lambda each: (each.position, len(each.id), each.id))
        name, other = (sku, number) if self.by_sku and sku else (number, sku)
        found = tuple(self._image(each, views) for each in ordered)
        return SourceProduct(name.casefold(), found, (other,) if other else ())

    def _images(self, path: str) -> list[_Image]:
        found = self.client.read(_IMAGES, path)
        return found[0] if found else []

    def _image(self, image: _Image, views: Mapping[str, Mapping[str, _Image]]) -> SourceImage:
        sort = image.position - 1
        name = unquote(urlsplit(image.url).path.rpartition("/")[2])
        overrides = {}
        for code, listed in views.items():
            if image.id not in listed:
                self.left_out["deletions in store views"] += 1
            elif (values := _differing(image, listed[image.id])) != ViewValues():
                overrides[code] = values
        return SourceImage(
            id=image.id,
            places=(image.url,),
            rank=sort,
            sort=sort,
            file_name=name,
            alt=image.label,
            roles=frozenset(image.types),
            excluded=image.exclude,
            views=overrides,
            name=name,
        )


def _differing(image: _Image, here: _Image) -> ViewValues:
    """What a store view shows otherwise than the global scope."""
    return ViewValues(
        label=here.label if here.label != image.label else None,
        sort=here.position - 1 if here.position != image.position else None,
        excluded=here.exclude if here.exclude != image.exclude else None,
        roles=frozenset(here.types) if set(here.types) != set(image.types) else None,
    )
