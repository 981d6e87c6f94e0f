"""Inventorum's wire format: authentication, image objects, errors (contract: inventorum)."""

import base64
from collections.abc import Mapping
from typing import Final, TypedDict
from urllib.parse import parse_qs

from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.credentials import CLIENT
from vitrine.domain.errors import VitrineError
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS
from vitrine.domain.rules import PictureRules
from vitrine.edge.dialect import Dialect, single_slashes
from vitrine.edge.field_errors import InvalidFieldsError
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response, json_response

NAME: Final = "inventorum"
SCOPE: Final = "images"

MAX_BODY = 6_000_000  # bytes
RULES: Final = PictureRules(
    formats=frozenset({Format.GIF, Format.JPEG, Format.PNG, Format.WEBP}),
    max_bytes=MAX_BODY,  # a body of that size cannot contain a larger file
)
_IMAGES: Final = "/api/images"
_TOKEN: Final = "/api/auth/token"  # noqa: S105 - a path

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request (contract: inventorum §2).

    The token route identifies clients by HTTP Basic, or by id and secret in the form (RFC 6749,
    section 2.3.1). All others identify users by bearer token.
    """
    at_token_route = _is_token_route(request)
    secret = _client_credentials(request) if at_token_route else _authorization(request, "bearer")
    caller = access.bearer(secret, NAME)
    if (caller.role == CLIENT) != at_token_route:
        raise errors.NotAuthenticatedError
    return caller


def _is_token_route(request: Request) -> bool:
    return single_slashes(request.path).removesuffix("/") == _TOKEN


def _authorization(request: Request, scheme: str) -> str:
    """The credentials of this scheme in `Authorization`; empty for another scheme."""
    sent, _, credentials = request.headers.get("authorization", "").strip().partition(" ")
    return credentials.strip() if sent.lower() == scheme else ""


def _client_credentials(request: Request) -> str:
    """A client's id and secret, joined by a colon; empty if the request has none."""
    if request.headers.get("authorization", "").strip():
        return _basic_credentials(request)
    form = parse_qs(request.body.decode(errors="replace"))
    match form.get("client_id"), form.get("client_secret"):
        case [client], [secret]:
            return f"{client}:{secret}"
        case _:  # missing, empty or repeated
            return ""


def _basic_credentials(request: Request) -> str:
    """A client's id and secret in the header, joined by a colon; empty if it has none."""
    try:
        return base64.b64decode(_authorization(request, "basic"), validate=True).decode()
    except ValueError:  # neither base64 nor UTF-8
        return ""


def account_number(call: Call) -> str:
    """The shop's account on the platform, which is part of its pictures' URLs."""
    shop = call.caller.shop
    return shop.settings.get("inventorum.account", shop.id)


# Answers


class Urls(TypedDict):
    """The URLs of an image's pictures (contract: inventorum §5)."""

    ipad: str
    thumb: str
    image: str
    ipad_retina: str
    ebay: str
    thumb_retina: str
    original: str


class ImageBody(TypedDict):
    """The image object of a successful answer (contract: inventorum §3)."""

    id: int
    urls: Urls
    type: int
    new: bool


_TYPES = {purpose: number for number, purpose in enumerate(Purpose)}
_RENDITIONS = {rendition.name: rendition for rendition in SETS["library"]}
PURPOSES: Final = {
    **{purpose.value: purpose for purpose in Purpose},
    **{str(number): purpose for purpose, number in _TYPES.items()},
}
"""The purposes of library images, by the names and numbers that clients send."""


def present(image: LibraryImage, call: Call, *, negative: bool) -> ImageBody:
    """The image object of an image, whose id versions up to 7 expect `negative` (contract §3)."""
    return {
        "id": -image.id if negative else image.id,
        "urls": _urls(image, call),
        "type": _TYPES[image.purpose],
        "new": True,
    }


def _urls(image: LibraryImage, call: Call) -> Urls:
    address = original_address(image)

    def url(name: str) -> str:
        key = address.rendition_key(_RENDITIONS[name], LIBRARY_FORMAT)
        return public_url(call.media_url, key)

    return {
        "ipad": url("ipad"),
        "thumb": url("thumb"),
        "image": url("ipad"),
        "ipad_retina": url("ipad_retina"),
        "ebay": url("ebay"),
        "thumb_retina": url("thumb_retina"),
        "original": public_url(call.media_url, address.full_size_key(image.original.format)),
    }


