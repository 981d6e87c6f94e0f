"""GET /vitrine/v1/shop: the shop, its limits, and what the token permits.

Contract: vitrine §4.1.
"""

from typing import TypedDict

from native.wire import (
    MAX_FILES,
    MAX_PIXELS,
    READ,
    RULES,
    answer,
    dialect,
    main_language,
    time,
)
from vitrine.domain.pictures import Format
from vitrine.edge.endpoint import endpoint
from vitrine.edge.request import Call
from vitrine.edge.response import Response

_FORMATS = (Format.JPEG, Format.PNG, Format.GIF, Format.WEBP, Format.BMP)


class LimitsBody(TypedDict):
    """The largest file in bytes, the most pixels, images of a product and files of a batch."""

    bytes: int
    pixels: int
    images: int
    files: int
    formats: list[str]


class TokenBody(TypedDict):
    """What the request's token permits, and until when."""

    scopes: list[str]
    expires_at: str | None


class ShopBody(TypedDict):
    """The shop."""

    id: str
    language: str
    products: str
    media_url: str
    limits: LimitsBody
    token: TokenBody


@endpoint(dialect, scope=READ)
def handler(call: Call) -> Response:
    """Answer what a client must know before its first upload."""
    shop, credential = call.caller.shop, call.caller.credential
    expires_at = credential.expires_at if credential else None
    body: ShopBody = {
        "id": shop.id,
        "language": main_language(call),
        "products": shop.products.value,
        "media_url": call.media_url,
        "limits": {
            "bytes": RULES.max_bytes,
            "pixels": MAX_PIXELS,
            "images": RULES.max_images,
            "files": MAX_FILES,
            "formats": [each.media_type for each in _FORMATS],
        },
        "token": {
            "scopes": sorted(call.caller.scopes),
            "expires_at": time(expires_at) if expires_at else None,
        },
    }
    return answer(call, body)
