"""Vitrine's own API (contract: vitrine)."""

from docs.reference.description import Answer, Description, Operation

from native.conditions import OrderBody
from native.fields import ImageTargetRequest, OrderRequest, PatchRequest, UrlTargetRequest
from native.get_product import GalleryBody
from native.get_usage import UsageBody
from native.image_object import ImageBody
from native.import_object import ImportsBody
from native.list_products import ProductsBody
from native.problems import (
    JSON,
    MEDIA_TYPE,
    MERGE_PATCH,
    FieldProblem,
    FieldsRefusedError,
    MalformedRequestError,
    PreconditionRequiredError,
    ProblemBody,
    StaleError,
)
from native.shop_object import ShopBody
from native.take_down_object import TakeDownBody
from native.upload_fields import UploadRequest
from native.upload_object import StatesBody, UploadBody
from vitrine.domain import errors
from vitrine.edge.idempotency import IdempotencyKeyError

_TAG = {"ETag": "The entity tag of the answer, for `If-None-Match` and `If-Match`."}
_CREATED = {
    "Location": "The path of the object.",
    "Idempotency-Replayed": "`true` if an earlier request with the same key created the object.",
}
_PAGE = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    "cursor": {"type": "string", "description": "From the path in `next`."},
}
_IF_NONE_MATCH = {
    "If-None-Match": {"type": "string", "description": "Entity tags of answers that you have."}
}
_IF_MATCH = {"If-Match": {"type": "string", "description": "The entity tag that you have read."}}
_ORDER = {"images": [116, 115], "etag": '"4"'}
_TOO_LONG = FieldProblem("/alt", "too_long", "at most 1000 characters", {"max": 1000})
_UPLOAD = {
    "id": "u3kqvn5e2yxhd7w4mzrtbc6pjg",
    "product": "7",
    "expires_at": "2026-03-02T10:00:00.000Z",
    "files": [{"n": 1, "name": "01.jpg", "state": "waiting"}],
}


def _read(body: object, example: object = None, **more: object) -> Operation:
    answers = {200: Answer(body, example, _TAG), 304: Answer(headers=_TAG)}
    return Operation(answers, headers=_IF_NONE_MATCH, **more)  # type: ignore[arg-type]


_TAKE_DOWN = {
    "id": "t9",
    "state": "working",
    "product": "7",
    "image": 116,
    "url": None,
    "paths": 3,
    "browser_copies": "may remain",
    "created_at": "2026-03-02T09:00:00.007Z",
    "done_at": None,
}

description = Description(
    title="Vitrine",
    text="Vitrine's own API: see, add, order, describe, delete and take down a shop's images.",
    error=ProblemBody,
    media_types=[JSON],
    error_media_types=[MEDIA_TYPE],
    security={"token": {"type": "http", "scheme": "bearer"}},
    parameters={
        "product": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "The product's id, percent-encoded; not case-sensitive.",
            "example": "7",
        },
        "image": {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"},
    },
    always=[
        errors.NotAuthenticatedError(),
        errors.ThrottledError(),
        errors.UnavailableError(),
    ],
    with_body=[
        errors.MalformedBodyError(""),
        errors.BodyTooLargeError(),
        errors.MediaTypeError("text/plain"),
        errors.ConflictError(),
        FieldsRefusedError([_TOO_LONG]),
    ],
    operations={
        "get_shop": _read(ShopBody),
        "get_usage": _read(UsageBody),
        "list_products": _read(
            ProductsBody,
            {"items": [], "next": None},
            parameters={"prefix": {"type": "string"}, **_PAGE},
            raises=[MalformedRequestError("limit is not a number from 1 to 100.")],
        ),
        "get_product": _read(
            GalleryBody,
            {"product": "7", "order": {"images": [], "etag": '"0"'}, "images": []},
            raises=[errors.NotAcceptableError("6000001 bytes")],
        ),
        "put_order": Operation(
            {200: Answer(OrderBody, _ORDER, _TAG)},
            {JSON: OrderRequest},
            {"images": [116, 115]},
            headers=_IF_MATCH,
            raises=[
                StaleError('"5"'),
                PreconditionRequiredError('"5"'),
                errors.WrongOrderError((115,), ()),
            ],
        ),
        "get_image": _read(ImageBody),
        "update_image": Operation(
            {200: Answer(ImageBody, headers=_TAG)},
            {MERGE_PATCH: PatchRequest, JSON: PatchRequest},
            {"alt": "Lámpara roja", "translations": {"en": "Red lamp"}, "thumbnail": True},
            headers=_IF_MATCH,
            raises=[StaleError('"2-complete"')],
        ),
        "delete_image": Operation(
            {204: Answer()},
            headers=_IF_MATCH,
            raises=[StaleError('"2-complete"'), errors.ConflictError()],
        ),
        "create_upload": Operation(
            {201: Answer(UploadBody, _UPLOAD, _CREATED)},
            {JSON: UploadRequest},
            {"files": [{"name": "01.jpg", "type": "image/jpeg", "bytes": 2412345}]},
            headers={"Idempotency-Key": {"type": "string", "pattern": "^[!-~]{1,255}$"}},
            raises=[
                IdempotencyKeyError(),
                errors.IdempotencyKeyReusedError(),
                errors.GalleryFullError(3),
            ],
        ),
        "get_upload": _read(
            StatesBody,
            {
                "id": _UPLOAD["id"],
                "product": "7",
                "counts": {"waiting": 1, "done": 0, "rejected": 0, "expired": 0},
                "files": _UPLOAD["files"],
            },
            raises=[errors.UploadNotFoundError()],
        ),
        "list_imports": _read(
            ImportsBody,
            {"items": [], "next": None},
            parameters={"state": {"type": "string", "enum": ["rejected", "imported"]}, **_PAGE},
            raises=[MalformedRequestError("state is not rejected or imported.")],
        ),
        "create_take_down": Operation(
            {202: Answer(TakeDownBody, _TAKE_DOWN, _CREATED)},
            {JSON: ImageTargetRequest | UrlTargetRequest},
            {"product": "7", "image": 116},
            headers={"Idempotency-Key": {"type": "string", "pattern": "^[!-~]{1,255}$"}},
            raises=[
                IdempotencyKeyError(),
                errors.IdempotencyKeyReusedError(),
                errors.PictureExistsError(),
                errors.ProductNotFoundError("7"),
                errors.ImageNotFoundError("116"),
            ],
        ),
        "get_take_down": _read(
            TakeDownBody, _TAKE_DOWN, raises=[errors.TakeDownNotFoundError("t9")]
        ),
    },
)
