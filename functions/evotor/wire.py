"""Evotor's wire format: authentication, ids, image objects, errors (contract: evotor)."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypedDict

from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.errors import FieldError, PictureRefusedError, Rule, VitrineError
from vitrine.domain.images import Image
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey
from vitrine.edge.dialect import Dialect
from vitrine.edge.media_types import accepted_types
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response, json_response

READ: Final = "product.image:read"
WRITE: Final = "product.image:write"

RULES: Final = PictureRules(
    formats=frozenset({Format.PNG}),
    max_bytes=5_242_800,  # the documented limit, 80 bytes less than 5 MiB
    resolution=(300, 300),
    animated=False,
    max_images=1,
    room_first=False,  # one answer names every broken rule
)

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request (contract: evotor §2)."""
    secret = request.headers.get("x-authorization", "").strip()
    if not secret:
        given = request.headers.get("authorization", "").strip()
        scheme, _, rest = given.partition(" ")
        secret = rest.strip() if scheme.lower() == "bearer" else given
    return access.bearer(secret, "evotor")


HEX_ID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_SEGMENTS = {
    "store": HEX_ID,
    "product": re.compile(r"[A-Za-z0-9._-]{1,64}"),
    "image": HEX_ID,
}


def require_well_formed_ids(call: Call) -> None:
    """Refuse ids of a form that no id has (contract: evotor §1)."""
    for name, value in call.request.parameters.items():
        if not _SEGMENTS[name].fullmatch(value):
            raise errors.RouteNotFoundError(value)


def require_own_store(call: Call) -> None:
    """Refuse any store that is not the caller's, whether it exists or not (contract: evotor §2)."""
    if call.request.parameters["store"].upper() != _store_id(call):
        raise errors.NotPermittedError("store")


def _store_id(call: Call) -> str:
    return call.caller.shop.settings.get("evotor.store_id", "").upper()


_VENDOR_TYPE = "application/vnd.evotor.v2+json"
_AVAILABLE = frozenset({"*/*", "application/*", "application/json", _VENDOR_TYPE})


def require_acceptable(call: Call) -> None:
    """Refuse a client that accepts no available media type (contract: evotor §4)."""
    accepted = _accepted(call.request)
    if accepted and not accepted & _AVAILABLE:
        raise errors.NotAcceptableError(", ".join(accepted))


def _accepted(request: Request) -> set[str]:
    return accepted_types(request.headers.get("accept", ""))


def product(call: Call) -> ProductKey:
    """The key of the product in the path.

    Raises:
        ProductNotFoundError: the shop registers its products and has not registered this one.
    """
    return call.catalogue.product(call.request.parameters["product"])


def image_id(call: Call) -> int:
    """The catalogue's id of the image whose UUID is in the path.

    Raises:
        ImageNotFoundError: the UUID is not one of this shop's.
    """
    uuid = call.request.parameters["image"].lower()
    image = int(uuid[-12:], 16)
    if uuid != uuid_of(call.caller.shop.id, image):
        raise errors.ImageNotFoundError(uuid)
    return image


def uuid_of(shop: str, image: int) -> str:
    """The image's id in this dialect, from which shop and id can be derived (contract: evotor §3).

    It is a UUID of version 8 (RFC 9562), whose content an application may define.
    """
    owner = hashlib.sha256(shop.encode()).hexdigest()[:8]
    return f"{owner}-0000-8000-8000-{image:012x}"


# Answers


class Meta(TypedDict):
    """Properties of the file at `url`: `file_size` in bytes, `width` and `height` in pixels."""

    extension: str
    file_size: int
    width: int
    height: int


class ImageBody(TypedDict):
    """An image (contract: evotor §3)."""

    id: str
    user_id: str
    store_id: str
    product_id: str
    url: str
    meta: Meta
    created_at: str
    updated_at: str


class ListBody(TypedDict):
    """The images of a product; the list has one page (contract: evotor §5)."""

    items: list[ImageBody]
    paging: dict[str, str]


