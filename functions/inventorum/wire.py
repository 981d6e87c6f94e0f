"""How Inventorum spells it: callers, images, errors (seed; contract: inventorum)."""

import base64
from collections.abc import Mapping
from typing import Final, TypedDict

from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.credentials import CLIENT
from vitrine.domain.errors import VitrineError
from vitrine.domain.library import LibraryImage, Purpose
from vitrine.domain.locations import original_address, public_url
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import LIBRARY_FORMAT, SETS
from vitrine.domain.rules import PictureRules
from vitrine.edge.dialect import Dialect
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response, json_response

NAME: Final = "inventorum"
SCOPE: Final = "images"

MAX_BODY = 6_000_000  # bytes
RULES: Final = PictureRules(
    formats=frozenset({Format.GIF, Format.JPEG, Format.PNG, Format.WEBP}),
    max_bytes=MAX_BODY,  # no picture in a body of that size has as many
)
_IMAGES: Final = "/api/images"
_TOKEN: Final = "/api/auth/token"  # noqa: S105 - a path

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request: who holds a token, or on the token route a client (contract §2)."""
    at_token_route = _is_token_route(request)
    secret = _client(request) if at_token_route else _after(request, "bearer")
    caller = access.bearer(secret, NAME)
    if (caller.role == CLIENT) != at_token_route:
        raise errors.NotAuthenticatedError
    return caller


def _is_token_route(request: Request) -> bool:
    return request.path.removesuffix("/") == _TOKEN


def _after(request: Request, scheme: str) -> str:
    """What follows a scheme, in any case, in the `Authorization` header; empty if another does."""
    named, _, given = request.headers.get("authorization", "").strip().partition(" ")
    return given.strip() if named.lower() == scheme else ""


def _client(request: Request) -> str:
    """A client's id and secret, joined by a colon; empty for none."""
    try:
        return base64.b64decode(_after(request, "basic"), validate=True).decode()
    except ValueError:  # no base64, no text
        return ""


def account_number(call: Call) -> str:
    """The shop's account on the platform, as its pictures' URLs spell it."""
    shop = call.caller.shop
    return shop.settings.get("inventorum.account", shop.id)


# Answers


class Urls(TypedDict):
    """Where an image's pictures are (contract §5)."""

    ipad: str
    thumb: str
    image: str
    ipad_retina: str
    ebay: str
    thumb_retina: str
    original: str


class ImageBody(TypedDict):
    """The image object of a good answer (contract §3)."""

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
"""What a library image is for, by what a client may call it."""


def present(image: LibraryImage, call: Call, *, negative: bool) -> ImageBody:
    """An image as Inventorum's clients read it; those of old find a `negative` id."""
    return {
        "id": -image.id if negative else image.id,
        "urls": _urls(image, call),
        "type": _TYPES[image.purpose],
        "new": True,
    }


def _urls(image: LibraryImage, call: Call) -> Urls:
    where = original_address(image)

    def url(name: str) -> str:
        key = where.rendition_key(_RENDITIONS[name], LIBRARY_FORMAT)
        return public_url(call.media_url, key)

    return {
        "ipad": url("ipad"),
        "thumb": url("thumb"),
        "image": url("ipad"),
        "ipad_retina": url("ipad_retina"),
        "ebay": url("ebay"),
        "thumb_retina": url("thumb_retina"),
        "original": public_url(call.media_url, where.full_size_key(image.original.format)),
    }


def answer(
    request: Request, payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer, good or not: its head names the request (contract §1)."""
    return json_response(status, payload, headers={"X-Rid": request.id, **(headers or {})})


# Errors (contract §6; of the token route, §2)

_ERRORS: Final[dict[type[VitrineError], tuple[int, str, str]]] = {
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
    errors.BodyTooLargeError: (413, "Request entity too large", "request_too_large"),
    errors.ThrottledError: (429, "Request was throttled.", "throttled"),
}
_INTERNAL = (500, "Internal error", "unknown")
_HEADERS: Final[dict[type[VitrineError], Mapping[str, str]]] = {
    errors.NotAuthenticatedError: {"WWW-Authenticate": "Bearer"},
    errors.ThrottledError: {"Retry-After": "1"},  # seconds
}


class VersionError(VitrineError):
    """The version of the API that a client asks for is none."""


class FieldsRefusedError(VitrineError):
    """Fields of a readable form hold what they cannot.

    Attributes:
        refusals: what is wrong, by field, the picture first.
    """

    def __init__(self, refusals: Mapping[str, str]) -> None:
        super().__init__(", ".join(refusals))
        self.refusals = refusals


class GrantError(VitrineError):
    """A client's request for tokens asks for what it cannot have.

    Attributes:
        code: OAuth 2's name for what is wrong.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(error: VitrineError, request: Request) -> Response:
    """The answer to a request that ended in `error`."""
    match error:
        case errors.NotAuthenticatedError() if _is_token_route(request):
            basic = {"WWW-Authenticate": "Basic"}
            return answer(request, {"error": "invalid_client"}, 401, basic)
        case GrantError():
            return answer(request, {"error": error.code}, 400)
        case errors.RefreshTokenError():
            return answer(request, {"error": "invalid_grant"}, 400)
        case FieldsRefusedError():
            fields = {name: [message] for name, message in error.refusals.items()}
            return _envelope(request, 400, "Serialization error", "serializer_error", fields=fields)
        case VersionError():
            return _envelope(request, 400, "Unsupported API version", "unsupported_version")
        case errors.MediaTypeError(args=(sent,)):
            said = f'Unsupported media type "{sent}" in request.'
            return _envelope(request, 415, said, "unsupported_media_type")
        case errors.MethodNotAllowedError():
            said = f'Method "{request.method}" not allowed.'
            allow = {"Allow": ", ".join(error.allowed)}
            return _envelope(request, 405, said, "method_not_allowed", allow)
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
    body = {"fields": fields or {}, "description": description, "key": f"common.{key}"}
    return answer(request, {"error": body}, status, headers)


dialect: Final = Dialect(
    name=NAME,
    routes={f"POST {_IMAGES}": "create_image", f"POST {_TOKEN}": "refresh_token"},
    authenticate=authenticate,
    checks=(require_scope,),  # what follows is the operations' own (contract §4)
    refuse=refuse,
)
