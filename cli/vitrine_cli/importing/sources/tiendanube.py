"""Tiendanube and Nuvemshop as a source: products with their images, page by page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from vitrine_cli.importing.platform_client import PlatformClient
from vitrine_cli.importing.source import Page, SourceImage, SourceProduct

SCOPE = "the scope read_products"
VERSION = "v1"
_PER_PAGE = 200
_SUFFIX = re.compile(r"(?:-[0-9a-f]{16,64})?-\d+-\d+$")


def headers(token: str, contact: str) -> dict[str, str]:
    """The headers of every request. Without a contact the platform answers 400."""
    return {"Authentication": f"bearer {token}", "User-Agent": f"Vitrine ({contact})"}


@dataclass
class Tiendanube:
    """`vitrine_cli.importing.source.Source` over the API of Tiendanube.

    Attributes:
        client: reads the API.
        store: the store's id.
        language: the shop's main language here.
        version: the version of the API.
    """

    client: PlatformClient
    store: str
    language: str
    version: str = VERSION
    root: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        return f"@tiendanube/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        first = f"{self.version}/{self.store}/products"
        answer = (
            self.client.get(after)
            if after
            else self.client.get(first, per_page=_PER_PAGE, page=1, fields="id,images,variants")
        )
        while answer is not None:
            following = answer.links.get("next", {}).get("url")
            language = answer.headers.get("x-main-language", "")
            products = tuple(self._product(each, language) for each in answer.json())
            total = answer.headers.get("x-total-count", "")
            yield Page(products, next=following, total=int(total) if total.isdigit() else None)
            answer = self.client.get(following) if following else None

    def _product(self, product: Mapping[str, Any], language: str) -> SourceProduct:
        images = product.get("images")
        if images is None or any("alt" not in each for each in images):
            path = f"{self.version}/{self.store}/products/{product['id']}/images"
            images = self.client.json(path, per_page=_PER_PAGE) or []
        variants = product.get("variants") or []
        self.left_out["variants' images"] += sum(bool(each.get("image_id")) for each in variants)
        ordered = sorted(images, key=lambda each: (each.get("position") or 0, each["id"]))
        found = tuple(
            self._image(each, sort, language or self.language) for sort, each in enumerate(ordered)
        )
        aliases = tuple(each["sku"] for each in variants[:1] if each.get("sku"))
        return SourceProduct(str(product["id"]).casefold(), found, aliases)

    def _image(self, image: Mapping[str, Any], sort: int, main: str) -> SourceImage:
        alt, translations = texts_of(image.get("alt"), main, self.language)
        return SourceImage(
            id=str(image["id"]),
            places=(image["src"],),
            rank=sort,
            sort=sort,
            file_name=file_name_of(image["src"]),
            alt=alt,
            translations=translations,
        )


def texts_of(alt: object, main: str, language: str) -> tuple[str, dict[str, str]]:
    """The text in the main language, and those in all others.

    Args:
        alt: the platform's value: texts by language, one text for all, or an empty list.
        main: the main language at the source.
        language: the main language here; texts of the source's are used if they are the same.
    """
    if isinstance(alt, str):
        return alt, {}
    if not isinstance(alt, dict):
        return "", {}
    texts = {name: text for name, text in alt.items() if isinstance(text, str) and text}
    here = language if language in texts else main
    return texts.get(here, ""), {name: text for name, text in texts.items() if name != here}


def file_name_of(url: str) -> str:
    """The name of a file without the hash and the size that the platform adds."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    stem, dot, extension = name.rpartition(".")
    return f"{_SUFFIX.sub('', stem)}{dot}{extension}" if dot else _SUFFIX.sub("", name)
