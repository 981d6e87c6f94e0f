"""Fields of a POST or PUT, validated as Tiendanube does (contract: tiendanube §4)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, TypedDict
from urllib.parse import unquote, urlsplit

from tiendanube.wire import LANGUAGE, by_language, main_language
from vitrine.domain.gallery import Gallery
from vitrine.domain.hosts import LONGEST_URL
from vitrine.domain.images import NO_TEXTS, Image, Texts
from vitrine.edge.body import decode_base64, is_text, whole_number
from vitrine.edge.field_errors import InvalidFieldsError, InvalidValueError, collecting
from vitrine.edge.request import Call
from vitrine.records import dataclass
from vitrine.services.own_pictures import shows_image
from vitrine.services.sources import Source, at_hand, from_url

_LANGUAGES = 10
_TEXT_LENGTH = 1000  # characters
_DEFAULT_NAME = "image"
_BLANK = "can't be blank"
_INVALID = "is invalid"


_TEXT_SCHEMA = {"type": ["string", "null"], "maxLength": _TEXT_LENGTH}
_TEXTS_SCHEMA = {
    "type": ["object", "string", "null"],
    "maxLength": _TEXT_LENGTH,
    "propertyNames": {"pattern": f"^(?:{LANGUAGE.pattern})$"},
    "additionalProperties": _TEXT_SCHEMA,
}


class ChangeRequest(TypedDict, total=False):
    """The changes of an image; `src` is a URL.

    `attachment` is a file in base64, and is read if `src` is missing or null. `alt` is texts by
    language, one text in the main language, or a list whose first value counts.
    """

    src: Annotated[
        str | None, {"maxLength": LONGEST_URL, "pattern": r"^\s*[hH][tT][tT][pP][sS]?://[^/?#\s]"}
    ]
    attachment: Any
    filename: Any
    position: Annotated[int | str | None, {"pattern": "^[+-]?[0-9]+$"}]
    alt: Annotated[
        Any,
        {
            **_TEXTS_SCHEMA,
            "type": ["object", "array", "string", "null"],
            "prefixItems": [_TEXTS_SCHEMA],
        },
    ]


class NewRequest(ChangeRequest):
    """A new image, which needs `src` or `attachment`; its fields are those of a change."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The change that a body requests.

    Attributes:
        source: where the picture comes from; None to keep the picture.
        position: the requested rank, from 1, not limited to the gallery's length; None to keep it.
        texts: computes the new texts from the current ones.
    """

    source: Source | None
    position: int | None
    texts: Callable[[Texts], Texts]

    @property
    def arranges(self) -> bool:
        """Whether the body contains a position."""
        return self.position is not None

    def place_new(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with a new image at the requested position."""
        if self.position is None:
            return gallery.append(image)
        return gallery.insert(image, self.position)

    def place(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with one of its images moved to the requested position."""
        return gallery if self.position is None else gallery.move(image, self.position)

    def edit(self, image: Image) -> Image:
        """The image with the requested texts."""
        return replace(image, texts=self.texts(image.texts))


def read_new(call: Call) -> tuple[Source, Fields]:
    """The source of a new image's picture, and the fields of the body.

    Raises:
        InvalidFieldsError: fields are invalid, or the body has no picture.
    """
    fields = _read(call, None)
    if fields.source is None:
        raise AssertionError("a body without a picture was not refused")
    return fields.source, fields


def read_change(call: Call, image: Image) -> Fields:
    """The fields of a body that changes `image`.

    Raises:
        InvalidFieldsError: fields are invalid; the error names all of them.
    """
    return _read(call, image)


def _read(call: Call, image: Image | None) -> Fields:
    given = call.fields
    messages: dict[str, str] = {}

    url: str | None = None
    data: bytes | None = None
    name, position = "", None
    texts: Callable[[Texts], Texts] = _unchanged
    with collecting(messages, "src"):
        url = _url(given.get("src"), image, call)
        if image is None and url is None and _is_absent(given.get("attachment")):
            raise InvalidValueError(_BLANK)
    if url is None and "src" not in messages:
        with collecting(messages, "attachment"):
            data = _attachment(given.get("attachment"))
        name = _file_name(given.get("filename"))
    with collecting(messages, "position"):
        position = _position(given.get("position"))
    with collecting(messages, "alt"):
        if "alt" in given:
            merge = partial(_merged_texts, given["alt"], main_language(call))
            merge(image.texts if image else NO_TEXTS)
            texts = partial(_merge_again, merge)
    if messages:
        raise InvalidFieldsError(messages)
    if url is not None:
        return Fields(from_url(call.catalogue, url), position, texts)
    return Fields(None if data is None else at_hand(data, unquote(name)), position, texts)


def _merge_again(merge: Callable[[Texts], Texts], current: Texts) -> Texts:
    """Merge with texts that another writer may have changed since they were validated."""
    try:
        return merge(current)
    except InvalidValueError as invalid:
        raise InvalidFieldsError({"alt": str(invalid)}) from invalid


def _unchanged(texts: Texts) -> Texts:
    return texts


def _url(value: Any, image: Image | None, call: Call) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidValueError(_INVALID)
    url = value.strip()
    if not url:
        raise InvalidValueError(_BLANK)
    if len(url) > LONGEST_URL:
        raise InvalidValueError(_INVALID)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidValueError(_INVALID) from error
    if parts.scheme not in ("http", "https") or not parts.netloc or not is_text(url):
        raise InvalidValueError(_INVALID)
    return None if image is not None and shows_image(call.catalogue, url, image) else url


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _attachment(value: Any) -> bytes | None:
    if _is_absent(value):
        return None
    if not isinstance(value, str):
        raise InvalidValueError(_INVALID)
    data = decode_base64(value)
    if data is None:
        raise InvalidValueError(_INVALID)
    return data


def _file_name(value: Any) -> str:
    """The name of an attachment; clients of the live platform may leave it out."""
    return value if isinstance(value, str) and value.strip() else _DEFAULT_NAME


def _position(value: Any) -> int | None:
    if value is None:
        return None
    number = whole_number(value)
    if number is None:
        raise InvalidValueError("is not a number")
    return number


def _merged_texts(value: Any, main: str, current: Texts) -> Texts:
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or value == {}:
        return NO_TEXTS
    present = by_language(current, main)
    if isinstance(value, str):
        value, present = {main: value}, {main: present.get(main, "")}
    if not isinstance(value, dict) or not all(map(LANGUAGE.fullmatch, value)):
        raise InvalidValueError(_INVALID)
    # Other dialects allow longer texts and one language more. A client may send back what it read.
    requested = {
        language: text if text == present.get(language) else _text(text)
        for language, text in value.items()
    }
    kept = {language: text for language, text in {**present, **requested}.items() if text}
    if len(kept) > _LANGUAGES and not kept.keys() <= present.keys():
        raise InvalidValueError(_INVALID)
    return Texts(kept.pop(main, ""), kept)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not is_text(value):
        raise InvalidValueError(_INVALID)
    if len(value) > _TEXT_LENGTH:
        raise InvalidValueError("is too long")
    return value
