"""The fields of a POST or PUT, coerced and refused as OpenMage does (contract: openmage §4)."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from openmage.scope import types
from openmage.wire import RULES, UNKNOWN, DataRefusedError
from vitrine.domain.errors import ImageNotFoundError
from vitrine.domain.gallery import HIGHEST_SORT, Gallery
from vitrine.domain.images import Image, Texts
from vitrine.domain.store_views import facts_of, with_facts
from vitrine.edge.body import decode_base64
from vitrine.edge.request import Call
from vitrine.edge.xml_answer import without_forbidden
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.naming import WantedName
from vitrine.services.sources import at_hand

_EXTENSIONS: Final = {
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
_WHOLE = re.compile(r"\s*[+-]?\d+", re.ASCII)
# Possessive: what has been read is never read again, however much white space there is.
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*+(?:=\s*+){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Picture:
    """New bytes, looked at.

    Attributes:
        inspected: the bytes.
        extension: what the declared type makes of the name; None when none is declared.
    """

    inspected: InspectedUpload
    extension: str | None


def new_picture(fields: Mapping[str, Any]) -> Picture:
    """The picture of a POST (contract §4.2, POST checks 1 to 4).

    Raises:
        DataRefusedError: it is missing, or not what it can be.
        PictureRefusedError: it is none.
    """
    if any(_is_empty(fields.get(name)) for name in ("file_content", "file_mime_type")):
        raise DataRefusedError(_NOT_SPECIFIED, _NOT_VALID)
    return _picture(fields)


def other_picture(fields: Mapping[str, Any]) -> Picture | None:
    """The picture of a PUT that brings one (contract §4.5).

    Raises:
        DataRefusedError: it is not what it can be.
        PictureRefusedError: it is none.
    """
    return None if _is_empty(fields.get("file_content")) else _picture(fields)


def _picture(fields: Mapping[str, Any]) -> Picture:
    content = _scalar(fields["file_content"])
    data = decode_base64(content) if content and _BASE64.fullmatch(content) else None
    if data is None:
        raise DataRefusedError("The image content must be valid base64 encoded data")
    declared = fields.get("file_mime_type")
    extension = None if _is_empty(declared) else _EXTENSIONS.get(str(declared))
    if extension is None and not _is_empty(declared):
        raise DataRefusedError("Unsupported image MIME type")
    inspected = inspect_upload(at_hand(data, ""), RULES, Gallery())
    inspected.check(images=0)
    return Picture(inspected, extension)


def base_name(fields: Mapping[str, Any]) -> str | None:
    """The file name that is asked for, made safe and without extension; None when none is.

    Raises:
        DataRefusedError: it leads out of its folder.
    """
    value = fields.get("file_name")
    if _is_empty(value):
        return None
    name = _scalar(value)
    if name is None or "/" in name or "\\" in name or ".." in name:
        raise DataRefusedError(UNKNOWN)
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    return "file" if not safe.strip("_") else safe[:_NAME_LENGTH]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a body says of an image, in the scope of its path. What it leaves out is None.

    Attributes:
        label: alternative text.
        sort: place.
        excluded: whether it is hidden.
        roles: all the roles it is to hold.
        view: the store view that this is said in; None for the shop as a whole.
    """

    label: str | None
    sort: int | None
    excluded: bool | None
    roles: frozenset[str] | None
    view: str | None

    def enter(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with a new image: global facts place it, those of a view do not."""
        sort = gallery.next_sort if self.sort is None or self.view else self.sort
        return self.assign(gallery.put(image, sort), image)

    def place(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery with one of its images where it is wanted; neighbours stay."""
        if self.sort is None or self.view:
            return gallery
        return gallery.put(image, self.sort)

    def assign(self, gallery: Gallery, image: int) -> Gallery:
        """The gallery in which the image holds the roles that are wanted."""
        return gallery if self.roles is None else gallery.assign(image, self.roles, self.view)

    def write(self, image: Image) -> Image:
        """The record as it is to be."""
        if self.view is None:
            label = image.alt if self.label is None else self.label
            excluded = image.excluded if self.excluded is None else self.excluded
            return replace(image, texts=Texts(label, image.texts.translations), excluded=excluded)
        said = facts_of(image, self.view)
        if said.removed:  # by another writer, meanwhile
            raise ImageNotFoundError(image.id)
        return with_facts(
            image,
            self.view,
            replace(
                said,
                label=said.label if self.label is None else self.label or None,
                sort=said.sort if self.sort is None else self.sort,
                excluded=said.excluded if self.excluded is None else self.excluded,
            ),
        )


def facts(call: Call, view: str | None) -> Facts:
    """What a body says of an image (contract §4.3).

    Raises:
        DataRefusedError: a field is of a kind that it cannot be.
    """
    given = call.fields
    label = _label(given["label"]) if "label" in given else None
    position = _whole(given["position"]) if "position" in given else None
    exclude = _whole(given["exclude"]) if "exclude" in given else None
    return Facts(
        label=label,
        sort=None if position is None else min(max(position, 0), HIGHEST_SORT) - 1,
        excluded=None if exclude is None else exclude > 0,
        roles=_roles(call),
        view=view,
    )


def rename(given: Mapping[str, Any], picture: Picture | None, image: Image) -> WantedName | None:
    """The name that an image is to get by a PUT, or None to keep the one it has (contract §4.5).

    Raises:
        DataRefusedError: the name that is asked for leads out of its folder.
    """
    base, present = base_name(given), image.name
    extension = present.extension if present else image.original.format.extension
    if picture is not None:
        kept = present.base if present else None
        return WantedName(kept if base is None else base, picture.extension or extension)
    if base is None or (present is not None and base in (present.base, present.stem)):
        return None
    return WantedName(base, extension)


def _roles(call: Call) -> frozenset[str] | None:
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
        raise DataRefusedError(_NOT_VALID)
    text = without_forbidden(text)
    if len(text) > _LABEL_LENGTH:
        raise DataRefusedError(_NOT_VALID)
    return text


def _whole(value: Any) -> int:
    if isinstance(value, float):
        return int(min(max(value, -HIGHEST_SORT), HIGHEST_SORT))
    text = _scalar(value)
    if text is None:
        raise DataRefusedError(_NOT_VALID)
    found = _WHOLE.match(text[:1000])
    return int(found[0]) if found else 0


def _scalar(value: Any) -> str | None:
    """A scalar as text, as PHP would have it; None for lists, objects and endless numbers."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


def _is_empty(value: Any) -> bool:
    """Whether PHP would call it empty."""
    return value is None or value in (False, 0, "", "0") or value in ([], {})
