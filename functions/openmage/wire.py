"""How OpenMage spells it: callers, images, errors, in XML and JSON (seed; contract: openmage)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn
from urllib.parse import quote

from multipart import parse_options_header

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
from vitrine.edge.negotiation import AnswerFormat, preferred
from vitrine.edge.request import Call, Request, require_scope
from vitrine.edge.response import Response, json_response
from vitrine.edge.xml_answer import Answer, xml_response
from vitrine.edge.xml_body import parse_xml

READ: Final = "read"
WRITE: Final = "write"
RULES: Final = PictureRules(
    formats=frozenset(Format) - {Format.BMP},
    max_bytes=10_000_000,  # more than a body holds
    max_images=HARD_LIMIT,
    room_first=False,
)
MAX_BODY = 6_000_000  # bytes

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request: an admin or customer, or a guest of the host's shop (contract §2).

    Whether any answer can be given in an accepted format is looked at before (contract §4.2).
    """
    preferred(request.headers.get("accept"))
    scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        try:
            return _readers_read(access.bearer(given.strip(), "openmage"))
        except errors.NotAuthenticatedError:
            raise OAuthError(OAuthError.Problem.TOKEN_REJECTED) from None
    if is_oauth(request.headers.get("authorization", "").strip()):
        return _readers_read(access.signed(request, "openmage"))
    return _guest(access.shop_of_host(request.headers.get("host", "").partition(":")[0].lower()))


def _readers_read(caller: Caller) -> Caller:
    """The caller, who may write as an admin only (contract §1)."""
    if caller.role == ADMIN:
        return caller
    return replace(caller, scopes=caller.scopes & {READ})


def _guest(shop: Shop | None) -> Caller:
    """Whoever brings nothing; without a shop, or in one that is closed to guests, may nothing."""
    open_ = shop is not None and shop.settings.get("openmage.guest_reads", "on") == "on"
    return Caller(shop or Shop(""), "guest", frozenset({READ} if open_ else ()))


class VersionError(VitrineError):
    """The header `Version` names none."""


class MethodUnknownError(VitrineError):
    """No operation anywhere has this method."""


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


def require_product_name(call: Call) -> None:
    """Refuse paths whose product cannot be one (contract §1)."""
    name = call.request.parameters.get("product")
    if name is not None and not is_product_name(name):
        raise errors.RouteNotFoundError(call.request.path)


def require_version(call: Call) -> None:
    """Refuse a header `Version` that is no number; any number means 1 (contract §4.1)."""
    version = call.request.headers.get("version")
    if version is not None and not re.fullmatch(r"[0-9]+", version):
        raise VersionError(version)


def missing(call: Call) -> NoReturn:
    """Refuse what is no operation, in the platform's order (contract §4.2)."""
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


def require_readable_body(call: Call) -> None:
    """Refuse bodies that cannot be read, or that say nothing we know (contract §4.2)."""
    if call.request.method in ("POST", "PUT"):
        call.fields  # noqa: B018 - reads it


def product(call: Call) -> ProductKey:
    """The product that the path names.

    Raises:
        ProductNotFoundError: the shop registers its products, and not this one.
    """
    return call.catalogue.product(call.request.parameters["product"])


def image_id(call: Call) -> int:
    """The image that the path names.

    Raises:
        ImageNotFoundError: it is no number.
    """
    name = call.request.parameters["image"]
    if not re.fullmatch(r"[0-9]{1,18}", name):
        raise errors.ImageNotFoundError(name)
    return int(name)


_FIELDS = frozenset(
    {
        *("label", "position", "exclude", "types"),
        *("file_name", "file_mime_type", "file_content"),
    }
)
_JSON_DEPTH = 32
_READERS: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "application/json": lambda body: parse_collection(body, max_depth=_JSON_DEPTH),
    "application/xml": parse_xml,
    "text/xml": parse_xml,
    "application/xhtml+xml": parse_xml,
    "text/plain": parse_urlencoded,
}


def read(request: Request) -> Mapping[str, Any]:
    """The fields of a body that are known and not null (contract §4.2, step 7)."""
    given = request.headers.get("content-type", "").strip()
    if not given:
        raise UnreadableError("Content-Type header is empty")
    media_type, options = parse_options_header(given)
    if media_type.startswith("multipart/"):
        raise UnreadableError("Invalid Content-Type header")
    if media_type not in _READERS:
        raise UnreadableError(
            "Server can not understand Content-Type HTTP header media type "
            f'"{given.partition(";")[0].strip()}"'
        )
    if options.get("charset", "utf-8").lower() != "utf-8":
        raise UnreadableError("UTF-8 is the only supported charset")
    if request.received > MAX_BODY:
        raise errors.BodyTooLargeError
    decoded = _READERS[media_type](request.body)
    if isinstance(decoded, list) and decoded and request.method == "POST":
        raise errors.MethodNotAllowedError(())
    fields = decoded if isinstance(decoded, Mapping) else {}
    known = {name: value for name, value in fields.items() if name in _FIELDS and value is not None}
    if not known:
        raise DataRefusedError("The request data is invalid.")
    return known