def answer(
    call: Call, payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A successful answer."""
    return _response(call.request, payload, status, headers)


def _response(
    request: Request, payload: object, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with the request's id in `X-Rid` (contract: inventorum §1)."""
    return json_response(status, payload, headers={"X-Rid": request.id, **(headers or {})})


# Errors (contract: inventorum §6; of the token route, §2)

_ERRORS: Final[dict[type[VitrineError], tuple[int, str, str]]] = {
    errors.IdempotencyKeyReusedError: (
        400,
        "The Idempotency-Key was used with another request.",
        "idempotency_key_reused",
    ),
    errors.MalformedBodyError: (400, "Multipart form parse error", "parse_error"),
    errors.NotAuthenticatedError: (
        401,
        "Authentication credentials were not provided or are invalid.",
        "not_authenticated",
    ),
    errors.NotPermittedError: (
        403,
        "You do not have permission to perform this action.",
        "permission_denied",
    ),
    errors.RouteNotFoundError: (404, "Not found.", "not_found"),
    errors.BodyTooLargeError: (
        413,
        "Request entity too large; upload the picture with a form of /vitrine/v1",
        "request_too_large",
    ),
    errors.ThrottledError: (429, "Request was throttled.", "throttled"),
}
_INTERNAL = (500, "Internal error", "unknown")
_HEADERS: Final[dict[type[VitrineError], Mapping[str, str]]] = {
    errors.NotAuthenticatedError: {"WWW-Authenticate": "Bearer"},
    errors.ThrottledError: {"Retry-After": "1"},  # seconds
}


class VersionError(VitrineError):
    """The requested version of the API is not supported."""


class ErrorFacts(TypedDict):
    """What is wrong with a request, and with each of its fields."""

    fields: Mapping[str, list[str]]
    description: str
    key: str


class ErrorBody(TypedDict):
    """Why a request is refused."""

    error: ErrorFacts


class GrantErrorBody(TypedDict):
    """Why a request for tokens is refused: a code of OAuth 2.0 (RFC 6749, section 5.2)."""

    error: str


class GrantError(VitrineError):
    """A request for tokens is invalid.

    Attributes:
        code: the error code of OAuth 2.0 (RFC 6749, section 5.2).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(error: VitrineError, request: Request) -> Response:
    """The answer to a request that raised `error`."""
    match error:
        case errors.NotAuthenticatedError() if _is_token_route(request):
            basic = {"WWW-Authenticate": "Basic"}
            return _response(request, {"error": "invalid_client"}, 401, basic)
        case GrantError():
            return _response(request, {"error": error.code}, 400)
        case errors.RefreshTokenError():
            return _response(request, {"error": "invalid_grant"}, 400)
        case InvalidFieldsError():
            fields = {name: [message] for name, message in error.messages.items()}
            return _envelope(request, 400, "Serialization error", "serializer_error", fields=fields)
        case VersionError():
            return _envelope(request, 400, "Unsupported API version", "unsupported_version")
        case errors.MediaTypeError(args=(sent,)):
            description = f'Unsupported media type "{sent}" in request.'
            return _envelope(request, 415, description, "unsupported_media_type")
        case errors.MethodNotAllowedError():
            description = f'Method "{request.method}" not allowed.'
            allow = {"Allow": ", ".join(error.allowed)}
            return _envelope(request, 405, description, "method_not_allowed", allow)
        case _:
            kind = type(error)
            return _envelope(request, *_ERRORS.get(kind, _INTERNAL), _HEADERS.get(kind))


def _envelope(
    request: Request,
    status: int,
    description: str,
    key: str,
    headers: Mapping[str, str] | None = None,
    fields: Mapping[str, list[str]] | None = None,
) -> Response:
    body: ErrorBody = {
        "error": {"fields": fields or {}, "description": description, "key": f"common.{key}"}
    }
    return _response(request, body, status, headers)


dialect: Final = Dialect(
    name=NAME,
    routes={f"POST {_IMAGES}": "create_image", f"POST {_TOKEN}": "refresh_token"},
    authenticate=authenticate,
    checks=(require_scope,),  # the operations make the others (contract: inventorum §4)
    refuse=refuse,
)
