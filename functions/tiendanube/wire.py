"""Tiendanube's wire format: authentication, image objects, errors (contract: tiendanube)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypedDict

from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.errors import PictureRefusedError, Rule, VitrineError
from vitrine.domain.gallery import GalleryEntry
from vitrine.domain.images import Texts
from vitrine.domain.locations import rendition_url
from vitrine.domain.pictures import Format
from vitrine.domain.renditions import SETS
from vitrine.domain.rules import PictureRules
from vitrine.edge.body import parse_object
from vitrine.edge.dialect import Dialect, routes
from vitrine.edge.field_errors import InvalidFieldsError
from vitrine.edge.request import Call, Request, require_readable_body, require_scope
from vitrine.edge.response import Response, json_response

READ: Final = "read_products"
WRITE: Final = "write_products"

RULES: Final = PictureRules(
    formats=frozenset({Format.GIF, Format.JPEG, Format.PNG}),
    max_bytes=10_485_759,  # "less than 10MB" in the platform's documentation
    max_images=250,
)
FORMATS = "tiendanube.formats"
"""The setting with further formats that a shop accepts."""
MAX_BODY = 6_000_000  # bytes
MAIN_LANGUAGE = "es"
UTC_OFFSET = "+00:00"
LANGUAGE = re.compile(r"[a-z]{2}(?:_[A-Z]{2})?")

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request for its own store (contract: tiendanube §2)."""
    given = request.headers.get("authentication", "").strip()
    given = given or request.headers.get("authorization", "").strip()
    secret = re.sub(r"^bearer(?:\s+|$)", "", given, flags=re.IGNORECASE)
    if not secret:
        raise errors.CredentialMissingError
    caller = access.bearer(secret, "tiendanube")
    store = request.parameters.get("store")
    if store is not None and store != caller.shop.settings.get("tiendanube.store_id"):
        raise errors.NotAuthenticatedError
    return replace(caller, scopes=caller.scopes | {READ}) if WRITE in caller.scopes else caller


class UserAgentMissingError(VitrineError):
    """The request has no `User-Agent`."""


def require_user_agent(call: Call) -> None:
    """Refuse a request without `User-Agent` (contract: tiendanube §2)."""
    if not call.request.headers.get("user-agent", "").strip():
        raise UserAgentMissingError


def read(request: Request) -> Mapping[str, Any]:
    """The fields of a JSON body (contract: tiendanube §4).

    Strings may contain unescaped line breaks, as the platform's own examples do.

    Raises:
        MediaTypeError, BodyTooLargeError, MalformedBodyError: the body cannot be read.
    """
    request.check_body({"application/json"}, MAX_BODY)
    return parse_object(request.body, control_characters=True)


# Answers


class ImageBody(TypedDict):
    """The image object of every answer (contract: tiendanube §3)."""

    id: int
    src: str
    position: int
    alt: dict[str, str] | list[str]
    product_id: int
    created_at: str
    updated_at: str


_LARGEST, *_ = SETS["gallery"]


def present(entry: GalleryEntry, call: Call) -> ImageBody:
    """The image object of an image (contract: tiendanube §3)."""
    image, settings = entry.image, call.caller.shop.settings
    offset = settings.get("tiendanube.utc_offset", UTC_OFFSET)
    return {
        "id": image.id,
        "src": rendition_url(call.media_url, image, _LARGEST),
        "position": entry.position,
        "alt": by_language(image.texts, main_language(call)) or [],
        "product_id": int(call.request.parameters["product"]),
        "created_at": _time(image.created_at, offset),
        "updated_at": _time(image.updated_at, offset),
    }


def rules(call: Call) -> PictureRules:
    """The shop's rules for pictures (contract: tiendanube §4)."""
    accepted = call.caller.shop.settings.get(FORMATS, "")
    return replace(RULES, formats=RULES.formats | {Format.WEBP}) if accepted else RULES


def main_language(call: Call) -> str:
    """The language of the texts that the shop's dialects share."""
    return call.caller.shop.settings.get("tiendanube.language", MAIN_LANGUAGE)


def by_language(texts: Texts, main: str) -> dict[str, str]:
    """An image's texts by language, the main language first: its text is shared by all dialects."""
    others = {each: text for each, text in sorted(texts.translations.items()) if each != main}
    return {main: texts.alt, **others} if texts.alt else others


def _time(moment: datetime, offset: str) -> str:
    zone = datetime.strptime(offset, "%z").tzinfo
    return moment.astimezone(zone).isoformat(timespec="seconds")


