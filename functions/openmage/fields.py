"""Fields of a POST or PUT, coerced and validated as OpenMage does (contract: openmage §4)."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, TypedDict

from openmage.scope import types
from openmage.wire import RULES, UNKNOWN, InvalidDataError
from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.gallery import HIGHEST_SORT, Gallery
from vitrine.domain.images import Image, Texts
from vitrine.domain.store_views import facts_of, with_facts
from vitrine.edge.body import decode_base64
from vitrine.edge.request import Call
from vitrine.edge.xml_answer import without_forbidden
from vitrine.records import dataclass
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.naming import WantedName
from vitrine.services.sources import at_hand

MIME_TYPES: Final = {
    "image/jpg": "jpg",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
}
_LABEL_LENGTH = 255  # characters
_NAME_LENGTH = 100  # characters
_NOT_SPECIFIED = "The image is not specified"
_NOT_VALID = "Resource data pre-validator error."
_INTEGER = re.compile(r"\s*[+-]?\d+", re.ASCII)
# Possessive quantifiers: no backtracking, so the time is linear in the length (ReDoS).
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*+(?:=\s*+){0,2}", re.ASCII)


_Scalar = str | int | float | bool | None
BASE64_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^\s*(?:(?:[A-Za-z0-9+/]\s*){4})*(?:(?:[A-Za-z0-9+/]\s*){2,3})?(?:=\s*){0,2}$",
}


class _PlacedRequest(TypedDict, total=False):
    label: Annotated[_Scalar, {"maxLength": _LABEL_LENGTH}]
    position: _Scalar
    exclude: _Scalar
    types: Any
    file_name: Annotated[
        Any,
        {
            "maxItems": 0,
            "maxProperties": 0,
            "not": {"type": "string", "pattern": r"[/\\]|\.\."},
        },
    ]


class NewRequest(_PlacedRequest):
    """A new image; `file_content` is its picture in base64.

    Values are converted to text or integers as PHP does. Null is the same as a missing field.
    """

    file_mime_type: Annotated[str, {"enum": list(MIME_TYPES)}]
    file_content: Annotated[str, {**BASE64_SCHEMA, "minLength": 1}]


class ChangeRequest(_PlacedRequest, total=False):
    """The changes of an image; `file_content` is its new picture in base64.

    Values are converted to text or integers as PHP does. Null is the same as a missing field, and
    so is an empty value of the fields that begin with `file_`.
    """

    file_mime_type: Any
    file_content: Any


@dataclass(frozen=True, slots=True)
class Picture:
    """An uploaded picture that has been inspected.

    Attributes:
        inspected: the picture.
        extension: the extension of the declared MIME type; None if no type is declared.
    """

    inspected: InspectedUpload
    extension: str | None


def new_picture(fields: Mapping[str, Any]) -> Picture:
    """The picture of a POST (contract: openmage §4.2, POST checks 1 to 4).

    Raises:
        InvalidDataError: the picture is missing or its fields are invalid.
        PictureRefusedError: the file is not an acceptable picture.
    """
    if any(_is_empty(fields.get(name)) for name in ("file_content", "file_mime_type")):
        raise InvalidDataError(_NOT_SPECIFIED, _NOT_VALID)
    return _picture(fields)


def replacement_picture(fields: Mapping[str, Any]) -> Picture | None:
    """The picture of a PUT; None if the body has none (contract: openmage §4.5).

    Raises:
        InvalidDataError: the picture's fields are invalid.
        PictureRefusedError: the file is not an acceptable picture.
    """
    return None if _is_empty(fields.get("file_content")) else _picture(fields)


def _picture(fields: Mapping[str, Any]) -> Picture:
    content = _scalar(fields["file_content"])
    data = decode_base64(content) if content and _BASE64.fullmatch(content) else None
    if data is None:
        raise InvalidDataError("The image content must be valid base64 encoded data")
    declared = fields.get("file_mime_type")
    extension = None if _is_empty(declared) else MIME_TYPES.get(str(declared))
    if extension is None and not _is_empty(declared):
        raise InvalidDataError("Unsupported image MIME type")
    inspected = inspect_upload(at_hand(data, ""), RULES, Gallery())
    inspected.check(images=0)
    return Picture(inspected, extension)


def base_name(fields: Mapping[str, Any]) -> str | None:
    """The requested file name without extension, with safe characters only; None if not requested.

    Raises:
        InvalidDataError: the name contains a path (path traversal).
    """
    value = fields.get("file_name")
    if _is_empty(value):
        return None
    name = _scalar(value)
    if name is None or "/" in name or "\\" in name or ".." in name:
        raise InvalidDataError(UNKNOWN)
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    return "file" if not safe.strip("_") else safe[:_NAME_LENGTH]


@dataclass(frozen=True, slots=True)
class Fields:
    """The change that a body requests in one scope. Fields that it omits are None.

    Attributes:
        label: the requested alternative text.
        sort: the requested sort order.
        excluded: whether the image is hidden.
        types: all types that the image has afterwards.
        view: the id of the store view; None for the global scope.
    """

    label: str | None
    sort: int | None
    excluded: bool | None
    types: frozenset[str] | None
    view: str | None

    @property
    def arranges(self) -> bool:
        """Whether the body contains a position or types, in the global scope."""
        return self.view is None and (self.sort is not None or self.types is not None)

    def place_new(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with a new image; a position in a store view does not change its place."""
        sort = gallery.next_sort if self.sort is None or self.view else self.sort
        return self.roles(gallery.put(image, sort), image)

    def place(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with one of its images in the requested place; the others stay."""
        if self.sort is None or self.view:
            return gallery
        return gallery.put(image, self.sort)

    def roles(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery in which the image has the requested types."""
        return gallery if self.types is None else gallery.assign(image, self.types, self.view)

    def edit(self, image: Image) -> Image:
        """The image with the requested label and exclusion, and a store view's position."""
        if self.view is None:
            label = image.alt if self.label is None else self.label
            excluded = image.excluded if self.excluded is None else self.excluded
            return replace(image, texts=Texts(label, image.texts.translations), excluded=excluded)
        facts = facts_of(image, self.view)
        if facts.removed:  # another writer removed it since this request read it
            raise ImageNotFoundError(image.id)
        return with_facts(
            image,
            self.view,
            replace(
                facts,
                label=facts.label if self.label is None else self.label or None,
                sort=facts.sort if self.sort is None else self.sort,
                excluded=facts.excluded if self.excluded is None else self.excluded,
            ),
        )


def read_fields(call: Call, view: str | None) -> Fields:
    """The fields of a body, except picture and file name (contract: openmage §4.3).

    Args:
        call: the call.
        view: the id of the store view that the fields apply to; None for the global scope.

    Raises:
        InvalidDataError: a field has the wrong type.
    """
    given = call.fields
    label = _label(given["label"]) if "label" in given else None
    position = _integer(given["position"]) if "position" in given else None
    exclude = _integer(given["exclude"]) if "exclude" in given else None
    return Fields(
        label=label,
        sort=None if position is None else min(max(position, 0), HIGHEST_SORT) - 1,
        excluded=None if exclude is None else exclude > 0,
        types=_types(call),
        view=view,
    )


def rename(given: Mapping[str, Any], picture: Picture | None, image: Image) -> WantedName | None:
    """The new file name of an image by a PUT; None to keep its name (contract: openmage §4.5).

    Raises:
        InvalidDataError: the requested name contains a path.
    """
    base, present = base_name(given), image.name
    extension = present.extension if present else image.original.format.extension
    if picture is not None:
        kept = present.base if present else None
        return WantedName(kept if base is None else base, picture.extension or extension)
    if base is None or (present is not None and base in (present.base, present.stem)):
        return None
    return WantedName(base, extension)


def _types(call: Call) -> frozenset[str] | None:
    value = call.fields.get("types")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, str) and call.request.method == "POST":
        value = [value]
    if not isinstance(value, list):
        return None
    return frozenset(name for name in types(call) if name in value)


def _label(value: Any) -> str:
    text = _scalar(value)
    if text is None:
        raise InvalidDataError(_NOT_VALID)
    text = without_forbidden(text)
    if len(text) > _LABEL_LENGTH:
        raise InvalidDataError(_NOT_VALID)
    return text


def _integer(value: Any) -> int:
    if isinstance(value, float):
        return int(min(max(value, -HIGHEST_SORT), HIGHEST_SORT))
    text = _scalar(value)
    if text is None:
        raise InvalidDataError(_NOT_VALID)
    found = _INTEGER.match(text[:1000])
    return int(found[0]) if found else 0


def _scalar(value: Any) -> str | None:
    """A scalar converted to text as PHP does; None for lists, objects, infinity and NaN."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


def _is_empty(value: Any) -> bool:
    """Whether PHP's `empty()` holds."""
    return value is None or value in (False, 0, "", "0") or value in ([], {})
