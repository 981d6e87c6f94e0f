"""Errors of Vitrine's own API, as problem details (RFC 9457; contract: vitrine §8)."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Final, NotRequired, TypedDict

from vitrine.domain import errors
from vitrine.domain.errors import VitrineError
from vitrine.edge.idempotency import IdempotencyKeyError
from vitrine.edge.request import Request
from vitrine.edge.response import Response, json_response
from vitrine.records import dataclass

MEDIA_TYPE: Final = "application/problem+json"
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"

_NAMED: Final = 3  # invalid values that `detail` names; `errors` has all


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one value of a body.

    Attributes:
        pointer: JSON pointer to the value (RFC 6901), such as `/files/1/bytes`.
        code: the kind of error, such as `too_long`.
        detail: what would be valid, for developers.
        bounds: the limits that the value exceeds, by name, such as `max`.
    """

    pointer: str
    code: str
    detail: str
    bounds: Mapping[str, int] = field(default_factory=dict)


class ListedProblemBody(TypedDict):
    """What is wrong with one value, and the limits that it exceeds."""

    pointer: str
    code: str
    detail: str
    min: NotRequired[int]
    max: NotRequired[int]


class ProblemBody(TypedDict):
    """Problem details (RFC 9457); `code` says which of the further members there are."""

    type: str
    title: str
    status: int
    detail: NotRequired[str]
    code: str
    request_id: str
    errors: NotRequired[list[ListedProblemBody]]
    scope: NotRequired[str]
    etag: NotRequired[str]
    missing: NotRequired[list[int]]
    unknown: NotRequired[list[int]]
    room: NotRequired[int]
    what: NotRequired[str]


_EXISTS: Final = FieldProblem(
    "/url", "exists", "a picture that is deleted; this one exists, so name its product and image"
)


class FieldsRefusedError(VitrineError):
    """One or more values of a readable body are not valid.

    Attributes:
        problems: all of them, in the order of the body's members.
    """

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(each.pointer for each in self.problems))


class MalformedRequestError(VitrineError):
    """A query parameter or header cannot be read; the message says which, and what is valid."""


class PreconditionError(VitrineError):
    """`If-Match` does not permit the operation.

    Attributes:
        etag: the entity tag of the present state.
    """

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


class StaleError(PreconditionError):
    """`If-Match` names another state than the present one."""


class PreconditionRequiredError(PreconditionError):
    """The operation requires `If-Match`, which is missing."""


_KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "malformed": (400, "The request cannot be read."),
    "unauthorized": (401, "The token is missing or not valid."),
    "forbidden": (403, "The token does not permit this operation."),
    "not_found": (404, "The resource does not exist."),
    "method_not_allowed": (405, "The resource does not support this method."),
    "not_acceptable": (406, "The answer is too large without compression."),
    "conflict": (409, "Other requests changed the same records at the same time."),
    "stale": (412, "The resource has changed since it was read."),
    "too_large": (413, "The body is too large."),
    "media_type": (415, "The media type of the body is not supported."),
    "invalid_fields": (422, "Some fields are not valid."),
    "wrong_order": (422, "The order does not name the present images once each."),
    "gallery_full": (422, "The product cannot have that many images."),
    "idempotency_mismatch": (422, "The idempotency key was used with another request."),
    "precondition_required": (428, "The operation requires If-Match."),
    "throttled": (429, "Too many requests at the same time."),
    "internal": (500, "Internal error."),
    "unavailable": (503, "The service is temporarily unavailable."),
}
"""Status and title of each code."""

