"""OpenMage (contract: openmage)."""

from docs.reference.description import Answer, Description, Operation

from openmage.bodies import ErrorBody, ImageBody
from openmage.fields import BASE64_SCHEMA, MIME_TYPES, ChangeRequest, NewRequest
from openmage.scope import StoreUnknownError
from openmage.wire import (
    ImageUnknownError,
    InvalidDataError,
    UnreadableError,
    VersionError,
)
from vitrine.domain import errors
from vitrine.domain.errors import OAuthError, PictureRefusedError, Rule

_TYPES = ["application/json", "application/xml"]
_ATTRS = {"attrs": {"type": "string", "description": "Names of members, comma-separated."}}
_NEW = {
    "file_content": "iVBORw0KGgo=",
    "file_mime_type": "image/png",
    "file_name": "lamp",
    "label": "Red lamp",
    "position": 1,
    "types": ["image"],
}
_IMAGE = {
    "id": "116",
    "label": "Red lamp",
    "position": "1",
    "exclude": "0",
    "url": "https://media.example/media/shop1/catalog/product/l/a/lamp.png",
    "types": ["image"],
}
_LOCATION = {"Location": "The path of the image."}


def _bodies(kind: object) -> dict[str, object]:
    return dict.fromkeys((*_TYPES, "text/xml", "application/xhtml+xml", "text/plain"), kind)


_READERS = ["oauth", "bearer", ""]  # guests of the host's shop may read
_EMPTY: dict[str, list[object]] = {"enum": [None, False, 0, "", "0", [], {}]}  # PHP's empty()
_ANY_FIELD = [
    {"required": [name], "properties": {name: {"not": {"type": "null"}}}}
    for name in sorted(ChangeRequest.__optional_keys__)
]

description = Description(
    title="Vitrine for clients of OpenMage",
    text="The product image resources of OpenMage's REST API, with the shop's catalogue.",
    error=ErrorBody,
    media_types=_TYPES,
    error_media_types=_TYPES,
    security={
        "oauth": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A request signed as OAuth 1.0a says.",
        },
        "bearer": {"type": "http", "scheme": "bearer"},
    },
    headers={"Version": {"type": "string", "pattern": "^[0-9]+$"}},
    ignoring=[NewRequest, ChangeRequest],
    rules={
        ChangeRequest: {
            "anyOf": _ANY_FIELD,
            "if": {"required": ["file_content"], "not": {"properties": {"file_content": _EMPTY}}},
            "then": {
                "properties": {
                    "file_content": BASE64_SCHEMA,
                    "file_mime_type": {"enum": [*_EMPTY["enum"], *MIME_TYPES]},
                }
            },
        },
    },
    always=[
        errors.RouteNotFoundError("/"),
        OAuthError(OAuthError.Problem.TOKEN_REJECTED),
        errors.NotAcceptableError("image/png"),
        VersionError("x"),
        StoreUnknownError("9"),
    ],
    with_body=[
        UnreadableError("Content-Type header is empty"),
        errors.BodyTooLargeError(),
        errors.MalformedBodyError(""),
        InvalidDataError("The request data is invalid."),
        PictureRefusedError((Rule.FORMAT,)),
        PictureRefusedError((Rule.ROOM,)),
    ],
    with_post=[errors.IdempotencyKeyReusedError(), errors.MethodNotAllowedError(())],
    operations={
        "list_images": Operation(
            {200: Answer(list[ImageBody], [_IMAGE])},
            parameters=_ATTRS,
            schemes=_READERS,
        ),
        "create_image": Operation({200: Answer(headers=_LOCATION)}, _bodies(NewRequest), _NEW),
        "get_image": Operation(
            {200: Answer(ImageBody, _IMAGE)},
            parameters=_ATTRS,
            raises=[ImageUnknownError("116")],
            schemes=_READERS,
        ),
        "update_image": Operation({200: Answer()}, _bodies(ChangeRequest), {"label": "Red lamp"}),
        "delete_image": Operation({200: Answer()}),
    },
)
