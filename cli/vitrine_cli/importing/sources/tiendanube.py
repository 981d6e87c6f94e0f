"""Tiendanube and Nuvemshop as a source: products with their images, page by page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field, TypeAdapter

from vitrine.domain.imports import SOURCE_MARK
from vitrine_cli.importing.platform_client import GoneError, PlatformClient
from vitrine_cli.importing.source import DELETED, Page, SourceImage, SourceProduct
from vitrine_cli.importing.wire_values import Id, OrEmpty, Place, Text, Url, Wire, clean

SCOPE = "the scope read_products"
VERSION = "v1"
_PER_PAGE = 200
_SUFFIX = re.compile(r"(?:-[0-9a-f]{16,64})?-\d+-\d+$")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?")


class _Image(Wire):
    id: Id
    src: Url
    position: Place = 0
    alt: Any = None


class _Variant(Wire):
    sku: Text = ""
    image_id: Any = None


class _Product(Wire):
    id: Id
    images: list[_Image] | None = None
    variants: Annotated[list[_Variant], OrEmpty] = Field(default_factory=list)


class _Store(Wire):
    id: Id


_PRODUCTS, _IMAGES = TypeAdapter(list[_Product]), TypeAdapter(list[_Image])
_STORE = TypeAdapter(_Store)


def headers(token: str, contact: str) -> dict[str, str]:
    """The headers of every request. Without a contact the platform answers 400."""
    return {"Authentication": f"bearer {token}", "User-Agent": f"Vitrine ({contact})"}


@dataclass
class Tiendanube:
    """`vitrine_cli.importing.source.Source` over the API of Tiendanube.

    Attributes:
        client: reads the API.
        store: the store's id.
        decide: given the store's main language, which is empty if unknown, the main language here
            and what the operator should know.
        version: the version of the API.
    """

    client: PlatformClient
    store: str
    decide: Callable[[str], tuple[str, str]]
    version: str = VERSION
    root: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    language: str = field(default="", init=False)

    @property
    def prefix(self) -> str:
        """How the paths of its images begin."""
        return f"{SOURCE_MARK}tiendanube/{self.store}"

    def pages(self, after: str | None) -> Iterator[Page]:
        first = f"{self.version}/{self.store}/products"
        given: dict[str, str | int] = {"fields": "id,images,variants", "page": 1}
        given["per_page"] = _PER_PAGE
        url = after or first
        query = {} if after else given
        try:
            for listed, answer, following in self.client.read_linked(_PRODUCTS, url, **query):
                main = answer.headers.get("x-main-language", "")
                if listed and not self.language:
                    self.language, note = self.decide(main)
                    self.notes += [note] if note else []
                total = answer.headers.get("x-total-count", "")
                count = int(total) if total.isdigit() else None
                products = tuple(self._product(each, main or self.language) for each in listed)
                yield Page(products, next=following, total=count)
                if following is None:
                    return
        except GoneError:
            # Behind the last page. The first one is also missing if the store has no products, and
            # if there is no such store: then this fails.
            if after is None and not self.language:
                self.client.read_first(_STORE, f"{self.version}/{self.store}/store", fields="id")
        yield Page(())

    def _product(self, product: _Product, main: str) -> SourceProduct:
        images = product.images
        if images is None or any("alt" not in each.model_fields_set for each in images):
            images = self._all_images(product)
        self.left_out["variants' images"] += sum(bool(each.image_id) for each in product.variants)
        ordered = sorted(images, key=lambda each: (each.position, _by_number(each.id)))
        found = tuple(self._image(each, sort, main) for sort, each in enumerate(ordered))
        aliases = tuple(each.sku for each in product.variants[:1] if each.sku)
        return SourceProduct(product.id.casefold(), found, aliases)

    def _all_images(self, product: _Product) -> list[_Image]:
        path = f"{self.version}/{self.store}/products/{quote(product.id, safe='')}/images"
        images: list[_Image] = []
        try:
            for listed, _, _ in self.client.read_linked(_IMAGES, path, per_page=_PER_PAGE):
                images += listed
        except GoneError:
            self.left_out[DELETED] += not images
        return images

    def _image(self, image: _Image, sort: int, main: str) -> SourceImage:
        alt, translations = texts_of(image.alt, main, self.language)
        return SourceImage(
            id=image.id,
            places=(image.src,),
            rank=sort,
            sort=sort,
            file_name=file_name_of(image.src),
            alt=alt,
            translations=translations,
        )


def _by_number(number: str) -> tuple[int, str]:
    """The key that orders ids as numbers."""
    return len(number), number


def texts_of(alt: object, main: str, language: str) -> tuple[str, dict[str, str]]:
    """The text in the main language, and those in all others.

    Args:
        alt: the platform's value: texts by language, one text for all, or an empty list.
        main: the main language at the source.
        language: the main language here; texts of the source's are used if they are the same.
    """
    if isinstance(alt, str):
        return clean(alt), {}
    if not isinstance(alt, dict):
        return "", {}
    texts = {
        name: clean(text)
        for name, text in alt.items()
        if isinstance(text, str) and text and _LANGUAGE.fullmatch(name)
    }
    here = language if language in texts else main
    return texts.get(here, ""), {name: text for name, text in texts.items() if name != here}


def file_name_of(url: str) -> str:
    """The name of a file without the hash and the size that the platform adds."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    stem, dot, extension = name.rpartition(".")
    return f"{_SUFFIX.sub('', stem)}{dot}{extension}" if dot else _SUFFIX.sub("", name)
