"""OpenMage's wire format: authentication, image objects, errors (contract: openmage).

Answers are XML or JSON, by content negotiation.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl, quote

from openmage.scope import ADMIN, StoreUnknownError, is_admin, types
from vitrine.access.authorization import is_oauth
from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.errors import OAuthError, PictureRefusedError, Rule, VitrineError
from vitrine.domain.gallery import HARD_LIMIT, HIGHEST_SORT
from vitrine.domain.images import Image
from vitrine.domain.locations import named_key, original_address, public_url
from vitrine.domain.pictures import Format
from vitrine.domain.rules import PictureRules
from vitrine.domain.shops import ProductKey, Shop, is_product_name
from vitrine.domain.store_views import ViewEntry
from vitrine.edge.body import parse_collection
from vitrine.edge.dialect import Dialect, routes
from vitrine.edge.form_body import parse_urlencoded
from vitrine.edge.media_types import media_type_of, parameters_of
from vitrine.edge.negotiation import AnswerFormat, preferred
from vitrine.edge.request import Call, Request, require_readable_body, require_scope
from vitrine.edge.response import Response, json_response
from vitrine.edge.xml_answer import Answer, xml_response
from vitrine.edge.xml_body import parse_xml

READ: Final = "read"
WRITE: Final = "write"
RULES: Final = PictureRules(
    formats=frozenset(Format) - {Format.BMP},
    max_bytes=10_000_000,  # a body cannot contain a larger file
    max_images=HARD_LIMIT,
    room_first=False,
)
MAX_BODY = 6_000_000  # bytes

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request: an admin, a customer, or a guest of the host's shop.

    The header `Accept` is checked first (contract: openmage §2, §4.2).
    """
    _answer_format(request)
    scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        try:
            return _without_write(access.bearer(given.strip(), "openmage"))
        except errors.NotAuthenticatedError:
            raise OAuthError(OAuthError.Problem.TOKEN_REJECTED) from None
    if is_oauth(request.headers.get("authorization", "").strip()):
        try:
            return _without_write(access.signed(request, "openmage"))
        except OAuthError as error:
            # A client that signed its form, as OAuth requires and Magento does not, must learn that
            # forms are not read.
            if error.problem is OAuthError.Problem.SIGNATURE_INVALID and request.body:
                _media_type(request)
            raise
    return _guest(access.shop_of_host(request.headers.get("host", "").partition(":")[0].lower()))


def _without_write(caller: Caller) -> Caller:
    """The caller, whom only the role admin allows to write (contract: openmage §1)."""
    if caller.role == ADMIN:
        return caller
    return replace(caller, scopes=caller.scopes & {READ})


def _guest(shop: Shop | None) -> Caller:
    """A caller without credentials, who may read if the host's shop allows guests."""
    open_ = shop is not None and shop.settings.get("openmage.guest_reads", "on") == "on"
    return Caller(shop or Shop(""), "guest", frozenset({READ} if open_ else ()))


class VersionError(VitrineError):
    """The header `Version` is not a number."""


class MethodUnknownError(VitrineError):
    """No route supports this method."""


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


def require_product_name(call: Call) -> None:
    """Refuse paths whose product is not a valid name (contract: openmage §1)."""
    name = call.request.parameters.get("product")
    if name is not None and not is_product_name(name):
        raise errors.RouteNotFoundError(call.request.path)


def require_version(call: Call) -> None:
    """Refuse a header `Version` that is not a number (contract: openmage §4.1)."""
    version = call.request.headers.get("version")
    if version is not None and not re.fullmatch(r"[0-9]+", version):
        raise VersionError(version)


def missing(call: Call) -> NoReturn:
    """Raise the error for an unknown route, in the platform's order (contract: openmage §4.2)."""
    request = call.request
    methods = dialect.methods(request.path)
    if not methods:
        raise errors.RouteNotFoundError(request.path)
    if request.method not in _METHODS:
        raise MethodUnknownError(request.method)
    needed = READ if request.method in ("GET", "HEAD") else WRITE
    if needed not in call.caller.scopes:
        raise errors.NotPermittedError(needed)
    require_version(call)
    raise errors.MethodNotAllowedError(methods)


def product(call: Call) -> ProductKey:
    """The key of the product in the path.

    Raises:
        ProductNotFoundError: the shop registers its products and has not registered this one.
    """
    return call.catalogue.product(call.request.parameters["product"])


