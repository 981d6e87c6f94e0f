"""The form of a POST, read and refused as Inventorum does (contract: inventorum §4)."""

import re
from dataclasses import dataclass

from inventorum.wire import MAX_BODY, PURPOSES, RULES, FieldsRefusedError, VersionError
from vitrine.domain import errors
from vitrine.domain.library import Purpose
from vitrine.edge.body import decode_base64
from vitrine.edge.field_errors import RefusedError, collecting
from vitrine.edge.multipart import Part
from vitrine.edge.request import Call, Request
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.sources import at_hand

_OLDEST, _NEWEST = 3, 12
_LAST_OF_OLD = 7
_VERSION = re.compile(r"[0-9]+")
_LONGEST = 9  # digits of a version that are looked at
_VALUE_LENGTH = 255  # characters of what a client sent that an answer repeats

_REQUIRED = "This field is required."
_NO_FILE = "The submitted data was not a file. Check the encoding type on the form."
_EMPTY = "The submitted file is empty."
_NO_PICTURE = (
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form asks for.

    Attributes:
        picture: a picture that breaks no rule.
        purpose: what it is for.
        of_old: whether the client speaks a version that shows negative ids.
    """

    picture: InspectedUpload
    purpose: Purpose
    of_old: bool


def read_fields(call: Call) -> Fields:
    """The fields of a form; what is wrong with picture and type is told at once.

    Raises:
        VersionError: the client speaks no version that there is.
        MediaTypeError, BodyTooLargeError, MalformedBodyError: the body is no form that can be read.
        FieldsRefusedError: the picture, its type, or both are not what they can be.
    """
    of_old = _version(call.request) <= _LAST_OF_OLD
    parts = _parts(call.request)
    name = "product_image" if of_old else "image"
    refusals: dict[str, str] = {}

    picture: InspectedUpload | None = None
    purpose: Purpose | None = None
    with collecting(refusals, name):
        picture = _picture(parts.get(name), text_too=of_old)
    with collecting(refusals, "type"):
        purpose = _purpose(parts.get("type"))
    if picture is None or purpose is None:
        raise FieldsRefusedError(refusals)
    return Fields(picture, purpose, of_old)


def _version(request: Request) -> int:
    given = request.headers.get("x-api-version", str(_NEWEST)).strip()
    if not _VERSION.fullmatch(given):
        raise VersionError(given)
    # Of a number longer than any version the first digits say enough.
    version = min(int(given.lstrip("0")[:_LONGEST] or "0"), _NEWEST)
    if version < _OLDEST:
        raise VersionError(given)
    return version


def _parts(request: Request) -> dict[str, Part]:
    """The parts of the form by name; of a name that comes twice the last counts."""
    if request.media_type != "multipart/form-data":
        raise errors.MediaTypeError(request.media_type)
    if request.received > MAX_BODY:
        raise errors.BodyTooLargeError
    return {part.name: part for part in request.form(guess_boundary=False).parts}


def _picture(part: Part | None, *, text_too: bool) -> InspectedUpload:
    if part is None:
        raise RefusedError(_REQUIRED)
    data = part.data if part.file_name is not None else _from_text(part.data, text_too=text_too)
    if not data:
        raise RefusedError(_EMPTY)
    inspected = inspect_upload(at_hand(data, part.file_name or ""), RULES)
    if inspected.broken():
        raise RefusedError(_NO_PICTURE)
    return inspected


def _from_text(data: bytes, *, text_too: bool) -> bytes:
    if not text_too:
        raise RefusedError(_NO_FILE)
    if not data:
        raise RefusedError(_REQUIRED)
    decoded = decode_base64(data.decode("ascii", "replace"))
    if decoded is None:
        raise RefusedError(_NO_PICTURE)
    return decoded


def _purpose(part: Part | None) -> Purpose:
    if part is None or not part.data:
        raise RefusedError(_REQUIRED)
    value = part.data.decode(errors="replace")
    if value not in PURPOSES:
        raise RefusedError(f'"{value[:_VALUE_LENGTH]}" is not a valid choice.')
    return PURPOSES[value]
