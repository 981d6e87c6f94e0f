"""OpenMage (Magento 1) as a source: products, images, and what store views override."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from oauthlib.oauth1 import Client

from vitrine_cli.importing.platform_client import PlatformClient
from vitrine_cli.importing.source import Page, SourceImage, SourceProduct, ViewValues

SCOPE = "an API role that may retrieve Products and Product images"
HEADERS = {"Accept": "application/json"}
_LIMIT = 100


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
        return f"@openmage/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        number, seen = 1, set[str]()
        if after:
            start, _, firsts = after.partition(":")
            number, seen = int(start), set(firsts.split(","))
        while True:
            found = self.client.json(
                "api/rest/products", limit=_LIMIT, page=number, order="entity_id", dir="asc"
            )
            products = list(found.values()) if isinstance(found, dict) else list(found or [])
            first = str(products[0]["entity_id"]) if products else ""
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

    def _product(self, product: Mapping[str, Any]) -> SourceProduct:
        path = f"api/rest/products/{product['entity_id']}/images"
        images = self.client.json(path) or []
        views = {
            code: {
                str(each["id"]): each for each in (self.client.json(f"{path}/store/{view}") or [])
            }
            for view, code in (self.views.items() if images else ())
        }
        ordered = sorted(images, key=lambda each: (int(each["position"] or 0), int(each["id"])))
        sku, number = str(product.get("sku") or ""), str(product["entity_id"])
        name, other = (sku, number) if self.by_sku and sku else (number, sku)
        found = tuple(self._image(each, views) for each in ordered)
        return SourceProduct(name.casefold(), found, (other,) if other else ())

    def _image(
        self, image: Mapping[str, Any], views: Mapping[str, Mapping[str, Mapping[str, Any]]]
    ) -> SourceImage:
        sort, number = int(image["position"] or 0) - 1, str(image["id"])
        name = unquote(urlsplit(image["url"]).path.rpartition("/")[2])
        overrides = {}
        for code, listed in views.items():
            if number not in listed:
                self.left_out["deletions in store views"] += 1
            elif (values := _differing(image, listed[number])) != ViewValues():
                overrides[code] = values
        return SourceImage(
            id=number,
            places=(image["url"],),
            rank=sort,
            sort=sort,
            file_name=name,
            alt=image.get("label") or "",
            roles=_roles(image),
            excluded=_is_excluded(image),
            views=overrides,
            name=name,
        )


def _differing(image: Mapping[str, Any], here: Mapping[str, Any]) -> ViewValues:
    """What a store view shows otherwise than the global scope."""
    label, position = here.get("label") or "", int(here["position"] or 0)
    return ViewValues(
        label=label if label != (image.get("label") or "") else None,
        sort=position - 1 if position != int(image["position"] or 0) else None,
        excluded=_is_excluded(here) if _is_excluded(here) != _is_excluded(image) else None,
        roles=_roles(here) if _roles(here) != _roles(image) else None,
    )


def _roles(image: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(image.get("types") or ())


def _is_excluded(image: Mapping[str, Any]) -> bool:
    return str(image.get("exclude") or "0") != "0"