# Answers


class ImageUnknownError(VitrineError):
    """There is no such image to be read, and the caller is an admin."""


def shown(seen: ViewEntry | None, call: Call) -> ViewEntry:
    """An image as the caller sees it, if it may see it.

    Raises:
        ImageNotFoundError: it may not, or there is none in this view.
    """
    if seen is None or (seen.excluded and not is_admin(call)):
        raise errors.ImageNotFoundError
    return seen


def present(seen: ViewEntry, call: Call) -> dict[str, Any]:
    """An image as OpenMage's clients read it (contract §3)."""
    exclude = {"exclude": "1" if seen.excluded else "0"} if is_admin(call) else {}
    fields = {
        "id": str(seen.image.id),
        "label": seen.label,
        "position": str(min(seen.sort + 1, HIGHEST_SORT)),
        **exclude,
        "url": url(seen.image, call),
        "types": [name for name in types(call) if name in seen.roles],
    }
    wanted = call.request.arguments.get("attrs", "").split(",")
    named = {name: value for name, value in fields.items() if name in wanted}
    return named or fields


def url(image: Image, call: Call) -> str:
    """The public full-size picture: by its name here, if it has one (contract §4.4)."""
    if image.name:
        return public_url(call.media_url, named_key(image.shop, image.name.full))
    return public_url(call.media_url, original_address(image).full_size_key(image.original.format))


def answer(call: Call, payload: Answer) -> Response:
    """200 with an image, or a list of them."""
    return _formatted(200, payload, call.request)


def done(headers: Mapping[str, str] | None = None) -> Response:
    """200 with an empty body, as writes are answered (contract §1)."""
    return Response(200, "", {"Content-Type": "text/html; charset=UTF-8", **(headers or {})})


def location(image: Image, call: Call) -> dict[str, str]:
    """Where a new image is (contract §1)."""
    segment = quote(call.request.parameters["product"], safe="!$&'()*+,;=:@")
    if segment in (".", ".."):  # steps of a path, unless they are spelled so
        segment = segment.replace(".", "%2E")
    return {"Location": f"/api/rest/products/{segment}/images/{image.id}"}


def _formatted(status: int, payload: Answer, request: Request) -> Response:
    try:
        wanted = preferred(request.headers.get("accept"))
    except errors.NotAcceptableError:
        wanted = AnswerFormat.XML
    if wanted is AnswerFormat.JSON:
        return json_response(status, payload, "application/json; charset=utf-8")
    return xml_response(status, payload)


# Errors (contract §6)


class DataRefusedError(VitrineError):
    """The fields of a body are not what they can be.

    Attributes:
        messages: what the client is told.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class UnreadableError(VitrineError):
    """The body is of a kind that is not read.

    Attributes:
        message: what the client is told.
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
    errors.BodyTooLargeError: (413, "Request entity too large"),
    errors.MalformedBodyError: (400, "Decoding error."),
    StoreUnknownError: (400, "Requested store is invalid"),
    errors.ProductNotFoundError: (404, _NOT_FOUND),
    errors.ImageNotFoundError: (404, _NOT_FOUND),
    ImageUnknownError: (404, "Product image not found"),
}
_INTERNAL = (500, "Resource internal error.")
_FULL = "Requested product does not support images"


def refuse(error: VitrineError, request: Request) -> Response:
    """The answer to a request that ended in `error`."""
    match error:
        case OAuthError():
            challenge = {"WWW-Authenticate": "OAuth"}
            return _refusal(request, [(401, error.message)], challenge)
        case DataRefusedError():
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
    response = _formatted(messages[-1][0], {"messages": {"error": listed}}, request)
    return Response(response.status, response.body, {**response.headers, **(headers or {})})


def _paths(end: str) -> Iterable[str]:
    return [
        f"/api/rest/products/{{product}}/images{end}{scope}" for scope in ("", "/store/{store}")
    ]


_IMAGES = {
    "GET": "list_images",
    "HEAD": "list_images",
    "POST": "create_image",
}
_IMAGE = {
    "GET": "get_image",
    "HEAD": "get_image",
    "PUT": "update_image",
    "DELETE": "delete_image",
}

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