def answer(
    call: Call, payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A successful answer, with the header `X-Main-Language` (contract: tiendanube §1)."""
    language = {"X-Main-Language": main_language(call)}
    return json_response(status, payload, _MEDIA_TYPE, {**language, **(headers or {})})


# Errors (contract: tiendanube §6)

_MEDIA_TYPE = "application/json; charset=UTF-8"
_PHRASES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
}
_TOO_LARGE = "Send the picture as src, upload it to S3, or with a form of /vitrine/v1"
_ERRORS: Final[dict[type[VitrineError], tuple[int, str | None]]] = {
    errors.CredentialMissingError: (401, "Required access token is missing"),
    errors.NotAuthenticatedError: (401, "Invalid access token"),
    UserAgentMissingError: (400, "User-Agent header is missing"),
    errors.MediaTypeError: (415, "Content-Type should be application/json"),
    errors.BodyTooLargeError: (413, _TOO_LARGE),
    errors.ProductNotFoundError: (404, "Product with such id does not exist"),
    errors.ImageNotFoundError: (404, "Image with such id does not exist"),
    errors.IdempotencyKeyReusedError: (422, "The Idempotency-Key was used with another request"),
    errors.RouteNotFoundError: (404, None),
}
_INTERNAL = (500, None)
_FULL = f"Product is not allowed to have more than {RULES.max_images} images"


class ErrorBody(TypedDict):
    """Why a request is refused."""

    code: int
    message: str
    description: str | None


class UnparsedBody(TypedDict):
    """Why a body cannot be read."""

    error: str


class PageNotFoundError(VitrineError):
    """The list has fewer pages than the request's `page`.

    Attributes:
        last: number of the last page, 0 if the list is empty.
    """

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self.last = last


def refuse(error: VitrineError, _request: Request) -> Response:
    """The answer to a request that raised `error`."""
    match error:
        case errors.MalformedBodyError():
            return json_response(400, {"error": "Problems parsing JSON"}, _MEDIA_TYPE)
        case InvalidFieldsError():
            return _unprocessable(error.messages)
        case errors.DownloadError():
            return _unprocessable({"src": "could not be downloaded"})
        case PictureRefusedError() if Rule.ROOM in error.broken:
            return _envelope(422, _FULL)
        case PictureRefusedError() if Rule.WEIGHT in error.broken:
            return _unprocessable({"src": "must weigh less than 10MB"})
        case PictureRefusedError():
            return _unprocessable({"src": "must be a gif, jpg or png image"})
        case errors.NotPermittedError():
            return _envelope(403, f"Missing required scope: {error.scope}")
        case PageNotFoundError():
            return _envelope(404, f"Last page is {error.last}")
        case errors.MethodNotAllowedError():
            return _envelope(405, None, {"Allow": ", ".join(error.allowed)})
        case _:
            return _envelope(*_ERRORS.get(type(error), _INTERNAL))


def _envelope(
    status: int, description: str | None, headers: Mapping[str, str] | None = None
) -> Response:
    body: ErrorBody = {"code": status, "message": _PHRASES[status], "description": description}
    return json_response(status, body, _MEDIA_TYPE, headers)


def _unprocessable(messages: Mapping[str, str]) -> Response:
    return json_response(422, {name: [text] for name, text in messages.items()}, _MEDIA_TYPE)


def _paths(end: str) -> Iterable[str]:
    return [f"/{version}/{{store}}{end}" for version in ("v1", "2025-03")]


# The platform's documented bucket, full, because no limiter runs. Clients that limit themselves
# take missing headers for an empty bucket (contract: tiendanube §1).
_RATE_HEADERS = {
    "x-rate-limit-limit": "40",
    "x-rate-limit-remaining": "40",
    "x-rate-limit-reset": "0",  # milliseconds
}

dialect: Final = Dialect(
    name="tiendanube",
    routes={
        **routes(
            {"GET": "list_images", "HEAD": "list_images", "POST": "create_image"},
            _paths("/products/{product}/images"),
        ),
        **routes(
            {
                "GET": "get_image",
                "HEAD": "get_image",
                "PUT": "update_image",
                "DELETE": "delete_image",
            },
            _paths("/products/{product}/images/{image}"),
        ),
        **routes({"GET": "list_images"}, _paths("/product/{product}/images")),
    },
    authenticate=authenticate,
    checks=(require_user_agent, require_readable_body, require_scope),
    refuse=refuse,
    read=read,
    headers=_RATE_HEADERS,
)
