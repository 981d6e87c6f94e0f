"""Fields of a POST's form, validated as Inventorum does (contract: inventorum §4)."""

import re

from inventorum.wire import MAX_BODY, PURPOSES, RULES, VersionError
from vitrine.domain.library import Purpose
from vitrine.edge.body import decode_base64
from vitrine.edge.field_errors import InvalidFieldsError, InvalidValueError, collecting
from vitrine.edge.multipart import Part, read_form
from vitrine.edge.request import Call, Request
from vitrine.records import dataclass
from vitrine.services.inspecting import InspectedUpload, inspect_upload
from vitrine.services.sources import at_hand

_OLDEST, _NEWEST = 1, 12
_LAST_WITHOUT_TYPE = 2
_LAST_LEGACY = 7
_VERSION = re.compile(r"[0-9]+")
_MAX_DIGITS = 9  # of a version; any longer number is newer than the newest
_VALUE_LENGTH = 255  # maximum characters of a client's value that an answer repeats

_REQUIRED = "This field is required."
_NO_FILE = "The submitted data was not a file. Check the encoding type on the form."
_EMPTY = "The submitted file is empty."
_NO_PICTURE = (
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a valid form.

    Attributes:
        picture: the uploaded picture, which keeps all rules.
        purpose: what the image is for.
        negative_ids: whether the client's version of the API expects negative ids.
    """

    picture: InspectedUpload
    purpose: Purpose
    negative_ids: bool


def read_fields(call: Call) -> Fields:
    """The fields of a form.

    Raises:
        VersionError: the API version is not supported.
        MediaTypeError, BodyTooLargeError, MalformedBodyError: the body cannot be read.
        InvalidFieldsError: picture or type are invalid; the error names both.
    """
    version = _version(call.request)
    legacy = version <= _LAST_LEGACY
    parts = _parts(call.request)
    name = "product_image" if legacy else "image"
    messages: dict[str, str] = {}

    picture: InspectedUpload | None = None
    purpose: Purpose | None = None
    with collecting(messages, name):
        picture = _picture(parts.get(name), allow_text=legacy)
    with collecting(messages, "type"):
        purpose = _purpose(parts.get("type")) if version > _LAST_WITHOUT_TYPE else Purpose.PRODUCT
    if picture is None or purpose is None:
        raise InvalidFieldsError(messages)
    return Fields(picture, purpose, negative_ids=legacy)


def _version(request: Request) -> int:
    given = request.headers.get("x-api-version", str(_NEWEST)).strip()
    if not _VERSION.fullmatch(given):
        raise VersionError(given)
    version = min(int(given.lstrip("0")[:_MAX_DIGITS] or "0"), _NEWEST)
    if version < _OLDEST:
        raise VersionError(given)
    return version


def _parts(request: Request) -> dict[str, Part]:
    """The parts of the form by name. If a name is repeated, the last part counts."""
    request.check_body({"multipart/form-data"}, MAX_BODY)
    return {part.name: part for part in read_form(request, guess_boundary=False).parts}


def _picture(part: Part | None, *, allow_text: bool) -> InspectedUpload:
    if part is None:
        raise InvalidValueError(_REQUIRED)
    data = part.data if part.file_name is not None else _from_text(part.data, allow_text=allow_text)
    if not data:
        raise InvalidValueError(_EMPTY)
    inspected = inspect_upload(at_hand(data, part.file_name or ""), RULES)
    if inspected.broken():
        raise InvalidValueError(_NO_PICTURE)
    return inspected


def _from_text(data: bytes, *, allow_text: bool) -> bytes:
    if not allow_text:
        raise InvalidValueError(_NO_FILE)
    if not data:
        raise InvalidValueError(_REQUIRED)
    decoded = decode_base64(data.decode("ascii", "replace"))
    if decoded is None:
        raise InvalidValueError(_NO_PICTURE)
    return decoded


def _purpose(part: Part | None) -> Purpose:
    if part is None or not part.data:
        raise InvalidValueError(_REQUIRED)
    value = part.data.decode(errors="replace")
    if value not in PURPOSES:
        raise InvalidValueError(f'"{value[:_VALUE_LENGTH]}" is not a valid choice.')
    return PURPOSES[value]
