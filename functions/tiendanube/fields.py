"""The fields of a POST or PUT, read and refused as Tiendanube does (contract: tiendanube §4)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from tiendanube.wire import LANGUAGE, FieldsRefusedError, by_language, is_url_of, main_language
from vitrine.domain.gallery import Gallery
from vitrine.domain.hosts import LONGEST_URL
from vitrine.domain.images import NO_TEXTS, Image, Texts
from vitrine.edge.body import decode_base64, is_text, whole_number
from vitrine.edge.field_errors import RefusedError, collecting
from vitrine.edge.request import Call
from vitrine.services.sources import Source, at_hand, from_url

_LANGUAGES = 10
_TEXT_LENGTH = 1000  # characters
_BLANK = "can't be blank"
_INVALID = "is invalid"


@dataclass(frozen=True, slots=True)
class Fields:
    """What a body asks for.

    Attributes:
        source: where the picture comes from; None when none is sent.
        position: wanted rank, any number; None when none is sent.
        texts: all texts as they are to be, from those there are.
    """

    source: Source | None
    position: int | None
    texts: Callable[[Texts], Texts]

    def write(self, image: Image) -> Image:
        """The image with the texts that are wanted."""
        return replace(image, texts=self.texts(image.texts))

    def insert(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with a new image where it is wanted."""
        if self.position is None:
            return gallery.append(image)
        return gallery.insert(image, self.position)

    def move(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with one of its images where it is wanted."""
        return gallery if self.position is None else gallery.move(image, self.position)


def read_new(call: Call) -> tuple[Source, Fields]:
    """Where a new picture comes from, and the other fields of its body.

    Raises:
        FieldsRefusedError: fields hold what they cannot, or the picture comes from nowhere.
    """
    fields = _read(call, None)
    if fields.source is None:
        raise AssertionError("a new picture from nowhere was not refused")
    return fields.source, fields


def read_change(call: Call, image: Image) -> Fields:
    """The fields of a body that changes `image`.

    Raises:
        FieldsRefusedError: fields hold what they cannot; all of them are named.
    """
    return _read(call, image)


def _read(call: Call, image: Image | None) -> Fields:
    given = call.fields
    refusals: dict[str, str] = {}

    url: str | None = None
    data: bytes | None = None
    name, position = "", None
    texts: Callable[[Texts], Texts] = _unchanged
    with collecting(refusals, "src"):
        url = _url(given.get("src"), image, call)
        if image is None and url is None and _is_absent(given.get("attachment")):
            raise RefusedError(_BLANK)
    if url is None and "src" not in refusals:
        with collecting(refusals, "attachment"):
            data = _attachment(given.get("attachment"))
        if not _is_absent(given.get("attachment")):
            with collecting(refusals, "filename"):
                name = _file_name(given.get("filename"))
    with collecting(refusals, "position"):
        position = _position(given.get("position"))
    with collecting(refusals, "alt"):
        if "alt" in given:
            wanted = partial(_texts, given["alt"], main_language(call))
            wanted(image.texts if image else NO_TEXTS)
            texts = partial(_again, wanted)
    if refusals:
        raise FieldsRefusedError(refusals)
    if url is not None:
        return Fields(from_url(call.catalogue, url), position, texts)
    return Fields(None if data is None else at_hand(data, unquote(name)), position, texts)


def _again(wanted: Callable[[Texts], Texts], now: Texts) -> Texts:
    """The texts as they are to be, from those that others have left meanwhile."""
    try:
        return wanted(now)
    except RefusedError as refused:
        raise FieldsRefusedError({"alt": str(refused)}) from refused


def _unchanged(texts: Texts) -> Texts:
    return texts


def _url(value: Any, image: Image | None, call: Call) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise RefusedError(_INVALID)
    url = value.strip()
    if not url:
        raise RefusedError(_BLANK)
    if len(url) > LONGEST_URL:
        raise RefusedError(_INVALID)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RefusedError(_INVALID) from error
    if parts.scheme not in ("http", "https") or not parts.netloc or not is_text(url):
        raise RefusedError(_INVALID)
    return None if image is not None and is_url_of(url, image, call) else url


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _attachment(value: Any) -> bytes | None:
    if _is_absent(value):
        return None
    if not isinstance(value, str):
        raise RefusedError(_INVALID)
    data = decode_base64(value)
    if data is None:
        raise RefusedError(_INVALID)
    return data


def _file_name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(_BLANK)
    return value


def _position(value: Any) -> int | None:
    if value is None:
        return None
    number = whole_number(value)
    if number is None:
        raise RefusedError("is not a number")
    return number


def _texts(value: Any, main: str, now: Texts) -> Texts:
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or value == {}:
        return NO_TEXTS
    present = by_language(now, main)
    if isinstance(value, str):
        value, present = {main: value}, {main: present.get(main, "")}
    if not isinstance(value, dict) or not all(map(LANGUAGE.fullmatch, value)):
        raise RefusedError(_INVALID)
    # What other dialects wrote may be longer, and one more; a client may send back what it got.
    asked = {
        language: text if text == present.get(language) else _text(text)
        for language, text in value.items()
    }
    kept = {language: text for language, text in {**present, **asked}.items() if text}
    if len(kept) > _LANGUAGES and not kept.keys() <= present.keys():
        raise RefusedError(_INVALID)
    return Texts(kept.pop(main, ""), kept)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not is_text(value):
        raise RefusedError(_INVALID)
    if len(value) > _TEXT_LENGTH:
        raise RefusedError("is too long")
    return value
