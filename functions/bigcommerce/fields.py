"""Fields of a POST or PUT, validated as BigCommerce does (contract: bigcommerce §4).

The answer names the first error, in the contract's order: unknown fields, read-only fields, missing
fields, then the rule of each field.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, NoReturn, TypedDict

from bigcommerce.wire import InvalidFieldError, date, is_image_file
from vitrine.domain.gallery import HIGHEST_SORT, Gallery
from vitrine.domain.images import Image, Texts
from vitrine.edge.body import is_text, whole_number
from vitrine.edge.multipart import Part
from vitrine.edge.request import Call
from vitrine.records import dataclass
from vitrine.services.own_pictures import shows_image
from vitrine.services.sources import Source, at_hand, from_import, from_url

_NAMES = (
    *("id", "date_created", "product_id"),
    *("image_file", "is_thumbnail", "sort_order", "description"),
    # Accepted and ignored, so that a client can send back an object that it read and kept.
    *("zoom_url", "standard_url", "thumbnail_url", "tiny_url", "date_modified", "is_sample"),
)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_FILE_LENGTH = 2048  # characters
_TEXT_LENGTH = 1000  # characters
_URL = re.compile(r"https?://", re.IGNORECASE)


_FLAG_SCHEMA = {
    "anyOf": [
        {"type": ["boolean", "null"]},
        {"enum": [0, 1]},
        {"type": "string", "pattern": "^(?:[01]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$"},
    ]
}
_SORT_SCHEMA = {
    "minimum": -HIGHEST_SORT - 1,
    "maximum": HIGHEST_SORT,
    "pattern": "^[+-]?[0-9]+$",
}


class _Described(TypedDict, total=False):
    is_thumbnail: Annotated[Any, _FLAG_SCHEMA]
    sort_order: Annotated[int | str | None, _SORT_SCHEMA]
    description: Annotated[str | None, {"maxLength": _TEXT_LENGTH}]
    product_id: int | str
    zoom_url: Any
    standard_url: Any
    thumbnail_url: Any
    tiny_url: Any
    date_modified: Any
    is_sample: Any


class NewRequest(_Described):
    """A new image; `image_file` is a URL or a path in the import folder.

    `product_id` is the product in the path. URLs of pictures, `date_modified` and `is_sample`
    change nothing.
    """

    image_file: Annotated[str, {"maxLength": _FILE_LENGTH, "pattern": r"\S"}]


class ChangeRequest(_Described, total=False):
    """The changes of an image; `image_file` is a URL, a path in the import folder, or its own.

    `id`, `product_id` and `date_created` are those that the image has. URLs of pictures,
    `date_modified` and `is_sample` change nothing.
    """

    image_file: Annotated[str | None, {"maxLength": _FILE_LENGTH, "pattern": r"\S"}]
    id: int | str
    date_created: str


@dataclass(frozen=True, slots=True)
class Fields:
    """The change that a body requests. Fields that it omits are None.

    Attributes:
        source: where the picture comes from.
        is_thumbnail: whether the image becomes its product's thumbnail, or stops being it.
        sort: the requested sort order.
        description: the requested description.
    """

    source: Source | None
    is_thumbnail: bool | None
    sort: int | None
    description: str | None

    @property
    def arranges(self) -> bool:
        """Whether the body contains a sort order or a role."""
        return self.sort is not None or self.is_thumbnail is not None

    def place_new(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with a new image, in the requested place and role."""
        placed = gallery.append(image) if self.sort is None else gallery.place(image, self.sort)
        return self.roles(placed, image)

    def place(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with one of its images in the requested place."""
        return gallery if self.sort is None else gallery.place(image, self.sort)

    def roles(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with the requested thumbnail."""
        if self.is_thumbnail is None:
            return gallery
        if self.is_thumbnail:
            return gallery.with_thumbnail(image)
        return gallery.without_thumbnail(image)

    def edit(self, image: Image) -> Image:
        """The image with the requested description; texts in other languages stay."""
        if self.description is None:
            return image
        return replace(image, texts=Texts(self.description, image.texts.translations))


def read_new(call: Call) -> tuple[Source, Fields]:
    """The source of a new image's picture, and the fields of the body.

    Raises:
        InvalidFieldError: a field is invalid, or the body has no picture.
    """
    _check_names(call, None)
    source = _source(call.fields.get("image_file"), None, call)
    if source is None:
        raise InvalidFieldError("The required field 'image_file' was not supplied.")
    return source, _fields(call, source)


def read_change(call: Call, image: Image) -> Fields:
    """The fields of a body that changes `image`.

    Raises:
        InvalidFieldError: a field is invalid.
    """
    _check_names(call, image)
    return _fields(call, _source(call.fields.get("image_file"), image, call))


def _fields(call: Call, source: Source | None) -> Fields:
    given = call.fields
    return Fields(
        source=source,
        is_thumbnail=_boolean(given.get("is_thumbnail")),
        sort=_sort(given.get("sort_order")),
        description=_description(given),
    )


def _check_names(call: Call, image: Image | None) -> None:
    given = call.fields
    for name in given:
        if name not in _NAMES:
            raise InvalidFieldError(f"The field '{name}' is not supported by this resource.")
    for name, present in _read_only(call, image).items():
        if name in given and not _equals(given[name], present):
            raise InvalidFieldError(
                f"The field '{name}' cannot be written to. Please remove it from your request "
                "before trying again."
            )


def _read_only(call: Call, image: Image | None) -> Mapping[str, str | None]:
    return {
        "id": str(image.id) if image else None,
        "date_created": date(image.created_at) if image else None,
        "product_id": call.request.parameters["product"],
    }


def _equals(value: Any, present: str | None) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        value = value.strip()
    return present is not None and value == present


def _source(value: Any, image: Image | None, call: Call) -> Source | None:
    if isinstance(value, Part):
        return _file(value)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _FILE_LENGTH or not is_text(value):
        _refuse("image_file")
    if not value.strip():
        if image is None:
            return None
        _refuse("image_file")
    trimmed = value.strip()
    if _URL.match(trimmed):
        if image is not None and shows_image(call.catalogue, trimmed, image):
            return None
        return from_url(call.catalogue, trimmed)
    if image is not None and is_image_file(trimmed, image):
        return None
    return from_import(call.catalogue, value)


def _file(part: Part) -> Source | None:
    """The part's file; None for the part without name and bytes of an empty file input."""
    if not part.file_name and not part.data:
        return None
    return at_hand(part.data, part.file_name or "")


def _boolean(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, int | str) else ""
    boolean = _BOOLEANS.get(text)
    if boolean is None:
        _refuse("is_thumbnail")
    return boolean


def _sort(value: Any) -> int | None:
    if value is None:
        return None
    number = whole_number(value)
    if number is None or not -HIGHEST_SORT - 1 <= number <= HIGHEST_SORT:
        _refuse("sort_order")
    return number


def _description(given: Mapping[str, Any]) -> str | None:
    if "description" not in given:
        return None
    value = given["description"]
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _TEXT_LENGTH or not is_text(value):
        _refuse("description")
    return value


def _refuse(name: str) -> NoReturn:
    raise InvalidFieldError(f"The field '{name}' is invalid.")
