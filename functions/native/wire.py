"""The dialect `vitrine`: authentication, bodies, answers and routes (contract: vitrine).

What the other dialects have in `wire`, too, is larger here: each object of answers is in a module
of its own (`image_object`, `product_object`, …), and errors are in `problems`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypedDict

from native.conditions import is_cached, tag_of_text
from native.problems import JSON, MERGE_PATCH, refuse
from vitrine.access.callers import Access, Caller
from vitrine.domain import errors
from vitrine.domain.pictures import PIXEL_LIMITS
from vitrine.domain.rules import FILE_RULES
from vitrine.domain.shops import ProductKey, is_product_name
from vitrine.edge.body import parse_object
from vitrine.edge.compression import fit
from vitrine.edge.dialect import Dialect
from vitrine.edge.request import Call, Request, require_readable_body, require_scope
from vitrine.edge.response import Response, json_response

NAME: Final = "vitrine"
BASE: Final = "/vitrine/v1"

READ: Final = "images:read"
WRITE: Final = "images:write"
TAKE_DOWN: Final = "images:takedown"

RULES: Final = FILE_RULES
MAX_PIXELS: Final = min(PIXEL_LIMITS.values())  # what every format may have
MAX_FILES: Final = 250  # in one upload batch
MAX_BODY: Final = 1_000_000  # bytes of JSON
MAIN_LANGUAGE: Final = "es"
LANGUAGE: Final = re.compile("[a-z]{2}(?:_[A-Z]{2})?")

# Requests


def authenticate(request: Request, access: Access) -> Caller:
    """The caller of a request (contract: vitrine §2)."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.CredentialMissingError
    caller = access.bearer(token.strip(), NAME)
    return replace(caller, scopes=caller.scopes | {READ}) if WRITE in caller.scopes else caller


def read(request: Request) -> Mapping[str, Any]:
    """The members of a JSON body (contract: vitrine §1).

    Raises:
        MediaTypeError, BodyTooLargeError, MalformedBodyError: the body cannot be read.
    """
    if request.media_type not in ((JSON, MERGE_PATCH) if request.method == "PATCH" else (JSON,)):
        raise errors.MediaTypeError(request.media_type)
    if len(request.body) > MAX_BODY:
        raise errors.BodyTooLargeError
    return parse_object(request.body)


def product(call: Call) -> ProductKey:
    """The key of the product in the path.

    Raises:
        ProductNotFoundError: the text cannot name a product, or the shop registers its products
            and has not registered this one.
    """
    name = call.request.parameters["product"]
    if not is_product_name(name):
        raise errors.ProductNotFoundError(name)
    return call.catalogue.product(name)


def main_language(call: Call) -> str:
    """The language of `alt`: the one that Tiendanube's clients use for the same text."""
    return call.caller.shop.settings.get("tiendanube.language", MAIN_LANGUAGE)


# Answers


class ReasonBody(TypedDict):
    """Why a file became no image."""

    code: str | None
    detail: str


def answer(
    call: Call, payload: object, headers: Mapping[str, str] | None = None, *, state: str = ""
) -> Response:
    """A successful answer with its entity tag, or 304 if the client has it.

    Contract: vitrine §3.1.

    Args:
        call: the call.
        payload: the body.
        headers: further headers; an `ETag` among them replaces the body's.
        state: the state with which the body's entity tag begins.
    """
    response = json_response(200, payload, headers=headers)
    tag = response.headers.get("ETag") or tag_of_text(response.body, state)
    if call.request.method in ("GET", "HEAD") and is_cached(call.request, tag):
        return Response(304, headers={"ETag": tag})
    response = replace(response, headers={**response.headers, "ETag": tag})
    return fit(response, call.request)


def created(
    payload: object, location: str, *, status: int = 201, replayed: bool = False
) -> Response:
    """The answer to a POST that created an object (contract: vitrine §3.3).

    Args:
        payload: the object.
        location: its path below the base.
        status: 201, or 202 for an object whose work continues.
        replayed: whether an earlier request with the same idempotency key created it.
    """
    repeated = {"Idempotency-Replayed": "true"} if replayed else {}
    answer = json_response(status, payload, headers={"Location": BASE + location, **repeated})
    return replace(answer, replayed=replayed)


def time(moment: datetime) -> str:
    """A time as answers state it: RFC 3339, UTC, milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


dialect: Final = Dialect(
    name=NAME,
    routes={
        f"GET {BASE}/shop": "get_shop",
        f"GET {BASE}/products/{{product}}": "get_product",
        f"PUT {BASE}/products/{{product}}/order": "put_order",
        f"GET {BASE}/products/{{product}}/images/{{image}}": "get_image",
        f"PATCH {BASE}/products/{{product}}/images/{{image}}": "update_image",
        f"DELETE {BASE}/products/{{product}}/images/{{image}}": "delete_image",
        f"GET {BASE}/shop/usage": "get_usage",
        f"GET {BASE}/products": "list_products",
        f"POST {BASE}/products/{{product}}/uploads": "create_upload",
        f"GET {BASE}/uploads/{{upload}}": "get_upload",
        f"GET {BASE}/imports": "list_imports",
        f"POST {BASE}/take-downs": "create_take_down",
        f"GET {BASE}/take-downs/{{take_down}}": "get_take_down",
    },
    authenticate=authenticate,
    checks=(require_scope, require_readable_body),
    refuse=refuse,
    read=read,
    headers={"Cache-Control": "private, no-store"},
    keeps_answers=False,
)