def present(image: Image, call: Call) -> ImageBody:
    """The image object of an image (contract: evotor §3)."""
    original = image.original
    shop = call.caller.shop
    return {
        "id": uuid_of(shop.id, image.id),
        "user_id": shop.settings.get("evotor.user_id", ""),
        "store_id": _store_id(call),
        "product_id": call.request.parameters["product"].lower(),
        "url": public_url(call.media_url, original_address(image).full_size_key(original.format)),
        "meta": {
            "extension": original.format.extension,
            "file_size": original.published_size,
            "width": original.width,
            "height": original.height,
        },
        "created_at": _time(image.created_at),
        "updated_at": _time(image.updated_at),
    }


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def answer(
    call: Call, payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A successful answer, in the media type that the client accepts (contract: evotor §4)."""
    return json_response(status, payload, _media_type(call.request), headers)


NO_CONTENT: Final = Response(204)


def _media_type(request: Request) -> str:
    return _VENDOR_TYPE if _VENDOR_TYPE in _accepted(request) else "application/json"


# Errors (contract: evotor §6)


class Violation(TypedDict):
    """A broken rule, and the field that breaks it."""

    reason: str
    subject: str


class ErrorBody(TypedDict):
    """Why a request is refused."""

    code: str
    message: str
    violations: list[Violation]


_INVALID = (400, "validation_failed", "validation failed for specified payload")
_MISSING = (404, "resource_not_found", "resource not found")
_ERRORS: Final[dict[type[VitrineError], tuple[int, str, str]]] = {
    errors.NotAuthenticatedError: (401, "invalid_token", "invalid application token"),
    errors.NotPermittedError: (403, "insufficient_rights", "insufficient rights"),
    errors.RouteNotFoundError: _MISSING,
    errors.ProductNotFoundError: _MISSING,
    errors.ImageNotFoundError: _MISSING,
    errors.NotAcceptableError: (
        406,
        "not_acceptable",
        "requested media type is not supported",
    ),
    errors.IdempotencyKeyReusedError: (
        400,
        "idempotency_key_reused",
        "idempotency key was used with another request",
    ),
    errors.MalformedBodyError: (400, "invalid_format", "invalid value format for field"),
    errors.FieldError: _INVALID,
    errors.PictureRefusedError: _INVALID,
}
_INTERNAL = (500, "internal_error", "internal error")
_FIELD_REASONS = {
    FieldError.Problem.MISSING: "is required",
    FieldError.Problem.REPEATED: "must be sent once",
}
_RULE_REASONS = {
    Rule.FORMAT: "format must be png",
    Rule.WEIGHT: f"size must not exceed {RULES.max_bytes} bytes",
    Rule.RESOLUTION: "resolution must be 300x300",
    Rule.ROOM: "product already has an image",
}


def refuse(error: VitrineError, request: Request) -> Response:
    """The answer to a request that raised `error`."""
    status, code, message = _ERRORS.get(type(error), _INTERNAL)
    body: ErrorBody = {
        "code": code,
        "message": message,
        "violations": [{"reason": reason, "subject": "datafile"} for reason in _reasons(error)],
    }
    return json_response(
        status,
        body,
        "application/json" if status == 406 else _media_type(request),
        {"WWW-Authenticate": "Bearer"} if status == 401 else None,
    )


def _reasons(error: VitrineError) -> list[str]:
    match error:
        case PictureRefusedError():
            return [_RULE_REASONS[rule] for rule in error.broken]
        case FieldError():
            return [_FIELD_REASONS[error.problem]]
        case errors.MalformedBodyError():
            return ["request must be multipart/form-data"]
        case _:
            return []


_IMAGES = "/stores/{store}/products/{product}/images"

dialect: Final = Dialect(
    name="evotor",
    routes={
        f"POST {_IMAGES}": "create_image",
        f"GET {_IMAGES}": "list_images",
        f"GET {_IMAGES}/{{image}}": "get_image",
        f"DELETE {_IMAGES}/{{image}}": "delete_image",
        f"DELETE {_IMAGES}": "delete_images",
    },
    authenticate=authenticate,
    checks=(require_scope, require_well_formed_ids, require_own_store, require_acceptable),
    refuse=refuse,
    routes_first=False,
)
