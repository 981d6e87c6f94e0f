"""BigCommerce's wire format: authentication, image objects, errors (contract: bigcommerce)."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict

from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.errors import PictureRefusedError, Rule, VitrineError
from vitrine.domain.gallery import HARD_LIMIT, GalleryEntry
from vitrine.domain.images import Image
from vitrine.domain.locations import PUBLIC, original_address, rendition_url
from vitrine.domain.pictures import Format
from vitrine.domain.public_keys import ImageReference, parse_public_key
from vitrine.domain.renditions import SETS
from vitrine.domain.rules import PictureRules
from vitrine.edge import numbered_paths
from vitrine.edge.body import parse_object
from vitrine.edge.dialect import Dialect, routes, single_slashes
from vitrine.edge.media_types import accepted_types
from vitrine.edge.request import Call, Request, require_readable_body, require_scope
from vitrine.edge.response import Response, json_response

if TYPE_CHECKING:
    from vitrine.edge.multipart import Part

READ: Final = "store_v2_products_read_only"
WRITE: Final = "store_v2_products"

RULES: Final = PictureRules(formats=frozenset(Format), max_bytes=8_388_608, max_images=HARD_LIMIT)
MAX_BODY = 6_000_000  # bytes
_SUFFIXES = re.compile(r"(?:\.json|\.xml)?/?\Z")

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request for its own store (contract: bigcommerce §2)."""
    secret = request.headers.get("x-auth-token", "").strip()
    caller = access.bearer(secret or _password(request), "bigcommerce")
    store = request.parameters.get("store")
    if store is not None and store != caller.shop.settings.get("bigcommerce.store_hash"):
        raise errors.NotAuthenticatedError
    return replace(caller, scopes=caller.scopes | {READ}) if WRITE in caller.scopes else caller