def image_id(call: Call) -> int:
    """The id of the image in the path.

    Raises:
        ImageNotFoundError: it is not a number.
    """
    name = call.request.parameters["image"]
    if not re.fullmatch(r"[0-9]{1,18}", name):
        raise errors.ImageNotFoundError(name)
    return int(name)


_FIELDS = frozenset(
    ("label", "position", "exclude", "types", "file_name", "file_mime_type", "file_content")
)
_JSON_DEPTH = 32
_LISTED_ATTRS = re.compile(r"attrs\[[0-9]*\]")
_read_xml = partial(parse_xml, lists=("types",))
_READERS: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "application/json": lambda body: parse_collection(body, max_depth=_JSON_DEPTH),
    "application/xml": _read_xml,
    "text/xml": _read_xml,
    "application/xhtml+xml": _read_xml,
    "text/plain": parse_urlencoded,
}


def _media_type(request: Request) -> str:
    """The media type of a body that can be read.

    Raises:
        UnreadableError: it has another type or charset.
    """
    given = request.headers.get("content-type", "").strip()
    if not given:
        raise UnreadableError("Content-Type header is empty")
    media_type = media_type_of(given)
    if media_type.startswith("multipart/"):
        raise UnreadableError("Invalid Content-Type header")
    if media_type not in _READERS:
        raise UnreadableError(
            "Server can not understand Content-Type HTTP header media type "
            f'"{given.partition(";")[0].strip()}"'
        )
    if parameters_of(given).get("charset", "utf-8").lower() != "utf-8":
        raise UnreadableError("UTF-8 is the only supported charset")
    return media_type


def read(request: Request) -> Mapping[str, Any]:
    """The known fields of a body that are not null (contract: openmage §4.2, step 7).

    Raises:
        UnreadableError, BodyTooLargeError, MalformedBodyError: the body cannot be read.
        InvalidDataError: the body has no known field.
    """
    media_type = _media_type(request)
    if request.received > MAX_BODY:
        raise errors.BodyTooLargeError
    decoded = _READERS[media_type](request.body)
    if isinstance(decoded, list) and decoded and request.method == "POST":
        raise errors.MethodNotAllowedError(())
    fields = decoded if isinstance(decoded, Mapping) else {}
    known = {name: value for name, value in fields.items() if name in _FIELDS and value is not None}
    if not known:
        raise InvalidDataError("The request data is invalid.")
    return known


# Answers


class ImageUnknownError(VitrineError):
    """The image that an admin reads does not exist."""


def require_visible(entry: ViewEntry | None, call: Call) -> ViewEntry:
    """The entry, if the caller may see it.

    Raises:
        ImageNotFoundError: the view does not have the image, or hides it from this caller.
    """
    if entry is None or (entry.excluded and not is_admin(call)):
        raise errors.ImageNotFoundError
    return entry


def present(entry: ViewEntry, call: Call) -> dict[str, Any]:
    """The image object of an image, with the attributes in `attrs` (contract: openmage §3)."""
    exclude = {"exclude": "1" if entry.excluded else "0"} if is_admin(call) else {}
    fields = {
        "id": str(entry.image.id),
        "label": entry.label,
        "position": str(min(entry.sort + 1, HIGHEST_SORT)),
        **exclude,
        "url": url(entry.image, call),
        "types": [name for name in types(call) if name in entry.roles],
    }
    wanted = _attributes(call.request)
    named = {name: value for name, value in fields.items() if name in wanted}
    return named or fields


def _attributes(request: Request) -> list[str]:
    """The names in `attrs`, which is one comma-separated text or several `attrs[]`."""
    pairs = parse_qsl(request.query, keep_blank_values=True)
    listed = [value for name, value in pairs if _LISTED_ATTRS.fullmatch(name)]
    return [*request.arguments.get("attrs", "").split(","), *listed]


def url(image: Image, call: Call) -> str:
    """The URL of the full-size picture, by file name if it has one (contract: openmage §4.4)."""
    if image.name:
        return public_url(call.media_url, named_key(image.shop, image.name.full))
    return public_url(call.media_url, original_address(image).full_size_key(image.original.format))