_CODES: Final[Mapping[type[VitrineError], str]] = {
    MalformedRequestError: "malformed",
    IdempotencyKeyError: "malformed",
    errors.MalformedBodyError: "malformed",
    errors.NotAuthenticatedError: "unauthorized",
    errors.NotPermittedError: "forbidden",
    errors.RouteNotFoundError: "not_found",
    errors.ProductNotFoundError: "not_found",
    errors.ImageNotFoundError: "not_found",
    errors.UploadNotFoundError: "not_found",
    errors.TakeDownNotFoundError: "not_found",
    errors.PictureExistsError: "invalid_fields",
    errors.MethodNotAllowedError: "method_not_allowed",
    errors.NotAcceptableError: "not_acceptable",
    errors.ConflictError: "conflict",
    StaleError: "stale",
    errors.BodyTooLargeError: "too_large",
    errors.MediaTypeError: "media_type",
    FieldsRefusedError: "invalid_fields",
    errors.WrongOrderError: "wrong_order",
    errors.GalleryFullError: "gallery_full",
    errors.IdempotencyKeyReusedError: "idempotency_mismatch",
    PreconditionRequiredError: "precondition_required",
    errors.ThrottledError: "throttled",
    errors.UnavailableError: "unavailable",
}
"""The code of each error, and of the errors derived from it."""

_MISSING: Final[Mapping[type[VitrineError], str]] = {
    errors.RouteNotFoundError: "route",
    errors.ProductNotFoundError: "product",
    errors.ImageNotFoundError: "image",
    errors.UploadNotFoundError: "upload",
    errors.TakeDownNotFoundError: "take_down",
}
_RETRY: Final = {"Retry-After": "1"}  # seconds


def refuse(error: VitrineError, request: Request) -> Response:
    """The answer to a request that raised `error`."""
    code = next((_CODES[each] for each in type(error).__mro__ if each in _CODES), "internal")
    status, title = _KINDS[code]
    detail = _detail(error)
    problem = {
        "type": f"urn:vitrine:problem:{code}",
        "title": title,
        "status": status,
        **({"detail": detail} if detail else {}),
        "code": code,
        "request_id": request.id,
        **_members(error),
    }
    return json_response(status, problem, MEDIA_TYPE, _headers(error, request))


def _detail(error: VitrineError) -> str:
    match error:
        case MalformedRequestError():
            return str(error)
        case IdempotencyKeyError():
            return "Idempotency-Key is not 1 to 255 visible ASCII characters."
        case errors.MalformedBodyError():
            return "The body is not a JSON object in UTF-8."
        case errors.NotAcceptableError():
            return "Accept-Encoding must include gzip."
        case errors.NotPermittedError():
            return f"The token lacks the scope {error.scope}."
        case errors.PictureExistsError():
            return f"{_EXISTS.pointer}: {_EXISTS.detail}"
        case FieldsRefusedError():
            named = (f"{each.pointer or 'The body'}: {each.detail}" for each in error.problems)
            return "; ".join([*named][:_NAMED])
        case _:
            return ""


def _members(error: VitrineError) -> Mapping[str, Any]:
    """The further members of an error's problem details."""
    match error:
        case FieldsRefusedError():
            return {"errors": [_listed(each) for each in error.problems]}
        case errors.PictureExistsError():
            return {"errors": [_listed(_EXISTS)]}
        case errors.NotPermittedError():
            return {"scope": error.scope}
        case PreconditionError():
            return {"etag": error.etag}
        case errors.WrongOrderError():
            return {"missing": error.missing, "unknown": error.unknown}
        case errors.GalleryFullError():
            return {"room": error.room}
        case _ if what := _MISSING.get(type(error)):
            return {"what": what}
        case _:
            return {}


def _headers(error: VitrineError, request: Request) -> Mapping[str, str]:
    match error:
        case errors.NotAuthenticatedError():
            return {"WWW-Authenticate": "Bearer"}
        case errors.MethodNotAllowedError():
            return {"Allow": ", ".join(error.allowed)}
        case errors.MediaTypeError() if request.method == "PATCH":
            return {"Accept-Patch": f"{MERGE_PATCH}, {JSON}"}
        case errors.MediaTypeError():
            return {"Accept": JSON}
        case errors.ConflictError() | errors.ThrottledError() | errors.UnavailableError():
            return _RETRY
        case PreconditionError():
            return {"ETag": error.etag}
        case _:
            return {}


def _listed(problem: FieldProblem) -> dict[str, Any]:
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "detail": problem.detail,
        **problem.bounds,
    }
