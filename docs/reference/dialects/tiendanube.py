"""Tiendanube (contract: tiendanube)."""

from collections.abc import Mapping
from typing import TypedDict

from docs.reference.description import Answer, Description, Operation

from tiendanube.fields import ChangeRequest, NewRequest
from tiendanube.wire import (
    ErrorBody,
    ImageBody,
    PageNotFoundError,
    UnparsedBody,
    UserAgentMissingError,
)
from vitrine.domain import errors
from vitrine.domain.errors import PictureRefusedError, Rule
from vitrine.edge.field_errors import InvalidFieldsError


class NothingBody(TypedDict):
    """An empty object."""


class SomeOfImageBody(TypedDict, total=False):
    """The members of an image object that the parameter `fields` names."""

    id: int
    src: str
    position: int
    alt: dict[str, str] | list[str]
    product_id: int
    created_at: str
    updated_at: str


_IMAGE = {
    "id": 11,
    "src": "https://media.example/media/shop1/stem/lamp-stem-1024-1024.jpg",
    "position": 1,
    "alt": {"es": "Lámpara roja"},
    "product_id": 1234,
    "created_at": "2026-03-01T09:00:00-03:00",
    "updated_at": "2026-03-01T09:00:00-03:00",
}
_LANGUAGE = {"X-Main-Language": "The main language of the shop's texts."}
_FIELDS = {"fields": {"type": "string", "description": "Names of members, comma-separated."}}
_PICTURE_RULES = [
    PictureRefusedError((Rule.FORMAT,)),
    PictureRefusedError((Rule.ROOM,)),
    errors.DownloadError(),
]
_NUMBER = {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}
_INTEGER = {"type": "integer"}

# With a `src`, the members that describe an attachment are not read.
_ATTACHMENT_IF_NO_SRC = {
    "if": {"required": ["src"], "properties": {"src": {"type": "string"}}},
    "else": {
        "properties": {
            "attachment": {
                "type": ["string", "null"],
                "pattern": r"^\s*(?:[dD][aA][tT][aA]:[^,]*;[bB][aA][sS][eE]64,)?\s*"
                r"(?:(?:[A-Za-z0-9+/]\s*){4})*(?:(?:[A-Za-z0-9+/]\s*){2,3})?(?:=\s*)*$",
            },
        }
    },
}

description = Description(
    title="Vitrine for clients of Tiendanube",
    text="Tiendanube's product image endpoints, with the shop's catalogue of Vitrine behind them.",
    error=ErrorBody | UnparsedBody | Mapping[str, list[str]],
    media_types=["application/json"],
    error_media_types=["application/json"],
    security={
        "authentication": {"type": "apiKey", "in": "header", "name": "Authentication"},
        "bearer": {"type": "http", "scheme": "bearer"},
    },
    parameters={"product": _NUMBER, "image": _NUMBER},
    headers={"User-Agent": {"type": "string", "description": "The application's name."}},
    ignoring=[NewRequest, ChangeRequest],
    rules={
        ChangeRequest: {**_ATTACHMENT_IF_NO_SRC},
        NewRequest: {
            **_ATTACHMENT_IF_NO_SRC,
            "anyOf": [
                {"required": ["src"], "properties": {"src": {"type": "string"}}},
                {
                    "required": ["attachment"],
                    "properties": {"attachment": {"type": "string", "pattern": r"\S"}},
                },
            ],
        },
    },
    always=[
        errors.CredentialMissingError(),
        errors.NotAuthenticatedError(),
        UserAgentMissingError(),
    ],
    with_body=[
        errors.MediaTypeError("text/plain"),
        errors.MalformedBodyError(""),
        errors.BodyTooLargeError(),
        InvalidFieldsError({"src": "can't be blank"}),
        *_PICTURE_RULES,
    ],
    with_post=[errors.IdempotencyKeyReusedError()],
    operations={
        "list_images": Operation(
            {200: Answer(list[SomeOfImageBody], [_IMAGE], _LANGUAGE)},
            parameters={
                "page": _INTEGER,
                "per_page": _INTEGER,
                "since_id": _INTEGER,
                "position": _INTEGER,
                "src": {"type": "string"},
                **_FIELDS,
            },
            raises=[PageNotFoundError(1)],
        ),
        "create_image": Operation(
            {201: Answer(ImageBody, _IMAGE, _LANGUAGE)},
            {"application/json": NewRequest},
            {"src": "https://shop.example/lamp.jpg", "alt": {"es": "Lámpara roja"}},
        ),
        "get_image": Operation(
            {200: Answer(SomeOfImageBody, _IMAGE, _LANGUAGE)}, parameters=_FIELDS
        ),
        "update_image": Operation(
            {200: Answer(ImageBody, _IMAGE, _LANGUAGE)},
            {"application/json": ChangeRequest},
            {"position": 1},
        ),
        "delete_image": Operation({200: Answer(NothingBody, {}, _LANGUAGE)}),
    },
)