def _password(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


_JSON = frozenset({"application/json", "application/*", "*/*"})
_XML = frozenset({"application/xml", "text/xml"})


def require_acceptable(call: Call) -> None:
    """Refuse a request for XML (contract: bigcommerce §4)."""
    request = call.request
    path = request.path.rstrip("/")
    accept = request.headers.get("accept", "")
    accepted = accepted_types(accept)
    if path.endswith(".json"):
        return
    if path.endswith(".xml") or (accepted & _XML and not accepted & _JSON):
        raise errors.NotAcceptableError(accept)


def read(request: Request) -> Mapping[str, Any]:
    """The fields of a body; an empty body has none (contract: bigcommerce §4).

    Raises:
        MediaTypeError, BodyTooLargeError, MalformedBodyError: the body cannot be read.
    """
    if not request.body:
        return {}
    request.check_body({"", "application/json", "multipart/form-data"}, MAX_BODY)
    if request.media_type != "multipart/form-data":
        return parse_object(request.body)
    from vitrine.edge.multipart import read_form  # only functions that read fields have it

    return {part.name: _value(part) for part in read_form(request).parts}


def _value(part: "Part") -> "Part | str | bytes":
    if part.file_name is not None and part.name == "image_file":
        return part
    try:
        return part.data.decode()
    except UnicodeDecodeError:
        return part.data  # bytes, which are invalid in every field


def image_id(call: Call) -> int:
    """The id of the image in the path, without `.json`.

    Raises:
        ImageNotFoundError: it is not a number.
    """
    return numbered_paths.image_id(call, suffix=_SUFFIXES)


# Answers


class ImageBody(TypedDict):
    """The image object of every answer (contract: bigcommerce §3)."""

    id: int
    product_id: int
    image_file: str
    is_thumbnail: bool
    sort_order: int
    description: str
    date_created: str
    zoom_url: str
    standard_url: str
    thumbnail_url: str
    tiny_url: str
    date_modified: str
    is_sample: bool


class CountBody(TypedDict):
    """A number of images."""

    count: int


# The renditions nearest to the platform's own sizes (contract: bigcommerce §3).
_RENDITIONS = {rendition.name: rendition for rendition in SETS["gallery"]}
_ZOOM = _RENDITIONS["-1024-1024"]
_STANDARD = _RENDITIONS["-480-0"]
_THUMBNAIL = _RENDITIONS["-240-0"]
_TINY = _RENDITIONS["-50-0"]


def present(entry: GalleryEntry, call: Call) -> ImageBody:
    """The image object of an image (contract: bigcommerce §3)."""
    image = entry.image
    return {
        "id": image.id,
        "product_id": int(call.request.parameters["product"]),
        "image_file": image_file(image),
        "is_thumbnail": entry.is_thumbnail,
        "sort_order": entry.sort,
        "description": image.alt,
        "date_created": date(image.created_at),
        "zoom_url": rendition_url(call.media_url, image, _ZOOM),
        "standard_url": rendition_url(call.media_url, image, _STANDARD),
        "thumbnail_url": rendition_url(call.media_url, image, _THUMBNAIL),
        "tiny_url": rendition_url(call.media_url, image, _TINY),
        "date_modified": date(image.updated_at),
        "is_sample": False,
    }


def image_file(image: Image) -> str:
    """The path of the full-size picture below the shop's `product_images/`."""
    return original_address(image).full_size_name(image.original.format)


def is_image_file(path: str, image: Image) -> bool:
    """Whether a path is the `image_file` of an image, the present one or an earlier one."""
    key = f"{PUBLIC}{image.shop}/product_images/{path}"
    return parse_public_key(key) == ImageReference(image.shop, image.id)


def date(moment: datetime) -> str:
    """A date in the format of RFC 2822, in UTC."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")


def answer(
    _call: Call, payload: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A successful answer."""
    return json_response(status, payload, headers=headers)


NO_CONTENT: Final = Response(204)


def location(image: Image, call: Call) -> dict[str, str]:
    """The header `Location` of a new image (contract: bigcommerce §1)."""
    base = single_slashes(call.request.path).partition("/products/")[0]
    product_id = call.request.parameters["product"]
    return {"Location": f"{base}/products/{product_id}/images/{image.id}"}


# Errors (contract: bigcommerce §6)

_TOO_LARGE = (
    "The request is too large. Send image_file as a URL, upload the file to the import directory "
    "and send its path, or upload it with a form of Vitrine's API, /vitrine/v1."
)
_NOT_FOUND = (404, "The requested resource was not found.")
_ERRORS: Final[dict[type[VitrineError], tuple[int, str]]] = {
    errors.NotAuthenticatedError: (401, "No credentials were supplied in the request."),
    errors.NotPermittedError: (403, "You don't have a required scope to access the endpoint"),
    errors.ProductNotFoundError: _NOT_FOUND,
    errors.ImageNotFoundError: _NOT_FOUND,
    errors.RouteNotFoundError: _NOT_FOUND,
    errors.MethodNotAllowedError: (405, "The method is not allowed on this resource."),
    errors.NotAcceptableError: (406, "The requested response format is not supported."),
    errors.MediaTypeError: (415, "The request content type is not supported by this resource."),
    errors.IdempotencyKeyReusedError: (422, "The Idempotency-Key was used with another request."),
    errors.MalformedBodyError: (400, "The request body could not be parsed."),
    errors.BodyTooLargeError: (413, _TOO_LARGE),
}
_INTERNAL = (500, "An internal error occurred.")
_FULL = f"The product is not allowed to have more than {RULES.max_images} images."
_INVALID_FILE = "The field 'image_file' is invalid."
_SOURCE_LENGTH = 255  # maximum characters of a client's value that an answer repeats


class DetailsBody(TypedDict):
    """The reason why a picture is refused."""

    invalid_reason: str


class ErrorBody(TypedDict):
    """Why a request is refused; `details` is there for pictures only."""

    status: int
    message: str
    details: NotRequired[DetailsBody]


class InvalidFieldError(VitrineError):
    """A field of the body or the query is invalid.

    Attributes:
        message: the message in the answer.
        status: the answer's HTTP status.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def refuse(error: VitrineError, _request: Request) -> Response:
    """The answer to a request that raised `error`."""
    match error:
        case InvalidFieldError():
            return _errors(error.status, error.message)
        case PictureRefusedError() if Rule.ROOM in error.broken:
            return _errors(403, _FULL)
        case errors.PictureError():
            return _errors(400, _INVALID_FILE, _reason(error))
        case errors.MethodNotAllowedError():
            allow = {"Allow": ", ".join(error.allowed)}
            return _errors(*_ERRORS[errors.MethodNotAllowedError], headers=allow)
        case _:
            return _errors(*_ERRORS.get(type(error), _INTERNAL))


def _reason(error: errors.PictureError) -> str:
    sent = error.source[:_SOURCE_LENGTH]
    match error:
        case errors.ImportMissingError():
            return f"The file '{sent}' is missing or is not usable by this resource."
        case errors.DownloadError():
            return f"The resource at '{sent}' could not be downloaded and may be invalid."
        case PictureRefusedError() if Rule.WEIGHT in error.broken:
            return f"The file '{sent}' is larger than 8 MB."
        case _:
            return f"The file '{sent}' could not be processed and may not be valid image."


def _errors(
    status: int,
    message: str,
    reason: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: ErrorBody = {"status": status, "message": message}
    if reason is not None:
        body["details"] = {"invalid_reason": reason}
    return json_response(status, [body], headers=headers)


def _paths(*ends: str) -> Iterable[str]:
    return [f"{base}/products/{end}" for base in ("/api/v2", "/stores/{store}/v2") for end in ends]


# The platform's documented window, unused, because no limiter runs. Clients that limit themselves
# take missing headers for a used window; the official PHP client then calls the platform's own
# cloud, with the shop's credentials (contract: bigcommerce §1).
_RATE_HEADERS = {
    "X-Rate-Limit-Time-Window-Ms": "30000",
    "X-Rate-Limit-Time-Reset-Ms": "30000",
    "X-Rate-Limit-Requests-Quota": "150",
    "X-Rate-Limit-Requests-Left": "150",
    "X-BC-ApiLimit-Remaining": "150",
}

dialect: Final = Dialect(
    name="bigcommerce",
    routes={
        **routes(
            {"GET": "list_images", "POST": "create_image", "DELETE": "delete_images"},
            _paths("{product}/images", "{product}/images.json"),
        ),
        **routes(
            {"GET": "count_images"},
            _paths("{product}/images/count", "{product}/images/count.json"),
        ),
        **routes(
            {"GET": "get_image", "PUT": "update_image", "DELETE": "delete_image"},
            _paths("{product}/images/{image}"),
        ),
        **routes({"GET": "count_all_images"}, _paths("images/count", "images/count.json")),
    },
    authenticate=authenticate,
    checks=(require_scope, require_acceptable, require_readable_body),
    refuse=refuse,
    read=read,
    headers=_RATE_HEADERS,
    ending=_SUFFIXES,
)
