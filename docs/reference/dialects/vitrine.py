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
from native.wire import MAX_FILES, MAX_PIXELS, RULES
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


_MEDIA = "https://cdn.example/media/1234"
_FULL_SIZE = f"{_MEDIA}/product_images/p/022/lamp__11600.jpg"
_DIGEST = "00000000b9a4d6e7c1f203948596a7b8"
_SMALLEST = f"{_MEDIA}/{_DIGEST}/lamp-{_DIGEST}-50-0.jpg"
_LARGEST = f"{_MEDIA}/{_DIGEST}/lamp-{_DIGEST}-1024-1024.jpg"
_SRCSET = f"{_SMALLEST} 50w, {_LARGEST} 1024w"
_IMAGE = {
    "id": 116,
    "product": "7",
    "position": 1,
    "thumbnail": True,
    "roles": ["thumbnail", "image"],
    "hidden": False,
    "etag": '"3-complete"',
    "alt": "Lámpara roja",
    "translations": {"en": "Red lamp"},
    "file_name": "lamp.jpg",
    "format": "image/jpeg",
    "bytes": 2_411_902,
    "width": 3000,
    "height": 2000,
    "moves": False,
    "transparent": False,
    "colour": "#b22a1c",
    "thumbhash": "b8cNFwT3eXd4h4d+dHd4l2h3dp/494kP",
    "state": "complete",
    "created_at": "2026-03-02T09:00:00.000Z",
    "updated_at": "2026-03-02T09:00:04.512Z",
    "url": _FULL_SIZE,
    "manifest": f"{_FULL_SIZE}.json",
    "sizes": [
        {
            "name": name,
            "width": width,
            "height": height,
            "url": url,
            "formats": {"image/jpeg": url, "image/webp": f"{url}.webp"},
        }
        for name, width, height, url in (
            ("50-0", 50, 33, _SMALLEST),
            ("1024-1024", 1024, 683, _LARGEST),
        )
    ],
    "srcset": _SRCSET,
    "html": f'<picture><img src="{_LARGEST}" alt="Lámpara roja"></picture>',
}
_SHOP = {
    "id": "1234",
    "language": "es",
    "products": "open",
    "media_url": _MEDIA.removesuffix("/1234"),
    "limits": {
        "bytes": RULES.max_bytes,
        "pixels": MAX_PIXELS,
        "images": RULES.max_images,
        "files": MAX_FILES,
        "formats": ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"],
    },
    "token": {"scopes": ["images:read", "images:write"], "expires_at": "2026-03-02T18:00:00.000Z"},
}
_USAGE = {
    "images": 412,
    "bytes": 901_223_344,
    "formats": {
        "jpeg": {"images": 390, "bytes": 880_000_000},
        "png": {"images": 22, "bytes": 21_223_344},
    },
    "kept": {"images": 3, "bytes": 912_345},
    "library": {"images": 7, "bytes": 55_555},
    "counts": "originals",
    "exact": True,
}
_PRODUCT = {
    "product": "7",
    "images": 3,
    "cover": {
        "id": 116,
        "alt": "Lámpara roja",
        "colour": "#b22a1c",
        "thumbhash": "b8cNFwT3eXd4h4d+dHd4l2h3dp/494kP",
        "width": 3000,
        "height": 2000,
        "srcset": _SRCSET,
        "url": f"{_MEDIA}/{_DIGEST}/lamp-{_DIGEST}-320-0.jpg",
    },
}
_IMPORT = {
    "path": "products/7/a.heic",
    "product": "7",
    "source": "drop",
    "state": "rejected",
    "reason": {
        "code": "heic",
        "detail": "it is HEIC, which is not accepted; send JPEG, PNG, WebP, GIF or BMP",
    },
    "image": None,
    "settled_at": "2026-03-02T09:00:00.000Z",
}
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
    text="Vitrine's own API: see, add, order, describe, delete and take down a shop's images. "
    "`vitrine credential create SHOP --dialect vitrine` issues a token.",
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
        "get_shop": _read(ShopBody, _SHOP),
        "get_usage": _read(UsageBody, _USAGE),
        "list_products": _read(
            ProductsBody,
            {
                "items": [_PRODUCT],
                "next": "/vitrine/v1/products?cursor=WyJwcm9kdWN0cyAiLCAiNyJd",
            },
            parameters={"prefix": {"type": "string"}, **_PAGE},
            raises=[
                MalformedRequestError("limit is not a number from 1 to 100."),
                errors.ConflictError(),
            ],
        ),
        "get_product": _read(
            GalleryBody,
            {"product": "7", "order": {"images": [116], "etag": '"17"'}, "images": [_IMAGE]},
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
        "get_image": _read(ImageBody, _IMAGE, raises=[errors.ConflictError()]),
        "update_image": Operation(
            {200: Answer(ImageBody, _IMAGE, _TAG)},
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
            {"items": [_IMPORT], "next": None},
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