def answer(
    call: Call, payload: Answer, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A successful answer, in the format that the client accepts."""
    return _formatted(call.request, payload, status, headers)


def empty_answer(headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a successful write: 200 with an empty body (contract: openmage §1)."""
    return Response(200, "", {"Content-Type": "text/html; charset=UTF-8", **(headers or {})})


def location(image: Image, call: Call) -> dict[str, str]:
    """The header `Location` of a new image (contract: openmage §1)."""
    segment = quote(call.request.parameters["product"], safe="!$&'()*+,;=:@")
    if segment in (".", ".."):  # unescaped, a client would resolve it as a relative path
        segment = segment.replace(".", "%2E")
    return {"Location": f"/api/rest/products/{segment}/images/{image.id}"}


def _answer_format(request: Request) -> AnswerFormat:
    """The format of the answer, by content negotiation (contract: openmage §4.1).

    The platform's published PHP example sends JSON without `Accept` and decodes JSON.
    """
    sends_json = request.media_type == AnswerFormat.JSON
    default = AnswerFormat.JSON if sends_json else AnswerFormat.XML
    return preferred(request.headers.get("accept"), default)


def _formatted(
    request: Request, payload: Answer, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    try:
        answer_format = _answer_format(request)
    except errors.NotAcceptableError:
        answer_format = AnswerFormat.XML
    if answer_format is AnswerFormat.JSON:
        return json_response(status, payload, "application/json; charset=utf-8", headers)
    return xml_response(status, payload, headers)


# Errors (contract: openmage §6)


class InvalidDataError(VitrineError):
    """The fields of a body are invalid.

    Attributes:
        messages: the messages in the answer.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class UnreadableError(VitrineError):
    """The body has a type or encoding that is not supported.

    Attributes:
        message: the message in the answer.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


UNKNOWN: Final = "Resource unknown error."
_NOT_FOUND = "Resource not found."
_ERRORS: Final[dict[type[VitrineError], tuple[int, str]]] = {
    errors.NotAcceptableError: (406, "Server can not understand Accept HTTP header media type."),
    errors.RouteNotFoundError: (404, "Request does not match any route."),
    MethodUnknownError: (400, "Invalid request method"),
    errors.NotPermittedError: (403, "Access denied"),
    errors.MethodNotAllowedError: (405, "Resource method not implemented yet."),
    errors.BodyTooLargeError: (
        413,
        "Request entity too large; upload the picture with a form of /vitrine/v1",
    ),
    errors.IdempotencyKeyReusedError: (400, "The Idempotency-Key was used with another request."),
    errors.MalformedBodyError: (400, "Decoding error."),
    StoreUnknownError: (400, "Requested store is invalid"),
    errors.ProductNotFoundError: (404, _NOT_FOUND),
    errors.ImageNotFoundError: (404, _NOT_FOUND),
    ImageUnknownError: (404, "Product image not found"),
}
_INTERNAL = (500, "Resource internal error.")
_FULL = "Requested product does not support images"


def refuse(error: VitrineError, request: Request) -> Response:
    """The answer to a request that raised `error`."""
    match error:
        case OAuthError():
            challenge = {"WWW-Authenticate": "OAuth"}
            return _refusal(request, [(401, error.message)], challenge)
        case InvalidDataError():
            return _refusal(request, [(400, message) for message in error.messages])
        case UnreadableError():
            return _refusal(request, [(400, error.message)])
        case VersionError():
            return _refusal(request, [(400, f'Invalid version "{error}" requested.')])
        case PictureRefusedError():
            full = error.broken == (Rule.ROOM,)
            return _refusal(request, [(400, _FULL if full else UNKNOWN)])
        case _:
            return _refusal(request, [_ERRORS.get(type(error), _INTERNAL)])


def _refusal(
    request: Request,
    messages: Sequence[tuple[int, str]],
    headers: Mapping[str, str] | None = None,
) -> Response:
    listed: list[Answer] = [{"code": code, "message": message} for code, message in messages]
    return _formatted(request, {"messages": {"error": listed}}, messages[-1][0], headers)


def _paths(end: str) -> Iterable[str]:
    return [
        f"/api/rest/products/{{product}}/images{end}{scope}" for scope in ("", "/store/{store}")
    ]


_IMAGES = {"GET": "list_images", "HEAD": "list_images", "POST": "create_image"}
_IMAGE = {"GET": "get_image", "HEAD": "get_image", "PUT": "update_image", "DELETE": "delete_image"}

dialect: Final = Dialect(
    name="openmage",
    routes={**routes(_IMAGES, _paths("")), **routes(_IMAGE, _paths("/{image}"))},
    authenticate=authenticate,
    checks=(require_product_name, require_scope, require_version, require_readable_body),
    refuse=refuse,
    read=read,
    routes_first=False,
    missing=missing,
)
